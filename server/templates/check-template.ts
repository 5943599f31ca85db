/** Reads a template as a caller gives it: what is wrong with it, what may go wrong, and its HTML as it is stored. */
import type { Language } from "../../contract/shapes.ts";
import type { TemplateChannel } from "../../contract/templates.ts";
import { isBlank } from "../../rules/blank.ts";
import { type FieldProblem, inField, type LayoutTexts, placeProblems } from "../../rules/custom-text.ts";
import { eventScope } from "../../rules/event-placeholders.ts";
import { normaliseText } from "../../rules/gsm-segments.ts";
import { longestTemplate, parseTemplate } from "../../rules/placeholders.ts";
import { longestText } from "../../rules/render-text.ts";
import { readTemplateTokens } from "../../rules/template-tokens.ts";
import { cleanHtml } from "./clean-html.ts";

export const longestSubject = 500;
/** In octets. */
export const longestHtml = 256 * 1024;
/** Gmail cuts off what is longer than about 102 kB, with the link to unsubscribe at its end. */
const clippedHtml = 100 * 1000;

export interface GivenTemplate extends LayoutTexts {
  channel: TemplateChannel;
  subject: string | null;
  html: string | null;
}

export interface CheckedTemplate {
  /** As it is stored. */
  template: GivenTemplate;
  /** With any of those it is not saved. */
  problems: FieldProblem[];
  warnings: FieldProblem[];
}

/** `language` is that of an HTML document that says none. */
export function checkTemplate(given: GivenTemplate, language: Language): CheckedTemplate {
  const { channel } = given;
  const template = {
    ...given,
    subject: given.subject,
    html: given.html === null || isBlank(given.html) ? null : given.html,
  };
  const problems: FieldProblem[] = [];
  const warnings: FieldProblem[] = [];
  if (channel === "sms")
    for (const field of ["subject", "html"] as const)
      if (template[field] !== null)
        problems.push(
          about(
            "not_for_sms",
            field,
            `A text has no ${field === "html" ? "HTML" : "subject"}.`,
            template[field].slice(0, 100),
          ),
        );
  if (isBlank(template.text) && template.html === null)
    problems.push(about("empty_text", "text", "There is no text.", template.text.slice(0, 100)));
  problems.push(...checkWords("text", template.text, longestTemplate));
  if (channel === "sms") problems.push(...checkLength(template.text));
  if (template.subject !== null) problems.push(...checkSubject(template.subject));
  warnings.push(...directionChanges("text", template.text), ...directionChanges("subject", template.subject ?? ""));
  if (template.html === null || channel === "sms") return { template, problems, warnings };
  const html = checkHtml(template.html, language);
  return {
    template: { ...template, html: html.html },
    problems: [...problems, ...html.problems],
    warnings: [...warnings, ...html.warnings],
  };
}

function checkWords(field: "subject" | "text", text: string, longest: number): FieldProblem[] {
  const parsed = parseTemplate(text, eventScope, { longest });
  return [...(parsed.ok ? [] : parsed.problems), ...placeProblems(text)].map((problem) => inField(field, problem));
}

function checkSubject(subject: string): FieldProblem[] {
  if (isBlank(subject)) return [about("empty_subject", "subject", "There is no subject.", subject.slice(0, 100))];
  if (/[\r\n]/.test(subject))
    return [about("line_break", "subject", "A subject is one line.", subject.slice(0, 100), subject.search(/[\r\n]/))];
  return checkWords("subject", subject, longestSubject);
}

/** Words that are longer than a text can be, whatever its placeholders come to. */
function checkLength(text: string): FieldProblem[] {
  const words = readTemplateTokens(text).filter(({ kind }) => kind === "text");
  const hasTags = readTemplateTokens(text).some(({ kind }) => kind === "tag");
  const length = words.reduce((sum, { start, end }) => sum + normaliseText(text.slice(start, end)).length, 0);
  if (hasTags || length <= longestText) return [];
  const message = `The text has ${length} characters without its placeholders; ${longestText} are the most that one SMS can have.`;
  return [about("text_too_long", "text", message, String(length), longestText)];
}

function checkHtml(
  given: string,
  language: Language,
): { html: string; problems: FieldProblem[]; warnings: FieldProblem[] } {
  const tooLong = (html: string) => {
    const size = Buffer.byteLength(html);
    const message = `The HTML has ${size} bytes; ${longestHtml} are the most. Put pictures on the web and link to them.`;
    return size > longestHtml ? [about("html_too_long", "html", message, String(size), null)] : [];
  };
  const refused = tooLong(given);
  if (refused.length > 0) return { html: given, problems: refused, warnings: [] };
  const read = checkParsed(given);
  if (read.length > 0) return { html: given, problems: read, warnings: [] };
  const { html, problems, warnings } = cleanHtml(given, eventScope, language);
  const size = Buffer.byteLength(html);
  const said = [
    ...warnings,
    ...(size > clippedHtml
      ? [
          about(
            "html_clipped",
            "html",
            `The HTML has ${size} bytes. Gmail cuts off a mail after about 102,000, and what is at its end is not seen.`,
            String(size),
            null,
          ),
        ]
      : []),
    ...directionChanges("html", html).map((warning) => ({ ...warning, position: null })),
  ];
  return { html, problems: problems.length > 0 ? problems : tooLong(html), warnings: said };
}

const checkParsed = (html: string): FieldProblem[] => {
  const parsed = parseTemplate(html, eventScope, { longest: longestHtml });
  return [...(parsed.ok ? [] : parsed.problems), ...placeProblems(html)].map((problem) => inField("html", problem));
};

/** Signs that turn the words around them: a file's name or an address can be made to look like another. */
function directionChanges(field: FieldProblem["field"], text: string): FieldProblem[] {
  const position = text.search(/[\u202a-\u202e\u2066-\u2069]/);
  if (position === -1) return [];
  const code = text.codePointAt(position)?.toString(16).toUpperCase().padStart(4, "0");
  const message = `The sign U+${code} changes the direction of the words behind it, which may be shown in another order than they are written.`;
  return [about("changes_direction", field, message, `U+${code}`, position)];
}

const about = (
  code: string,
  field: FieldProblem["field"],
  message: string,
  value: string,
  position: number | null = 0,
): FieldProblem => ({ code, message, field, position, value });
