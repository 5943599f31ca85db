/** CSV that spreadsheets open without taking cells for formulas. */

/** A line of a file, with its line break. */
export const csvLine = (cells: readonly string[], delimiter = ","): string =>
  `${cells.map(csvCell).join(delimiter)}\r\n`;

/**
 * A cell that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe in front. So does each
 * part after a character that other settings take for a delimiter (comma, semicolon, bar, tab, line break), quoted or not. The
 * full-width signs count as well, since some programs take them for the plain ones. A phone number (+47 912 34 567) or a plain
 * negative number is harmless and stays unchanged: with an apostrophe it would not be a number when the file is imported again.
 * An apostrophe that is there already gets another one, so that ours can be removed again.
 */
export function csvCell(value: string): string {
  const parts = value.split(/([,;|\t\r\n])/).map((part, i) => (i % 2 === 0 ? guarded(part) : part));
  const safe = /^'*[\t\r]/.test(value) ? `'${parts.join("")}` : parts.join("");
  return /[",;|\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const guarded = (part: string) => (formula.test(part) && !harmless.test(part.trim()) ? `'${part}` : part);

const formula = /^[\s"']*[=+\-@%\uff1d\uff0b\uff0d\uff20]/;
const harmless = /^[+-]?\d[\d \u00a0().]*$/;

/** Undoes the apostrophes that `csvCell` has added. */
export const withoutGuards = (value: string): string =>
  value.includes("'") ? value.replace(guards, "$1").replace(/^'(?='*[\t\r])/, "") : value;

const guards = /(^|[,;|\t\r\n])'(?=(?:[^\S\t\r\n]|["'])*[=+\-@%\uff1d\uff0b\uff0d\uff20])/g;
