/** Where placeholders stand, found without the template engine: the composer counts at every key, and loads none of it. */

/** A placeholder as the composer shows it: one chip. */
export interface TemplateSpan {
  /** Index of the first brace. */
  start: number;
  /** Index after the last brace. */
  end: number;
  field: string;
  /** The text of its default filter, or null. */
  default: string | null;
}

// A name and its filters. What else stands between the braces is a mistake, which a chip would hide.
const output = /\{\{-?\s*([a-z_][\w.-]*)\s*((?:\|(?:"[^"]*"|'[^']*'|[^"'{}])*)?|-)\}\}/gi;

/** Where the placeholders of a text stand, whether it parses or not: it may be half written. */
export function templateSpans(text: string): TemplateSpan[] {
  return Array.from(text.matchAll(output), (match) => {
    const rest = match[2] ?? "";
    const fallback = /\|\s*default\s*:\s*(?:"([^"]*)"|'([^']*)')/.exec(rest);
    return {
      start: match.index,
      end: match.index + match[0].length,
      field: (match[1] as string).replace(/-$/, ""),
      default: fallback ? (fallback[1] ?? fallback[2] ?? "") : null,
    };
  });
}
