/** The mail that a plain text with placeholders becomes: the text itself, and HTML of the same words. */
import { workflowScope } from "../../../rules/booking-placeholders.ts";
import { parseTemplate, type Template } from "../../../rules/placeholders.ts";
import { readTemplateTokens } from "../../../rules/template-tokens.ts";
import { escapeHtml } from "../../kit/public-page.ts";
import { layOut } from "../../mail/html-layout.ts";
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
    const parts = readTemplateTokens(text).map(({ kind, start, end }) => {
      const part = text.slice(start, end);
      return kind === "text" ? written(part) : kind === "output" ? linked(part, scope) : part;
    });
    const body = paragraphs(parts.join(""));
    const html = layOut({ language, title: "", body });
    const result = parseTemplate(html, scope);
    if (!result.ok) throw new Error(`A mail cannot be laid out: ${result.problems[0]?.message}`);
    ({ template } = result);
    if (known.size >= mostKnown) known.clear();
    known.set(key, template);
  }
  return template;
}

/** An address that is written out is a link. */
const written = (text: string): string =>
  escapeHtml(text).replaceAll(
    /https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)]/g,
    (url) => `<a href="${url}" style="color:#1d4ed8">${url}</a>`,
  );

/** A placeholder that stands for an address is a link too. */
function linked(token: string, scope: ReturnType<typeof workflowScope>): string {
  const name = /^\{\{-?\s*([a-z_.]+)\s*-?\}\}$/.exec(token)?.[1];
  const isLink = name !== undefined && Object.hasOwn(scope, name) && scope[name]?.type === "link";
  return isLink ? `<a href="${token}" style="color:#1d4ed8">${token}</a>` : token;
}

/** Blank lines part paragraphs, other line breaks stay. */
const paragraphs = (html: string): string =>
  html
    .trim()
    .split(/\n\s*\n/)
    .map((each) => `<p style="margin:0 0 16px">${each.replaceAll("\n", "<br>")}</p>`)
    .join("");
