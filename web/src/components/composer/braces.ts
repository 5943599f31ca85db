import { readTemplateTokens } from "../../../../rules/template-tokens.ts";

/** The two braces that open the menu, and the text typed after them. */
export interface OpenBraces {
  /** Where the braces begin in the shown text. */
  start: number;
  /** The caret's offset. */
  end: number;
  /** The search text, trimmed. */
  query: string;
}

const longestQuery = 40;

/** The unfinished `{{ …` before the caret, or null. A line break, a pipe or a brace ends it. */
export function openBraces(shown: string, caret: number): OpenBraces | null {
  const last = readTemplateTokens(shown.slice(0, caret)).at(-1);
  if (last?.kind !== "unclosed" || !shown.startsWith("{{", last.start)) return null;
  const query = shown.slice(last.start + 2, caret);
  if (query.length > longestQuery || /[{}|\n]/.test(query)) return null;
  return { start: last.start, end: caret, query: query.trim() };
}

/** The fields whose label or template name has a word beginning with the query. */
export function matchFields<F extends { field: string; label: string }>(fields: readonly F[], query: string): F[] {
  const wanted = query.toLocaleLowerCase();
  if (wanted === "") return [...fields];
  return fields.filter(({ field, label }) =>
    [label.toLocaleLowerCase(), field, field.slice(field.indexOf(".") + 1)].some(
      (name) => name.startsWith(wanted) || name.split(/[\s_.-]/).some((word) => word.startsWith(wanted)),
    ),
  );
}
