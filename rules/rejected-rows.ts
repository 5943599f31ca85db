/** The texts of rejected.csv: the headings of its added columns, and the reasons. */
import type { Language } from "../contract/shapes.ts";
import { rejectedRows as da } from "./rejected-rows/da.ts";
import { rejectedRows as en } from "./rejected-rows/en.ts";
import { rejectedRows as nb } from "./rejected-rows/nb.ts";
import { rejectedRows as sv } from "./rejected-rows/sv.ts";
import type { RejectedRowTexts } from "./rejected-rows/texts.ts";

export const rejectedRowTexts: Record<Language, RejectedRowTexts> = { en, nb, sv, da };

/** The columns that versions up to 0.3.0 added, always in English. */
const earlier = ["row", "reason", "value"];

/**
 * How many of a file's first columns were added by rejected.csv, by their headings in any language; 0 for any other file. They
 * are ignored when the file is imported again.
 */
export function countAddedColumns(headings: readonly string[]): number {
  const words = headings.slice(0, earlier.length).map((heading) => heading.trim());
  if (earlier.every((word, index) => words[index] === word)) return earlier.length;
  return Object.values(rejectedRowTexts).some(({ row, reason }) => words[0] === row && words[1] === reason) ? 2 : 0;
}
