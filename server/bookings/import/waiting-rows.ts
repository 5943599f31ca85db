/** Rows of a file on their way into `booking_import_rows`. */
import { hash } from "node:crypto";
import { bookingImportFields } from "../../../contract/booking-imports.ts";
import { createCellReader } from "../../contacts/command-import/said-rows.ts";
import { personKeys } from "../../contacts/find-or-add.ts";
import type { FileRow } from "../../contacts/import/file-row.ts";
import { createSeenKeys } from "../../contacts/import/seen-keys.ts";
import type { WaitingRow } from "./import-store.ts";
import type { Said } from "./read-row.ts";

/** How many rows are imported at a time. */
export const lanes = 2;

export type LaneRow = WaitingRow & { lane: number };

/** Makes the reader of a file's rows, which come in their order. */
export function createRowTaker(fields: readonly string[]): (row: FileRow) => LaneRow {
  const read = createCellReader(fields, bookingImportFields);
  const repeatsOf = createRepeats();
  return (row) => {
    const taken = read(row);
    if (taken.fault) return { ...taken, lane: 0, repeats: 0 };
    return { ...taken, lane: laneOf(taken.said), repeats: repeatsOf(taken.said) };
  };
}

/**
 * Rows that may mean one person have one lane, or two lanes would make two contacts of them: nothing but a mobile number is unique among
 * contacts.
 */
function laneOf(said: Said): number {
  const person = said.email?.toLowerCase() ?? said.mobile ?? said.phone ?? nameOf(said);
  return Number.parseInt(hash("sha1", person, "hex").slice(0, 4), 16) % lanes;
}

const nameOf = ({ full_name, first_name, last_name }: Said) => [full_name, first_name, last_name].join(" ");

/** What says whom and which booking a row is about: rows that share any of it are written one after another. */
export function keysOf(said: Said): string[] {
  const { email, mobile, phone, external_id } = said;
  const known = [...personKeys({ mobile, email }), ...personKeys({ mobile: phone })];
  const person = known.length > 0 ? known : [`name ${nameOf(said)}`];
  return external_id === undefined ? person : [...person, `id ${external_id}`];
}

/** Counts rows that say the same of person, start and service. */
function createRepeats(): (said: Said) => number {
  const seen = createSeenKeys();
  const times = new Map<string, number>();
  return (said) => {
    const { email, mobile, phone, start, date, time, service, location, resources } = said;
    const key = JSON.stringify([email, mobile, phone, nameOf(said), start, date, time, service, location, resources]);
    if (!seen.add(key)) return 0;
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    return before + 1;
  };
}
