/** Renders one person's mail: subject, text and HTML, with the values escaped for where they stand. */
import type { MailSkipReason } from "../../contract/mails.ts";
import type { Language } from "../../contract/shapes.ts";
import { isBlank } from "../../rules/blank.ts";
import { escapeHtml } from "../../rules/escape-html.ts";
import { mapTexts } from "../../rules/map-texts.ts";
import type { Template, TemplateValues } from "../../rules/placeholders.ts";
import { oneLine } from "../kit/mail.ts";
import { plainTextOf } from "./plain-text.ts";

/** The parsed texts of a mail; one of `text` and `html` may be missing. */
export interface MailTemplate {
  subject: Template;
  /** Null: derived from the HTML. */
  text: Template | null;
  html: Template | null;
}

export interface RenderedTexts {
  subject: string;
  text: string;
  html: string | null;
}

export type RenderedMail =
  | ({ ok: true } & RenderedTexts)
  | { ok: false; reason: Extract<MailSkipReason, "empty_text" | "render_error"> };

/** Stands for the mail's own unsubscribe link in texts; it is put in when the mail is submitted. */
export const unsubscribeLink = "https://unsubscribe.invalid/";

/** The longest subject, in characters. */
const longestSubject = 500;

const unsubscribeWords: Record<Language, string> = {
  en: "Unsubscribe",
  nb: "Meld deg av",
  sv: "Avsluta prenumerationen",
  da: "Afmeld",
};

/** Renders the mail. With `unsubscribe` its end has the unsubscribe link in that language, unless the texts have it. */
export function renderMail(template: MailTemplate, values: TemplateValues, unsubscribe: Language | null): RenderedMail {
  let [subject, text, html]: [string, string | null, string | null] = ["", null, null];
  try {
    subject = Array.from(oneLine(template.subject.render(values)))
      .slice(0, longestSubject)
      .join("");
    text = template.text?.render(values) ?? null;
    // Escaped before, so that no filter sees what it could unescape.
    html = template.html?.render(mapTexts(values, escapeHtml)) ?? null;
  } catch {
    return { ok: false, reason: "render_error" }; // a filter made it too long for this recipient's values
  }
  text ??= html === null ? "" : plainTextOf(html);
  if (isBlank(text) && (html === null || isBlank(plainTextOf(html)))) return { ok: false, reason: "empty_text" };
  if (unsubscribe) {
    const word = unsubscribeWords[unsubscribe];
    if (!text.includes(unsubscribeLink)) text = `${text.trimEnd()}\n\n-- \n${word}: ${unsubscribeLink}\n`;
    if (html !== null && !html.includes(unsubscribeLink)) html = withFooter(html, word);
  }
  return { ok: true, subject, text, html };
}

function withFooter(html: string, word: string): string {
  const footer = `<p style="font-size:13px;color:#555555"><a href="${unsubscribeLink}">${word}</a></p>`;
  const end = html.search(/<\/body\s*>/i);
  return end === -1 ? html + footer : html.slice(0, end) + footer + html.slice(end);
}
