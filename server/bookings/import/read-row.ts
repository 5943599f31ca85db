/** Reads the cells of a row as what they say of a booking. */
import type { BookingImportField } from "../../../contract/booking-imports.ts";
import type { Payment } from "../../../contract/bookings.ts";
import { readLanguageWord, readPaymentWord, readStatusWord } from "../../../rules/booking-cell-words.ts";
import {
  type CellMoment,
  type CellProblem,
  type DateOrder,
  readDuration,
  readMoment,
  readTimes,
} from "../../../rules/booking-cells.ts";
import { readPerson, type SaidPerson } from "../../contacts/command-import/said-person.ts";
import { tidy } from "../../contacts/import/import-row.ts";
import { invalid } from "../../kit/errors.ts";

/** The cells of a row by what they are, trimmed; empty ones are left out. */
export type Said = Partial<Record<BookingImportField, string>>;

/** What a row says. Undefined: nothing, so what is known stays. */
export interface ReadRow {
  external_id: string | null;
  customer: SaidPerson | undefined;
  start: CellMoment;
  /** Where the row has an end, or a duration in minutes. */
  end: CellMoment | undefined;
  duration: number | undefined;
  service: string | undefined;
  location: string | undefined;
  resources: string[] | undefined;
  status: string | undefined;
  payment: Payment | undefined;
  locale: string | undefined;
  notes: string | undefined;
}

/** As the command of bookings takes it. */
export const textOf = (moment: CellMoment): string =>
  "instant" in moment ? moment.instant : `${moment.date}T${moment.time}`;

export interface RowContext {
  country: string;
  order: DateOrder;
  /** Whether a status is one of the workspace's own. */
  isOwnStatus(name: string): boolean;
}

const longest: Partial<Record<BookingImportField, number>> = {
  external_id: 200,
  first_name: 100,
  last_name: 100,
  mobile: 40,
  phone: 40,
  email: 254,
  service: 100,
  location: 100,
  status: 40,
  locale: 20,
  notes: 2_000,
};
const mostResources = 20;

/** 422 on the column's field for a cell that says nothing that can be understood. */
export function readRow(cells: Said, context: RowContext): ReadRow {
  for (const [field, text] of Object.entries(cells) as [BookingImportField, string][]) {
    if (text.includes("\0")) throw invalid("invalid_text", `${field} holds a NUL character.`, field, text);
    const most = longest[field];
    if (most !== undefined && text.length > most)
      throw invalid("too_long", `${field} has ${text.length} characters; ${most} are the most.`, field, text);
  }
  const start = readStart(cells, context.order);
  const { external_id = null, service, location, notes } = cells;
  const locale = cells.locale === undefined ? undefined : (readLanguageWord(cells.locale) ?? cells.locale);
  return {
    external_id,
    customer: readPerson(cells, context.country, locale),
    start: start.at,
    ...readEnd(cells, start, context.order),
    service: service && tidy(service),
    location: location && tidy(location),
    resources: cells.resources === undefined ? undefined : splitResources(cells.resources),
    status: cells.status === undefined ? undefined : statusOf(cells.status, context),
    payment: cells.payment === undefined ? undefined : readPayment(cells.payment),
    locale,
    notes,
  };
}

interface Start {
  at: CellMoment;
  /** The day, for an end that is a time alone. */
  date: string | null;
  /** Where the column of times says until when. */
  until: string | null;
}

function readStart(cells: Said, order: DateOrder): Start {
  const field = cells.start === undefined ? "date" : "start";
  const text = cells[field];
  if (text === undefined) throw invalid("start_missing", "A booking has a start.", "start", null);
  const read = understood(readMoment(text, order), field, text);
  if ("instant" in read) return { at: read, date: null, until: null };
  if (cells.time !== undefined && (field === "date" || read.time === null)) {
    // A column of times may come out of a spreadsheet with a date of its own.
    const own = readMoment(cells.time, order);
    const times =
      "date" in own && own.time !== null
        ? { start: own.time, end: null }
        : understood(readTimes(cells.time), "time", cells.time);
    return { at: { date: read.date, time: times.start }, date: read.date, until: times.end };
  }
  if (read.time === null) throw invalid("time_missing", `${text} has no time of day.`, field, text);
  return { at: read, date: read.date, until: null };
}

function readEnd(cells: Said, { date, until }: Start, order: DateOrder): Pick<ReadRow, "end" | "duration"> {
  const text = cells.end;
  if (text !== undefined) {
    const times = readTimes(text);
    if (!("code" in times)) {
      if (date === null) throw invalid("invalid_time", `${text} has no date.`, "end", text);
      return { end: { date, time: times.start }, duration: undefined };
    }
    const read = understood(readMoment(text, order), "end", text);
    if ("date" in read && read.time === null) throw invalid("time_missing", `${text} has no time of day.`, "end", text);
    return { end: read, duration: undefined };
  }
  if (cells.duration !== undefined)
    return { end: undefined, duration: understood(readDuration(cells.duration), "duration", cells.duration) };
  return { end: until === null || date === null ? undefined : { date, time: until }, duration: undefined };
}

function understood<Read>(read: Read | CellProblem, field: BookingImportField, text: string): Read {
  if (typeof read === "object" && read !== null && "code" in read) {
    const { code, problem } = read as CellProblem;
    throw invalid(code, problem, field, text);
  }
  return read as Read;
}

function splitResources(text: string): string[] {
  const names = text
    .split(/[,;+\n]/)
    .map(tidy)
    .filter((name) => name !== "");
  if (names.length > mostResources)
    throw invalid("too_many_resources", `A booking has at most ${mostResources} resources.`, "resources", text);
  const long = names.find((name) => name.length > 100);
  if (long) throw invalid("too_long", `${long} has more than 100 characters.`, "resources", text);
  return names;
}

/** The workspace's own names go first. What is neither is refused where the booking is written. */
const statusOf = (text: string, { isOwnStatus }: RowContext): string =>
  isOwnStatus(text) ? text : (readStatusWord(text) ?? text);

function readPayment(text: string): Payment {
  const payment = readPaymentWord(text);
  if (payment) return payment;
  throw invalid(
    "unknown_payment",
    `${text} does not say whether it is paid: none, due, paid or refunded.`,
    "payment",
    text,
  );
}
