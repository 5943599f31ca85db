/**
 * Finds the row of a file that names its columns, and what each column is: by the headings, and by the cells below them. A heading
 * is what a column is called, its cells are what it holds: a running number called "Nr" is no phone, and of several
 * columns with numbers the one that has mobiles is the mobile.
 */
import type { ImportField } from "../../../contract/contacts.ts";
import { type Heading, isAboutEmail, isOtherNumber, readHeading } from "../../../rules/csv-columns.ts";
import { parsePhoneNumber } from "../../../rules/phone-number.ts";
import { columnsLookedAt, looksLikeEmail, looksLikeNumber } from "./csv-format.ts";
import { isUnnamed } from "./file-columns.ts";
import { readConsent } from "./import-consent.ts";

/** Rows of titles that may be above the headings, at most. */
const rowsAboveHeader = 20;

/**
 * The position of the row that names the columns, -1 where none does. A row with data (a number or an e-mail address, unless the caller
 * says otherwise) is no header; rows above it have fewer cells.
 */
export function findHeader(
  rows: readonly string[][],
  { isHeading = (cell: string) => readHeading(cell) !== null, isData = isReachable } = {},
): number {
  let best = -1;
  let known = 0;
  let mostFilled = 0;
  let mostFilledData = 0;
  for (const [index, whole] of rows.slice(0, rowsAboveHeader).entries()) {
    const row = whole.slice(0, columnsLookedAt);
    const filled = row.filter((cell) => cell.trim() !== "").length;
    const data = row.some(isData);
    const words = data ? 0 : row.filter(isHeading).length;
    const below = filled > mostFilled && (mostFilledData === 0 || (words > 1 && mostFilledData * 2 <= filled));
    // One such word alone may be a person's name.
    if (words > known && (index === 0 || below) && (words > 1 || namesData(rows.slice(index), isData))) {
      best = index;
      known = words;
    }
    mostFilled = Math.max(mostFilled, filled);
    if (data) mostFilledData = Math.max(mostFilledData, filled);
  }
  return best >= 0 ? best : namesData(rows, isData) ? 0 : -1;
}

/** Whether a cell holds a number or an e-mail address. */
export const isReachable = (cell: string): boolean => looksLikeEmail(cell) || looksLikeNumber(cell);

/** Whether a first row has words above columns of data; true where there are no such columns. */
function namesData([first = [], ...rest]: readonly string[][], isData: (cell: string) => boolean): boolean {
  const row = first.slice(0, columnsLookedAt);
  if (row.some(isData)) return false;
  const data = row.map((_, index) => {
    const filled = rest.filter((row) => (row[index] ?? "").trim() !== "");
    return isMost(filled.filter((row) => isData(row[index] as string)).length, filled.length);
  });
  return !data.includes(true) || row.some((cell, index) => data[index] && /\p{L}/u.test(cell));
}

interface Column {
  index: number;
  heading: Heading | null;
  /** Without a heading: only its cells decide. */
  unnamed: boolean;
  /** Its heading says that it numbers something other than phones. */
  otherNumber: boolean;
  filled: number;
  /** Its heading is about e-mail and not about texts. */
  aboutEmail: boolean;
  /** How many of its cells are not like one before. */
  distinct: number;
  /** How many of its cells have letters and are no address. */
  words: number;
  /** How many are meant as an address … are one. */
  ats: number;
  emails: number;
  /** How many look like a phone number … are one in use … are a mobile's. */
  numbers: number;
  phones: number;
  mobiles: number;
  /** How many say yes or no … say that the person subscribes, or not. */
  consents: number;
  subscriptions: number;
}

