/** Where a page ended: the values its order goes by, opaque to the caller. */
import { invalid } from "../kit/errors.ts";
import { isId } from "../kit/id.ts";

/** `sort` ties the cursor to the order it was made in. */
export function writeCursor(sort: string, ...values: string[]): string {
  return Buffer.from(JSON.stringify([sort, ...values])).toString("base64url");
}

/** The values of a cursor made in the same order; 422 for anything else. */
export function readCursor(cursor: string, sort: string, count: number): string[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (Array.isArray(parsed) && parsed.length === count + 1 && parsed[0] === sort) {
      const values = parsed.slice(1);
      // The last value is always an id.
      if (values.every((value) => typeof value === "string") && isId(String(values.at(-1)))) return values;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidCursor(cursor);
}

/** What the 48 bits of a UUIDv7 hold, from 1970 to the year 10889: nothing of ours is older or newer, and ids are made of it. */
const latest = 2 ** 48 - 2;

/** The instant and id of a cursor that was made of these two. */
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
