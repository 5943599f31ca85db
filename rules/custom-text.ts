/**
 * Layouts: texts with a place for a message, `#CUSTOMTEXT#`, in any case. The message is written with placeholders of its own.
 *
 * The place is filled in before anything is parsed, so that the placeholders of layout and message are read once, together, and nobody's
 * values are ever read as placeholders. What stands within a placeholder or tag of the layout is no place.
 */
import { isBlank } from "./blank.ts";
import { textInHtml } from "./html-template.ts";
import type { TemplateScope } from "./placeholder-names.ts";
import { parseTemplate } from "./placeholders.ts";
import type { TemplateProblem } from "./template-check.ts";
import { readTemplateTokens, type Stretch } from "./template-tokens.ts";

export const customText = "#CUSTOMTEXT#";
const pattern = /#CUSTOMTEXT#/gi;

/** The texts of a layout; null or absent: it has none of that kind. */
export interface LayoutTexts {
  subject?: string | null | undefined;
  text: string;
  html?: string | null | undefined;
}

/** A problem or a warning of one field. */
export interface FieldProblem {
  code: string;
  message: string;
  field: "name" | "subject" | "text" | "html" | "custom_text";
  /** Index into the field's text; null where it is about the whole of it. */
  position: number | null;
  value: string;
}

export const inField = (
  field: FieldProblem["field"],
  { code, message, position, value }: TemplateProblem,
): FieldProblem => ({
  code,
  message,
  field,
  position,
  value,
});

/** Where a text has the message's place; `words` are the plain words around it, up to the next placeholder or tag. */
export function findCustomText(text: string): (Stretch & { words: Stretch })[] {
  if (text.search(pattern) === -1) return [];
  return readTemplateTokens(text).flatMap((token) => {
    if (token.kind !== "text") return [];
    const { start, end } = token;
    return [...text.slice(start, end).matchAll(pattern)].map(({ index, 0: found }) => ({
      start: start + index,
      end: start + index + found.length,
      words: { start, end },
    }));
  });
}

export const hasCustomText = (text: string | null | undefined): boolean => findCustomText(text ?? "").length > 0;

/** What is wrong with the places of a layout's text, whatever the message is. */
export function placeProblems(text: string): TemplateProblem[] {
  const places = findCustomText(text);
  const starts = new Set(places.map(({ start }) => start));
  const problems: TemplateProblem[] = [...text.matchAll(pattern)]
    .filter(({ index }) => !starts.has(index))
    .map(({ index, 0: value }) => ({
      code: "custom_text_in_placeholder",
      message: `${customText} is within a placeholder, where it stays as it is. Put it beside it.`,
      position: index,
      value,
    }));
  for (const { start, end, words } of places) {
    const isOpen = start > words.start && text[start - 1] === "{";
    // A brace of the layout and one of the message would be read as a placeholder.
    if (!isOpen && !(end < words.end && /[{%]/.test(text[end] ?? ""))) continue;
    const from = isOpen ? start - 1 : start;
    problems.push({
      code: "brace_beside_custom_text",
      message: `Put a space between ${customText} and the sign beside it, which could become a placeholder with the message.`,
      position: from,
      value: text.slice(from, end + 1),
    });
  }
  return problems.sort((a, b) => a.position - b.position);
}

/** The text with `filling` in each place. What the filling has of `#CUSTOMTEXT#` stays as it is. */
function fill(text: string, filling: string): string {
  let filled = "";
  let kept = 0;
  for (const { start, end } of findCustomText(text)) {
    filled += text.slice(kept, start) + filling;
    kept = end;
  }
  return filled + text.slice(kept);
}

/** A layout with a message in its places: as it is in the text, on one line in the subject, escaped in the HTML. Null: with nothing. */
export function fillLayout<Layout extends LayoutTexts>(
  layout: Layout,
  message: string | null,
  scope: TemplateScope,
): Layout {
  const given = isBlank(message ?? "") ? "" : (message ?? "").trim();
  return {
    ...layout,
    ...(typeof layout.subject === "string" && {
      subject: fill(layout.subject, given.replaceAll(/\s*[\r\n]\s*/g, " ")),
    }),
    text: fill(layout.text, given),
    ...(typeof layout.html === "string" && { html: fill(layout.html, textInHtml(given, scope)) }),
  };
}

/**
 * Whether a message can go into a layout. Errors keep it from being saved: a message without a place, one with a place of its own, one
 * whose placeholders do not exist. Warnings do not: a place without a message, a mail of which only one of text and HTML has a place.
 */
export function checkCustomText(
  layout: LayoutTexts,
  message: string | null,
  scope: TemplateScope,
): { errors: FieldProblem[]; warnings: FieldProblem[] } {
  const html = layout.html ?? null;
  // A blank text beside HTML is made of it.
  const bodies = (["text", "html"] as const).filter((field) =>
    field === "html" ? html !== null : html === null || !isBlank(layout.text),
  );
  const places = bodies.filter((field) => hasCustomText(field === "html" ? html : layout.text));
  const about = (code: string, field: FieldProblem["field"], text: string, value = ""): FieldProblem => ({
    code,
    message: text,
    field,
    position: null,
    value,
  });
  if (isBlank(message ?? "")) {
    const [field] = hasCustomText(layout.subject) ? (["subject"] as const) : places;
    if (field === undefined) return { errors: [], warnings: [] };
    const said = `The layout has a place for a message (${customText}), and there is none: the place stays empty.`;
    return { errors: [], warnings: [about("no_custom_text", "custom_text", said)] };
  }
  const given = message ?? "";
  const errors: FieldProblem[] = [];
  if (places.length === 0)
    errors.push(
      about(
        "no_place_for_text",
        "custom_text",
        `The layout has no place for the message. Put ${customText} where it should stand, or leave the message empty.`,
        given.slice(0, 100),
      ),
    );
  for (const { index, 0: value } of given.matchAll(pattern))
    errors.push({
      code: "custom_text_in_message",
      message: `${customText} belongs in a layout; a message cannot have itself in it.`,
      field: "custom_text",
      position: index,
      value,
    });
  const parsed = parseTemplate(given, scope);
  if (!parsed.ok) errors.push(...parsed.problems.map((problem) => inField("custom_text", problem)));
  else if (errors.length === 0) errors.push(...joinProblems(layout, given, scope));
  const without = places.length === 1 ? bodies.find((field) => !places.includes(field)) : undefined;
  const warnings =
    without === undefined
      ? []
      : [
          about(
            `no_place_in_${without}`,
            without,
            `${without === "text" ? "The plain text" : "The HTML"} has no place for the message, so those who read that do not see it.`,
          ),
        ];
  return { errors, warnings };
}

/** Where layout and message can be read each by itself, but not together: a brace at the message's end before a placeholder. */
function joinProblems(layout: LayoutTexts, message: string, scope: TemplateScope): FieldProblem[] {
  const filled = fillLayout(layout, message, scope);
  const longest = Number.POSITIVE_INFINITY;
  for (const text of [filled.subject, filled.text, filled.html]) {
    const parsed = parseTemplate(text ?? "", scope, { longest });
    if (parsed.ok) continue;
    const [problem] = parsed.problems;
    if (problem) return [{ ...inField("custom_text", problem), position: null }];
  }
  return [];
}
