/** A template with a message, ready to be rendered for each recipient: what dispatches send and previews show. */
import { isBlank } from "../../rules/blank.ts";
import { fillLayout, type LayoutTexts } from "../../rules/custom-text.ts";
import { eventScope } from "../../rules/event-placeholders.ts";
import { parseTemplate, type Template } from "../../rules/placeholders.ts";
import { plainTextOf } from "../mail/plain-text.ts";
import type { MailTemplate } from "../mail/render-mail.ts";

/** The texts of a mail with the message in its places; a plain text that is not written is made of the HTML, before it is filled. */
export function filledTexts<Texts extends LayoutTexts>(layout: Texts, message: string | null): Texts {
  const html = layout.html ?? null;
  const text = html !== null && isBlank(layout.text) ? plainTextOf(html) : layout.text;
  return fillLayout({ ...layout, text }, message, eventScope);
}

/** The text of an SMS; throws where it cannot be read, which was checked when it was saved. */
export const filledText = (layout: Pick<LayoutTexts, "text">, message: string | null): Template =>
  parsed(filledTexts(layout, message).text);

/** The texts of a mail; throws where they cannot be read, which was checked when they were saved. */
export function filledMail(layout: LayoutTexts, message: string | null): MailTemplate {
  const { subject, text, html } = filledTexts(layout, message);
  return { subject: parsed(subject ?? ""), text: parsed(text), html: typeof html === "string" ? parsed(html) : null };
}

/** Layout and message each have their own limits; together they may be longer than one of them. */
function parsed(text: string): Template {
  const result = parseTemplate(text, eventScope, { longest: Number.POSITIVE_INFINITY });
  if (!result.ok) throw new Error(`A template with its message cannot be read: ${result.problems[0]?.message}`);
  return result.template;
}
