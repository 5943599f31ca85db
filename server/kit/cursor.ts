/** Cursors: the sort values of a page's last row, opaque to the caller. */
import { invalid } from "./errors.ts";
import { isId } from "./id.ts";

/** `sort` binds the cursor to the order it was made in. */
export function writeCursor(sort: string, ...values: string[]): string {
  return Buffer.from(JSON.stringify([sort, ...values])).toString("base64url");
}

/** The values of a cursor made in the same order, whose last is an id; 422 for anything else. */
export function readCursor(cursor: string, sort: string, count: number): string[] {
  const values = readValues(cursor, sort, count);
  if (!isId(String(values.at(-1)))) throw invalidCursor(cursor);
  return values;
}

/** The row number of a cursor over a file's rows. */
export function readRowCursor(cursor: string, sort: string): number {
  const [row = ""] = readValues(cursor, sort, 1);
  if (!/^\d{1,15}$/.test(row)) throw invalidCursor(cursor);
  return Number(row);
}

function readValues(cursor: string, sort: string, count: number): string[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(parsed) && parsed.length === count + 1 && parsed[0] === sort) {
      const values = parsed.slice(1);
      if (values.every((value) => typeof value === "string")) return values;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidCursor(cursor);
}

/** The latest time that a UUIDv7's 48 bits can hold, in the year 10889; ids are derived from a cursor's time. */
const latest = 2 ** 48 - 2;

/** The time and id of a cursor made of these two. */
export function readMoment(cursor: string, sort: string): { at: Date; id: string } {
  const [text = "", id = ""] = readCursor(cursor, sort, 2);
  const at = new Date(text);
  if (!(at.getTime() >= 0 && at.getTime() <= latest)) throw invalidCursor(cursor);
  return { at, id };
}

const invalidCursor = (cursor: string) =>
  invalid("invalid_cursor", "This cursor is not one of this list in this order.", "cursor", cursor);

/** The first `limit` of up to `limit + 1` rows, and the cursor of the last when there was one more. */
export function cut<Row>(rows: Row[], limit: number, cursorOf: (row: Row) => string) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, next_cursor: rows.length > limit && last ? cursorOf(last) : null };
}
