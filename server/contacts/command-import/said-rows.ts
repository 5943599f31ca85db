/** Rows of a file as their cells by field, on their way to the rows of an import that wait. */
import type { FileRow } from "../import/file-row.ts";
import type { RejectedRow } from "./imports-store.ts";

/** The cells of a row by what they are, trimmed; empty ones are left out. */
export type Said = Readonly<Record<string, string>>;

export interface SaidRow {
  /** Its number in the file. */
  row: number;
  said: Said;
  /** Why it cannot be read. */
  fault: string | null;
}

/** Makes the reader of a file's rows. `fields` are those of its columns. */
export function createCellReader(fields: readonly string[], known: readonly string[]): (row: FileRow) => SaidRow {
  const columns = fields.flatMap((field, index) => (known.includes(field) ? [{ index, field }] : []));
  return ({ row, cells, fault }) => {
    if (fault) return { row, said: {}, fault };
    if (cells.slice(fields.length).some((cell) => cell.trim() !== ""))
      return { row, said: {}, fault: "too_many_cells" };
    const said: Record<string, string> = {};
    for (const { index, field } of columns) {
      // PostgreSQL's jsonb holds no NUL.
      const cell = (cells[index] ?? "").replaceAll("\0", "").toWellFormed().normalize("NFC").trim();
      if (cell !== "") said[field] = cell;
    }
    return { row, said, fault: null };
  };
}

/** Rows that are written together. */
export function newBatch<Row extends SaidRow>() {
  const list: Row[] = [];
  let octets = 0;
  return {
    list,
    get rows() {
      return list.length;
    },
    get octets() {
      return octets;
    },
    add(row: Row) {
      list.push(row);
      for (const cell of Object.values(row.said)) octets += cell.length + 20;
    },
  };
}

const messages: Record<string, string> = {
  too_many_cells: "The row has more cells than the file has columns.",
  row_too_long: "The row is too long.",
  quote_not_closed: "A quotation mark in the row is not closed.",
  quotes_over_rows: "Quotation marks reach over several rows.",
};

/** A row that cannot be read, as one that is rejected. */
export const faultyRow = (row: number, fault: string): RejectedRow => ({
  row,
  reason: fault,
  field: null,
  value: null,
  message: messages[fault] ?? fault,
});
