/** What the beginning of a CSV tells about the rest: its delimiter, and whether the first row names the columns. */
import { createCsvSplitter } from "./csv-splitter.ts";

export type Delimiter = "," | ";" | "\t";
const delimiters: Delimiter[] = [";", ",", "\t"];
const sniffedRows = 100;

/** The rows of a text, at most `most`. A row that the text's end cuts off is left out when `cut`. */
export function splitRows(text: string, delimiter: Delimiter, most: number, cut: boolean): string[][] {
  const rows: string[][] = [];
  const splitter = createCsvSplitter({
    delimiter,
    longestRow: text.length,
    onRow: (cells) => rows.push(cells),
  });
  // In pieces, so that a megabyte is not split for its first hundred rows.
  const piece = 16_384;
  let at = 0;
  for (; at < text.length && rows.length < most; at += piece) splitter.push(text.slice(at, at + piece));
  if (at >= text.length && (!cut || rows.length === 0)) splitter.end();
  else splitter.flush();
  return rows.slice(0, most);
}

/** Excel's own first line, "sep=;". */
export function declaredDelimiter(text: string): { delimiter: Delimiter; length: number } | null {
  const match = /^"?sep=([,;\t])"?(\r\n|\r|\n)/i.exec(text.slice(0, 20));
  return match ? { delimiter: match[1] as Delimiter, length: match[0].length } : null;
}

/** The delimiter that cuts the most rows into the same number of cells, and into the most of them. */
export function sniffDelimiter(text: string, cut: boolean): Delimiter {
  let best: Delimiter = ",";
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const rows = splitRows(text, delimiter, sniffedRows, cut).filter((row) => !isBlank(row));
    const width = rows[0]?.length ?? 0;
    if (width < 2) continue;
    const alike = rows.filter((row) => row.length === width).length / rows.length;
    const score = alike + Math.min(width, 100) / 1000;
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** Nothing but white space in every cell. */
export function isBlank(cells: string[]): boolean {
  for (const cell of cells) if (cell !== "" && cell.trim() !== "") return false;
  return true;
}

/** The pattern goes back over what it has seen: in a cell of a megabyte it would never come to an end. */
const longestEmail = 300;

/** Whether a cell holds what a header never does: an e-mail address or a phone number. */
export const looksLikeEmail = (cell: string) =>
  cell.length <= longestEmail && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(cell.trim());
export const looksLikeNumber = (cell: string) =>
  cell.length <= longestEmail && /^\+?[\d\s().\-/]{5,25}$/.test(cell.trim()) && digits(cell) >= 5;
const digits = (cell: string) => cell.replace(/\D/g, "").length;
