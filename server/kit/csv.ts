/** CSV that spreadsheets open as it is meant. */

/** A line of a file, its end included. */
export const csvLine = (cells: readonly string[]): string => `${cells.map(csvCell).join(",")}\r\n`;

/**
 * A cell that no spreadsheet takes for a formula: one that begins like one gets an apostrophe in front. A phone number
 * (+47 912 34 567) or a plain negative number begins so too and can do no harm: it stays as it is.
 */
export function csvCell(value: string): string {
  const safe = /^[=+\-@\t\r|%]/.test(value.trimStart() || value) && !harmless.test(value) ? `'${value}` : value;
  return /[",;\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const harmless = /^[+-]?\d[\d \u00a0().]*$/;
