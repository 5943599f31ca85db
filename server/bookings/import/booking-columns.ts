/** Which column of a file becomes which field of a booking: by its heading, and by the cells below it. */
import { type BookingImportField, bookingImportFields } from "../../../contract/booking-imports.ts";
import { readPaymentWord } from "../../../rules/booking-cell-words.ts";
import { looksLikeMoment, readDuration, readTimes } from "../../../rules/booking-cells.ts";
import { isHeading, personFields, readBookingHeading } from "../../../rules/booking-columns.ts";
import {
  type ColumnField,
  type ColumnRules,
  type Columns,
  isUnnamed,
  listNames,
  parseMapping,
} from "../../contacts/import/file-columns.ts";
import { findHeader, guessFields, isReachable } from "../../contacts/import/guess-columns.ts";
import { invalid } from "../../kit/errors.ts";

/** The caller's mapping; 422 names what is not JSON, or no field. */
export const parseBookingMapping = (json: string | undefined): Record<string, ColumnField> | null =>
  parseMapping(json, (field) => field === "ignore" || (bookingImportFields as readonly unknown[]).includes(field));

/** How the columns of a file of bookings are understood; `country` is the workspace's. */
export const bookingColumns = (mapping: Record<string, ColumnField> | null, country: string): ColumnRules => ({
  mapping,
  findHeader: (rows) => findHeader(rows, { isHeading, isData: (cell) => isReachable(cell) || looksLikeMoment(cell) }),
  guess: (names, rows) => guessBookingFields(names, rows, country),
  isLasting: () => false,
  isMeant: saysWhen,
});

const saysWhen = ({ fields }: Columns) => fields.includes("start") || fields.includes("date");

/** 422 where no column says when a booking starts. */
export function requireStart(columns: Columns): void {
  if (saysWhen(columns)) return;
  const message = `No column holds the start of the bookings. Columns of the file: ${listNames(columns.names)}.`;
  throw invalid("no_start_column", message, "mapping", null);
}

/** What the cells of a column must be for its heading to be believed. */
const fitting: Partial<Record<BookingImportField, (cell: string) => boolean>> = {
  start: (cell) => looksLikeMoment(cell) || isTime(cell),
  end: (cell) => looksLikeMoment(cell) || isTime(cell),
  date: looksLikeMoment,
  time: (cell) => looksLikeMoment(cell) || isTime(cell),
  duration: (cell) => typeof readDuration(cell) === "number",
  payment: (cell) => readPaymentWord(cell) !== null,
};

const isTime = (cell: string) => !("code" in readTimes(cell));

interface Column {
  index: number;
  cells: string[];
  field: BookingImportField | null;
}

function guessBookingFields(names: readonly string[], rows: readonly string[][], country: string): string[] {
  const columns = names.map((name, index): Column => {
    const cells = rows.map((row) => (row[index] ?? "").trim()).filter((cell) => cell !== "");
    const field = isUnnamed(name) ? null : readBookingHeading(name);
    const fits = field && fitting[field];
    return { index, cells, field: fits && !mostly(cells, fits) ? null : field };
  });
  const fields = names.map(() => "ignore");
  const rest = [...columns];
  const take = (field: BookingImportField, column: Column | undefined) => {
    if (!column) return;
    fields[column.index] = field;
    rest.splice(rest.indexOf(column), 1);
  };
  const named = (field: BookingImportField) => {
    const meant = rest.filter((column) => column.field === field);
    return meant.find(({ cells }) => cells.length > 0) ?? meant[0];
  };
  for (const field of bookingImportFields) take(field, named(field));
  settleStart(fields, columns, take, rest);
  const people = guessFields(
    rest.map(({ index }) => names[index] as string),
    rows.map((row) => rest.map(({ index }) => row[index] ?? "")),
    country,
  );
  rest.forEach(({ index }, at) => {
    if ((personFields as readonly string[]).includes(people[at] as string)) fields[index] = people[at] as string;
  });
  return fields;
}

/**
 * A column "Start" with times alone goes with one of dates, one "Date" with times too is the start, and without either the only column of
 * dates is.
 */
function settleStart(
  fields: string[],
  columns: readonly Column[],
  take: (field: BookingImportField, column: Column | undefined) => void,
  rest: readonly Column[],
): void {
  const at = (field: BookingImportField) => columns[fields.indexOf(field)];
  const start = at("start");
  const isTimesOnly = start && start.cells.length > 0 && mostly(start.cells, isTime) && at("date");
  if (isTimesOnly && !at("time")) fields[start.index] = "time";
  if (at("start") || at("date")) return;
  const dates = rest.filter(({ field, cells }) => field === null && cells.length > 0 && mostly(cells, looksLikeMoment));
  if (dates.length === 1) take("start", dates[0]);
}

/** Half of the cells at least, or there are none. */
const mostly = (cells: readonly string[], is: (cell: string) => boolean) => cells.filter(is).length * 2 >= cells.length;
