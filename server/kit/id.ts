/** UUIDv7 (RFC 9562): 48 bits of Unix milliseconds, then random bits. Sorts by time. */
import { hash, randomFillSync } from "node:crypto";

/** Random bytes for many ids at once: getting ten at a time took a fortieth of the time of a text sent by API. */
const randoms = Buffer.alloc(4_000);
const idBytes = 10;
let used = randoms.length;

/** A new id at `at`: 74 random bits. */
export function newId(at: Date): string {
  if (used === randoms.length) {
    randomFillSync(randoms);
    used = 0;
  }
  used += idBytes;
  return uuidV7(at.getTime(), randoms.subarray(used - idBytes, used));
}

/**
 * The deterministic id of `name` at `at`: 74 bits of its SHA-256 in place of the random ones. A repeated call gives the same id,
 * so the primary key refuses a second row.
 */
export function namedId(at: Date, name: string): string {
  return uuidV7(at.getTime(), hash("sha256", name, "buffer"));
}

/** A clock that is set back by more was wrong before. */
export const mostSetBack = 3_600_000; // milliseconds

/**
 * Makes new ids that sort in the order they were made (RFC 9562, 6.2, method 1), also while the clock is set back a little. After
 * it was set back by more, ids have its time again: they stand for when something happened.
 */
export function orderedIds(): (at: Date) => string {
  let last = 0;
  let count = 0;
  return (at) => {
    const now = at.getTime();
    const time = now < last - mostSetBack ? now : Math.max(last, now);
    count = time === last ? count + 1 : 0;
    last = time + (count > 0xfff ? 1 : 0);
    count &= 0xfff;
    const id = newId(new Date(last));
    return `${id.slice(0, 15)}${count.toString(16).padStart(3, "0")}${id.slice(18)}`;
  };
}

/** The instant within an id. */
export function instantOf(id: string): Date {
  return new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16));
}

const lastInstant = 2 ** 48 - 1;

/** The smallest id of an instant: the bound of a partition or a time range. Clamped to 1970 and 10889. */
export function firstIdAt(at: Date): string {
  const time = Math.min(Math.max(at.getTime(), 0), lastInstant).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** Whether a text is a UUID, so that PostgreSQL can compare it with one. */
export const isId = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);

function uuidV7(milliseconds: number, unique: Buffer): string {
  const time = milliseconds.toString(16).padStart(12, "0");
  const version = (0x7000 | (unique.readUInt16BE(0) & 0x0fff)).toString(16);
  const variant = (0x8000 | (unique.readUInt16BE(2) & 0x3fff)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${unique.toString("hex", 4, 10)}`;
}
