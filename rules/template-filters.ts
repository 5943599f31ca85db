/** The filters that a placeholder may use. Each is bounded: none makes a text longer than `longestValue`. */
import { isBlank, trimBlank } from "./blank.ts";

interface TemplateFilter {
  /** Fewest and most arguments. */
  takes: [number, number];
  apply(value: unknown, ...args: unknown[]): unknown;
}

const longestValue = 10_000;

export const filters: Record<string, TemplateFilter> = {
  default: { takes: [1, 1], apply: (value, fallback) => (isBlank(textOf(value)) ? fallback : value) },
  upcase: { takes: [0, 0], apply: (value) => textOf(value).toUpperCase() },
  downcase: { takes: [0, 0], apply: (value) => textOf(value).toLowerCase() },
  capitalize: { takes: [0, 0], apply: (value) => capitalize(textOf(value)) },
  strip: { takes: [0, 0], apply: (value) => trimBlank(textOf(value)) },
  truncate: {
    takes: [1, 2],
    apply: (value, length, ending = "...") => truncate(textOf(value), length, textOf(ending)),
  },
  append: { takes: [1, 1], apply: (value, end) => bounded(textOf(value) + textOf(end)) },
  prepend: { takes: [1, 1], apply: (value, beginning) => bounded(textOf(beginning) + textOf(value)) },
  replace: { takes: [2, 2], apply: (value, from, to) => replace(textOf(value), textOf(from), textOf(to)) },
};

function textOf(value: unknown): string {
  return value === null || value === undefined ? "" : String(value);
}

function capitalize(text: string): string {
  const first = String.fromCodePoint(...[text.codePointAt(0)].filter((code) => code !== undefined));
  return first.toUpperCase() + text.slice(first.length).toLowerCase();
}

/** At most `length` characters, including the ending, as in Liquid; a surrogate pair is not divided. */
function truncate(text: string, length: unknown, ending: string): string {
  const most = Math.max(0, Math.trunc(Number(length)) || 0);
  if (text.length <= most) return text;
  return text.slice(0, Math.max(0, most - ending.length)).replace(/[\ud800-\udbff]$/, "") + ending;
}

function replace(text: string, from: string, to: string): string {
  if (from === "") return text;
  const pieces = text.split(from);
  if (text.length + (pieces.length - 1) * to.length > longestValue * 2) bounded(text, longestValue + 1);
  return bounded(pieces.join(to));
}

function bounded(text: string, length = text.length): string {
  if (length > longestValue) throw new Error(`A filter made a text of more than ${longestValue} characters.`);
  return text;
}
