/** CSV that spreadsheets open as it is meant. */

/** A line of a file, its end included. */
export const csvLine = (cells: readonly string[], delimiter = ","): string =>
  `${cells.map(csvCell).join(delimiter)}\r\n`;

/**
 * A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front. So does each part
 * behind what another spreadsheet's settings separate cells by (comma, semicolon, bar, tab, line break), quotes or not; and so do
 * the full-width signs, which some take for the plain ones. A phone number (+47 912 34 567) or a plain negative number begins
 * like a formula too and can do no harm: with an apostrophe it would be no number any more where the file is sent back, so it
 * stays as it is.
 */
export function csvCell(value: string): string {
  const parts = value.split(/([,;|\t\r\n])/).map((part, i) => (i % 2 === 0 ? guarded(part) : part));
  const safe = /^[\t\r]/.test(value) ? `'${parts.join("")}` : parts.join("");
  return /[",;|\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const guarded = (part: string) => (formula.test(part) && !harmless.test(part.trim()) ? `'${part}` : part);

const formula = /^[\s"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/;
const harmless = /^[+-]?\d[\d \u00a0().]*$/;

/** A cell that `csvCell` has written, as it was before it got apostrophes. */
export const withoutGuards = (value: string): string =>
  value.includes("'") ? value.replace(guards, "$1").replace(/^'(?=[\t\r])/, "") : value;

const guards = /(^|[,;|\t\r\n])'(?=[\s"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20])/g;
