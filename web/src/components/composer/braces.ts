/** The two braces that open the menu, and what was typed after them. */
export interface OpenBraces {
  /** Where the braces begin in the shown text. */
  start: number;
  /** Where the caret stands. */
  end: number;
  /** What to look for, without blanks around it. */
  query: string;
}

/** The unfinished `{{ …` that the caret stands in, or null. A line break or a brace ends it. */
export function openBraces(shown: string, caret: number): OpenBraces | null {
  const match = /\{\{([^{}\n|]{0,40})$/.exec(shown.slice(Math.max(0, caret - 42), caret));
  if (!match) return null;
  return { start: caret - match[0].length, end: caret, query: (match[1] as string).trim() };
}

/** The fields whose name for people or for templates has a word beginning with the query. */
export function matchFields<F extends { field: string; label: string }>(fields: readonly F[], query: string): F[] {
  const wanted = query.toLocaleLowerCase();
  if (wanted === "") return [...fields];
  return fields.filter(({ field, label }) =>
    [label.toLocaleLowerCase(), field, field.slice(field.indexOf(".") + 1)].some(
      (name) => name.startsWith(wanted) || name.split(/[\s_.-]/).some((word) => word.startsWith(wanted)),
    ),
  );
}