/** A field for each column, `ignore` where none is meant; each field once. `rows` are those below the names. */
export function guessFields(names: readonly string[], rows: readonly string[][], country: string): string[] {
  const columns = names.slice(0, columnsLookedAt).map((name, index) => readColumn(name, index, rows, country));
  const fields = names.map(() => "ignore");
  const give = (field: ImportField, column: Column | undefined) => {
    if (column && fields[column.index] === "ignore") fields[column.index] = field;
  };

  const reached = columns.some(({ heading, unnamed, filled, emails, numbers }) =>
    unnamed
      ? isMost(emails, filled) || isMost(numbers, filled)
      : heading && ["mobile", "phone", "email"].includes(heading.field),
  );
  const { mobile, phone } = chooseNumbers(columns, !reached);
  give("mobile", mobile);
  give("phone", phone);
  give("email", chooseEmail(columns, !mobile));

  const named = (field: ImportField) => {
    const meant = columns.filter(({ index, heading }) => heading?.field === field && fields[index] === "ignore");
    return meant.find(({ filled }) => filled > 0) ?? meant[0];
  };
  const { first, last, full } = chooseNames(named, rows);
  give("first_name", first);
  give("last_name", last);
  give("full_name", full);
  for (const column of chooseConsents(columns)) if (column.heading) give(column.heading.field, column);
  for (const field of ["consent_date", "consent_source"] as const) give(field, named(field));
  give("locale", mostly(named("locale"), rows, /^[a-z]{2,3}([-_][a-z0-9]{2,8})*$/i));
  give("time_zone", mostly(named("time_zone"), rows, /^(utc|gmt|[a-z_]+\/[a-z_+\-/0-9]+)$/i));
  return fields;
}

const isMost = (n: number, filled: number) => filled > 0 && n * 2 >= filled;

/** A column whose cells are of the kind, or that has none. */
function mostly(column: Column | undefined, rows: readonly string[][], pattern: RegExp): Column | undefined {
  if (!column) return undefined;
  const fitting = rows.filter((row) => pattern.test((row[column.index] ?? "").trim())).length;
  return fitting * 2 >= column.filled ? column : undefined;
}

/**
 * The column with the mobile, and the one with the other number. The column called mobile is taken where most of its numbers are
 * mobiles; else the one that has the most mobiles; else the headings decide. So a lone "Telefon" is the mobile.
 */
function chooseNumbers(
  columns: readonly Column[],
  lost: boolean,
): { mobile?: Column | undefined; phone?: Column | undefined } {
  const isNumber = ({ heading }: Column) => heading?.field === "mobile" || heading?.field === "phone";
  const sure = columns.filter((column) =>
    column.unnamed ? isMost(column.numbers, column.filled) : isNumber(column) && !column.heading?.vague,
  );
  const vague = columns.filter(
    (column) => isNumber(column) && column.heading?.vague && isMost(column.phones, column.filled),
  );
  const called = sure.filter(({ heading }) => heading?.field === "mobile");
  const meant = sure.length > 0 ? sure : vague.length > 0 ? vague : lost ? columns.filter(isAllMobiles) : [];
  const mobile =
    withMost(
      "mobiles",
      called.filter(({ mobiles, numbers }) => mobiles * 2 >= numbers),
    ) ??
    withMost("mobiles", meant) ??
    // Called so, and its cells do not contradict: "SMS" may be a question that is answered with yes.
    called.find(({ filled, numbers }) => filled === 0 || numbers > 0) ??
    withMost("phones", meant) ??
    called[0] ??
    meant[0];
  const others = sure.filter((column) => column !== mobile);
  const phone = withMost("phones", others) ?? others.find(({ filled, unnamed }) => filled === 0 && !unnamed);
  return { mobile, phone };
}

/** For headings in an unknown language, where nothing else identifies the person. */
const isAllMobiles = (column: Column) => !column.otherNumber && isAll(column.mobiles, column);
const isAllEmails = (column: Column) => isAll(column.emails, column);

/** The number and address of the employee who serves the customers are the same on all of their rows. */
const isAll = (n: number, { heading, filled, distinct }: Column) =>
  heading === null && n > 0 && n * 5 >= filled * 4 && distinct * 2 > filled;

