/** How files of orders are read: which column becomes which field, and which rows are of one order. */
import { type OrderImportField, orderImportFields } from "../../../contract/order-imports.ts";
import { looksLikeMoment } from "../../../rules/booking-cells.ts";
import { readAmount, readCount, readOrderStatus } from "../../../rules/order-cell-words.ts";
import { isOrderHeading, readOrderHeading } from "../../../rules/order-columns.ts";
import type { FileOf } from "../../contacts/command-import/receive-file.ts";
import { createCellReader, type SaidRow } from "../../contacts/command-import/said-rows.ts";
import {
  type ColumnRules,
  type Columns,
  isUnnamed,
  listNames,
  parseMapping,
} from "../../contacts/import/file-columns.ts";
import type { FileRow } from "../../contacts/import/file-row.ts";
import { findHeader, guessFields, isReachable } from "../../contacts/import/guess-columns.ts";
import { createSeenKeys } from "../../contacts/import/seen-keys.ts";
import { invalid } from "../../kit/errors.ts";

/** The cells of a row by what they are. */
export type Said = Readonly<Partial<Record<OrderImportField, string>>>;

/** A row that waits. */
export interface WaitingRow extends SaidRow {
  /** The number of the first row of its order. */
  of_row: number;
  /** Which of the file's rows that say the same it is, from 0. */
  repeats: number;
}

/** Imports of orders, and the job that makes orders of what was received. */
export const orderFiles = { kind: "order", job: "orders.import" } as const;

/** How a file is read; 422 for a mapping that is not JSON, or names no field. */
export function readingOf(
  mapping: string | undefined,
): Pick<FileOf<WaitingRow>, "columns" | "requireColumns" | "taker"> {
  const fields = parseMapping(
    mapping,
    (field) => field === "ignore" || (orderImportFields as readonly unknown[]).includes(field),
  );
  return {
    columns: (country): ColumnRules => ({
      mapping: fields,
      findHeader: (rows) => findHeader(rows, { isHeading: isOrderHeading, isData: isReachable }),
      guess: (names, rows) => guess(names, rows, country),
      isLasting: () => false,
      isMeant: saysWho,
    }),
    requireColumns(columns) {
      if (saysWho(columns)) return;
      const message = `No column holds an order number, or who bought. Columns of the file: ${listNames(columns.names)}.`;
      throw invalid("no_order_column", message, "mapping", null);
    },
    taker: createRowTaker,
  };
}

const naming: readonly string[] = ["order", "full_name", "first_name", "mobile", "phone", "email"];
const saysWho = ({ fields }: Columns) => fields.some((field) => naming.includes(field));

/** What the cells of a column must be for its heading to be believed. */
const fitting: Partial<Record<OrderImportField, (cell: string) => boolean>> = {
  quantity: (cell) => readCount(cell) !== null,
  price: (cell) => readAmount(cell) !== null,
  status: (cell) => readOrderStatus(cell) !== null,
  bought_at: looksLikeMoment,
};

/** Fields of people, which are known by their cells too. */
const personal: readonly string[] = ["first_name", "last_name", "full_name", "mobile", "phone", "email", "locale"];

function guess(names: readonly string[], rows: readonly string[][], country: string): string[] {
  const fields = names.map(() => "ignore");
  const taken = new Set<string>();
  names.forEach((name, index) => {
    const field = isUnnamed(name) ? null : readOrderHeading(name);
    if (!field || taken.has(field)) return;
    const cells = rows.map((row) => (row[index] ?? "").trim()).filter((cell) => cell !== "");
    const fits = fitting[field];
    // Half of the cells at least, or there are none.
    if (fits && cells.filter(fits).length * 2 < cells.length) return;
    fields[index] = field;
    taken.add(field);
  });
  const rest = fields.flatMap((field, index) => (field === "ignore" ? [index] : []));
  const people = guessFields(
    rest.map((index) => names[index] as string),
    rows.map((row) => rest.map((index) => row[index] ?? "")),
    country,
  );
  rest.forEach((index, at) => {
    const field = people[at] as string;
    if (!personal.includes(field) || taken.has(field)) return;
    fields[index] = field;
    taken.add(field);
  });
  return fields;
}

/** Makes the reader of a file's rows, which come in their order. */
function createRowTaker(fields: readonly string[]): (row: FileRow) => WaitingRow {
  const read = createCellReader(fields, orderImportFields);
  const orders = new Map<string, number>();
  const seen = createSeenKeys();
  const times = new Map<string, number>();
  return (row) => {
    const taken = read(row);
    const { order } = taken.said as Said;
    if (order !== undefined) {
      const of_row = orders.get(order) ?? taken.row;
      orders.set(order, of_row);
      return { ...taken, of_row, repeats: 0 };
    }
    const key = JSON.stringify(taken.said);
    const repeats = seen.add(key) ? (times.get(key) ?? 0) + 1 : 0;
    if (repeats > 0) times.set(key, repeats);
    return { ...taken, of_row: taken.row, repeats };
  };
}
