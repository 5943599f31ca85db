/** The mail that a plain text with placeholders becomes: the text itself, and HTML of the same words. */
import { workflowScope } from "../../../rules/booking-placeholders.ts";
import { textInHtml } from "../../../rules/html-template.ts";
import { layOut } from "../../../rules/mail-layout.ts";
import { parseTemplate, type Template } from "../../../rules/placeholders.ts";
import type { MailTemplate } from "../../mail/render-mail.ts";
import { templateOf } from "./texts.ts";
import type { WorkflowRow } from "./workflow.ts";

/** A mail of a stored workflow's texts. */
export function mailOfText(
  workflow: Pick<WorkflowRow, "trigger">,
  { subject, text, language }: { subject: string; text: string; language: string },
): MailTemplate {
  return {
    subject: templateOf(workflow, subject),
    text: templateOf(workflow, text),
    html: htmlOfText(workflow, text, language),
  };
}

const known = new Map<string, Template>();
const mostKnown = 1_000;

function htmlOfText({ trigger }: Pick<WorkflowRow, "trigger">, text: string, language: string): Template {
  const key = `${trigger} ${language} ${text}`;
  let template = known.get(key);
  if (!template) {
    const scope = workflowScope(trigger);
    const body = paragraphs(textInHtml(text.trim(), scope));
    const html = layOut({ language, title: "", body });
    const result = parseTemplate(html, scope);
    if (!result.ok) throw new Error(`A mail cannot be laid out: ${result.problems[0]?.message}`);
    ({ template } = result);
    if (known.size >= mostKnown) known.clear();
    known.set(key, template);
  }
  return template;
}

/** Blank lines part paragraphs, other line breaks stay. */
const paragraphs = (html: string): string =>
  html
    .split(/<br>(?:\s*<br>)+/)
    .map((each) => `<p style="margin:0 0 16px">${each}</p>`)
    .join("");