/** "E-post" may be a question that is answered with yes, too; it is the address all the same where nothing else identifies the person. */
function chooseEmail(columns: readonly Column[], lost: boolean): Column | undefined {
  const named = columns.filter(({ heading }) => heading?.field === "email");
  const unnamed = columns.filter((column) => column.unnamed && isMost(column.emails, column.filled));
  return (
    withMost("emails", named) ??
    named.find(({ filled, ats }) => filled === 0 || ats > 0) ??
    withMost("emails", unnamed) ??
    (lost ? (named[0] ?? columns.find(isAllEmails)) : undefined)
  );
}

function withMost(what: "mobiles" | "phones" | "emails", columns: readonly Column[]): Column | undefined {
  let best: Column | undefined;
  for (const column of columns) if (column[what] > (best?.[what] ?? 0)) best = column;
  return best;
}

/** First and last name go before a full one. A lone "Name" beside a first name is the last name, unless it says both. */
function chooseNames(named: (field: ImportField) => Column | undefined, rows: readonly string[][]) {
  const first = named("first_name");
  const last = named("last_name");
  const found = named("full_name");
  const full = found?.heading?.vague && rows.length > 0 && !isMost(found.words, found.filled) ? undefined : found;
  if (!full || (!first && !last)) return { first, last, full };
  if (!first?.filled && !last?.filled && full.filled) return { first: undefined, last: undefined, full };
  if (!first || last) return { first, last, full: undefined };
  const saysBoth = rows.filter((row) => {
    const name = (row[first.index] ?? "").trim().toLowerCase();
    return name !== "" && (row[full.index] ?? "").toLowerCase().includes(name);
  });
  return { first, last: saysBoth.length * 2 > first.filled ? undefined : full, full: undefined };
}

/**
 * All columns that say whether a person may be written to: each is obeyed. One about e-mail alone counts where none is about
 * texts or about both. A column whose cells are neither yes nor no is none.
 */
function chooseConsents(columns: readonly Column[]): Column[] {
  const saying = columns.filter(({ heading, filled, consents, subscriptions }) => {
    if (heading?.field === "opted_out") return true;
    if (heading?.field !== "consent") return false;
    return heading.vague ? filled > 0 && subscriptions === filled : filled === 0 || isMost(consents, filled);
  });
  const ofTexts = saying.filter(({ aboutEmail }) => !aboutEmail);
  return ofTexts.length > 0 ? ofTexts : saying;
}

function readColumn(name: string, index: number, rows: readonly string[][], country: string): Column {
  const unnamed = isUnnamed(name);
  const column: Column = {
    index,
    heading: unnamed ? null : readHeading(name),
    unnamed,
    otherNumber: isOtherNumber(name),
    aboutEmail: isAboutEmail(name),
    filled: 0,
    distinct: 0,
    words: 0,
    ats: 0,
    emails: 0,
    numbers: 0,
    phones: 0,
    mobiles: 0,
    consents: 0,
    subscriptions: 0,
  };
  const seen = new Set<string>();
  for (const row of rows) {
    const cell = (row[index] ?? "").trim();
    if (cell === "") continue;
    column.filled++;
    seen.add(cell);
    if (column.heading?.field === "consent" && readConsent(cell) !== null) {
      column.consents++;
      if (/subscri|abonn|prenum|meld|mäld|tilaa|cleaned|marketing/i.test(cell)) column.subscriptions++;
    }
    if (cell.includes("@")) column.ats++;
    if (looksLikeEmail(cell)) column.emails++;
    else if (looksLikeNumber(cell)) {
      column.numbers++;
      // What it would be as a mobile: digits that can be two numbers are one of them.
      const read = parsePhoneNumber(cell, country, "mobile");
      const isPhone = "kind" in read ? read.kind !== "short" : read.code === "ambiguous";
      if (isPhone) column.phones++;
      if ("kind" in read && read.kind === "mobile") column.mobiles++;
    } else if (/\p{L}/u.test(cell)) column.words++;
  }
  column.distinct = seen.size;
  return column;
}
