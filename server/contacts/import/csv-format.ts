/** What the beginning of a CSV shows of the rest: what separates its cells, and what its rows have in common. */
import { plainSpelling } from "../../../rules/phone-number-spelling.ts";
import { createCsvSplitter, type RowFault, type RowShape } from "./csv-splitter.ts";
import type { FileRow } from "./file-row.ts";

export type Delimiter = "," | ";" | "\t" | "|";
const delimiters: Delimiter[] = [";", ",", "\t", "|"];
const sniffedRows = 100;
/** A file may have a column for each octet; only so many are looked at. */
export const columnsLookedAt = 1_000;

/** The rows of a text, at most `most`. A row that the text's end cuts off is left out when `cut`. */
export function splitRows(
  text: string,
  options: { delimiter: Delimiter; most: number; cut: boolean; shape: RowShape | null; longestRow?: number },
): FileRow[] {
  const { delimiter, most, cut, shape, longestRow = text.length } = options;
  const rows: FileRow[] = [];
  const onRow = (cells: string[], fault: RowFault | null, lines: number) =>
    rows.push({ row: rows.length + 1, cells, fault, lines });
  const splitter = createCsvSplitter({ delimiter, longestRow, shape, onRow });
  // In pieces, so that a megabyte is not split for its first hundred rows.
  const piece = 16_384;
  let at = 0;
  for (; at < text.length && rows.length < most; at += piece) splitter.push(text.slice(at, at + piece));
  if (at >= text.length && (!cut || rows.length === 0)) splitter.end();
  else splitter.flush();
  return rows.slice(0, most);
}

/**
 * The first line that programs write for Excel, "sep=;", in its variants: quoted, in capitals, with spaces, followed by
 * the delimiters of the other columns. It is no row.
 */
export function declaredDelimiter(text: string): { delimiter: Delimiter; length: number } | null {
  const match = /^\ufeff?"?sep *= *(?:([,;\t|])|(\\t))"?[,;\t|]*"? *(?:\r\n|\r|\n|$)/i.exec(text.slice(0, 100));
  return match ? { delimiter: (match[1] ?? "\t") as Delimiter, length: match[0].length } : null;
}

/** The delimiter that cuts the most rows into the same number of cells, and into the most of them. */
export function sniffDelimiter(text: string, cut: boolean): Delimiter {
  let best: Delimiter = ",";
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const rows = splitRows(text, { delimiter, most: sniffedRows, cut, shape: null }).filter(
      ({ cells }) => !isBlank(cells),
    );
    const { width, times } = usualWidth(rows.map(({ cells }) => cells).filter((cells) => cells.length > 1));
    if (width < 2) continue;
    const score = times / rows.length + Math.min(width, 100) / 1000;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** Whether a text is cut into more than one column by a delimiter. */
export const isCutBy = (text: string, delimiter: Delimiter, cut: boolean): boolean =>
  splitRows(text, { delimiter, most: sniffedRows, cut, shape: null }).some(({ cells }) => cells.length > 1);

/** The number of cells that most rows have; the largest of several. */
export function usualWidth(rows: readonly string[][]): { width: number; times: number } {
  const times = new Map<number, number>();
  for (const { length } of rows) times.set(length, (times.get(length) ?? 0) + 1);
  let usual = { width: 0, times: 0 };
  for (const [width, n] of times) {
    if (n > usual.times || (n === usual.times && width > usual.width)) usual = { width, times: n };
  }
  return usual;
}

/** Digits of a number on a line of a text: the postal code of an address has fewer. */
const shortestPhone = 7;

/**
 * What the rows of a file have in common, by the numbers of cells that they may have and by the columns that identify the
 * person. A line of a text may have as many commas as a row, so a line alone counts as a row by a number or an address in such a
 * column, or where it has more separators than a sentence.
 */
export function rowShape(file: { delimiter: Delimiter; widths: readonly number[]; keys: readonly number[] }): RowShape {
  const widths = new Set(file.widths);
  const widest = Math.max(...widths);
  const unlikely = file.delimiter === "," ? 6 : 4;
  return {
    fits: (cells) => widths.has(cells.length) || (cells.length > widest && isBlank(cells.slice(widest))),
    isRow: (cells) =>
      (widths.has(cells.length) && cells.length >= unlikely) ||
      ((cells.length > 1 || widest === 1) &&
        file.keys.some((key) => looksLikeNumber(cells[key] ?? "", shortestPhone) || looksLikeEmail(cells[key] ?? ""))),
  };
}

/** Nothing but white space in every cell. */
export function isBlank(cells: readonly string[]): boolean {
  for (const cell of cells) if (cell !== "" && cell.trim() !== "") return false;
  return true;
}

/** The pattern backtracks: in a cell of a megabyte it would not end. */
const longestEmail = 300;

/** Whether a cell holds what a heading never does: an e-mail address or a phone number. */
export const looksLikeEmail = (cell: string) =>
  cell.length <= longestEmail && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(cell.trim());

export function looksLikeNumber(cell: string, leastDigits = 5): boolean {
  if (cell.length > longestEmail) return false;
  const text = plainSpelling(cell);
  const isNumber = /^(tel:)?\+?[\d\s().\-/\u2010-\u2015\u2212]{5,25}$/i.test(text) || figure.test(text);
  return isNumber && digits(text) >= leastDigits && !date.test(text);
}

/** Digits that a spreadsheet formatted as a figure: 4.01234567E+8, 401,234,567.00. */
const figure = /^(\d+[.,]\d+E\+?\d{1,3}|\d{1,3}(,\d{3}){2,}([.]\d+)?)$/i;
const digits = (cell: string) => cell.replace(/\D/g, "").length;
/** Dates, which have as many digits as a number: 2026-01-31, with or without a time, 31.1.2026, 2025/2026. */
const date =
  /^(\d{4}[-./]\d{1,2}[-./]\d{1,2}( .*)?|\d{1,2}[-./]\d{1,2}[-./](19|20)\d{2}( .*)?|(19|20)\d{2} ?[-/] ?(19|20)?\d{2})$/;
