/**
 * Erases a person from bookings. The bookings stay, since resources were taken by them and figures are made of them: without the customer,
 * the notes, and the names of who came.
 */
import { sql } from "kysely";
import { mapTexts } from "../../rules/map-texts.ts";
import { redact } from "../consent/erase-consent.ts";
import type { Tx } from "../kit/db.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import { deleteAccessOf } from "./access-store.ts";
import { eraseRecipients } from "./erase-decisions.ts";
import type { BookingBefore } from "./happenings-store.ts";

/** A person as bookings know them. Numbers and address are those that no other contact has. */
export interface BookedPerson {
  contact_id: string;
  first_name: string | null;
  last_name: string | null;
  numbers: readonly string[];
  address: string | null;
}

type Named = Pick<BookedPerson, "first_name" | "last_name">;

/** Can be repeated: bookings that were being written when the person was erased are found the next time. */
export async function eraseFromBookings(tx: Tx, workspaceId: string, person: BookedPerson, at: Date): Promise<void> {
  const { contact_id: contactId, numbers, address } = person;
  await deleteAccessOf(tx, workspaceId, contactId);
  const own = await eraseCustomer(tx, workspaceId, contactId, at);
  const { attended, names } = await eraseAttendee(tx, workspaceId, contactId);
  await eraseNamesakes(tx, workspaceId, person, own);
  await eraseOwnHistory(tx, workspaceId, own);
  await emptyHistory(tx, workspaceId, attended, ["attendees"]);
  await redactOthers(tx, workspaceId, person, attended, names);
  await eraseHappenings(tx, workspaceId, contactId);
  await eraseRecipients(tx, workspaceId, contactId, address === null ? numbers : [...numbers, address], at);
}

/** Calendars learn of it by the sequence, or they would go on showing the name. */
async function eraseCustomer(tx: Tx, workspaceId: string, contactId: string, at: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update bookings as b
    set customer_id = null, notes = null, locale = null, sequence = b.sequence + 1, updated_at = ${at}
    where b.workspace_id = ${workspaceId} and b.customer_id = ${contactId} returning b.id`.execute(tx);
  return rows.map(({ id }) => id);
}

/**
 * Answers the bookings that the person came to, and the names that they had there. A place that was taken stays taken: the others' texts
 * would change with the number of those who come.
 */
async function eraseAttendee(
  tx: Tx,
  workspaceId: string,
  contactId: string,
): Promise<{ attended: string[]; names: Named[] }> {
  const { rows } = await sql<Named & { booking_id: string }>`
    select booking_id, first_name, last_name from booking_attendees
    where workspace_id = ${workspaceId} and contact_id = ${contactId} for update`.execute(tx);
  await sql`
    update booking_attendees set contact_id = null, first_name = null, last_name = null, locale = null, time_zone = null
    where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
  return { attended: [...new Set(rows.map(({ booking_id }) => booking_id))], names: rows };
}

/** Attendees of the person's own bookings who are nothing but the person's name. */
async function eraseNamesakes(
  tx: Tx,
  workspaceId: string,
  person: BookedPerson,
  own: readonly string[],
): Promise<void> {
  const name = nameKey(person);
  if (name === "" || own.length === 0) return;
  const { rows } = await sql<{ id: string; first_name: string | null; last_name: string | null }>`
    select id, first_name, last_name from booking_attendees
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(own)}::uuid[]) and contact_id is null`.execute(
    tx,
  );
  const ids = rows.filter((each) => nameKey(each) === name).map(({ id }) => id);
  await sql`
    update booking_attendees set first_name = null, last_name = null, locale = null, time_zone = null
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(own)}::uuid[])
      and id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
}

const nameKey = ({ first_name, last_name }: Named): string =>
  [first_name, last_name].filter(Boolean).join(" ").toLowerCase();

async function eraseOwnHistory(tx: Tx, workspaceId: string, own: readonly string[]): Promise<void> {
  if (own.length === 0) return;
  await emptyHistory(tx, workspaceId, own, ["customer", "attendees", "notes", "locale"]);
  await sql`
    update booking_history set reason = null
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(own)}::uuid[]) and reason is not null`.execute(
    tx,
  );
  await sql`
    update booking_history set name = null
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(own)}::uuid[]) and by = 'customer'`.execute(tx);
}

/** It stays that something was changed, by whom and when. */
async function emptyHistory(
  tx: Tx,
  workspaceId: string,
  bookings: readonly string[],
  what: readonly string[],
): Promise<void> {
  await sql`
    update booking_history set change = '{}'
    where workspace_id = ${workspaceId} and booking_id = any(${uuidSet(bookings)}::uuid[])
      and what = any(${what}::text[])`.execute(tx);
}

interface TextsRow {
  booking_id: string;
  id: string;
  change: Record<string, unknown>;
  reason: string | null;
}

/** In bookings of others that name the person: those that they came to, and those that had them before somebody else. */
async function redactOthers(
  tx: Tx,
  workspaceId: string,
  { first_name, last_name, numbers, address }: BookedPerson,
  attended: readonly string[],
  names: readonly Named[],
): Promise<void> {
  const given = [first_name, last_name, address, ...names.flatMap((each) => [each.first_name, each.last_name])];
  const words = [...new Set([...given.filter((word) => word !== null), ...numbers])];
  if (words.length === 0) return;
  const notes = await sql<{ id: string; notes: string }>`
    select id, notes from bookings
    where workspace_id = ${workspaceId} and id = any(${uuidSet(attended)}::uuid[]) and notes is not null`.execute(tx);
  for (const { id, notes: written } of notes.rows) {
    const redacted = redact(written, words);
    if (redacted !== written)
      await sql`
        update bookings set notes = ${redacted} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  }
  // Alone a first name would be that of many people.
  const whole = first_name && last_name ? [`${first_name} ${last_name}`] : [];
  const sought = [...whole, ...numbers, ...(address === null ? [] : [address])];
  const history = await sql<TextsRow>`
    select booking_id, id, change, reason from booking_history h
    where h.workspace_id = ${workspaceId} and (h.booking_id = any(${uuidSet(attended)}::uuid[])
      or (h.what in ('customer', 'attendees') and exists (
        select 1 from unnest(${sought}::text[]) as s (word) where strpos(lower(h.change::text), lower(s.word)) > 0)))`.execute(
    tx,
  );
  for (const row of history.rows) {
    const change = mapTexts(row.change, (text) => redact(text, words));
    const reason = row.reason === null ? null : redact(row.reason, words);
    if (JSON.stringify(change) === JSON.stringify(row.change) && reason === row.reason) continue;
    await sql`
      update booking_history set change = ${JSON.stringify(change)}::jsonb, reason = ${reason}
      where workspace_id = ${workspaceId} and booking_id = ${row.booking_id} and id = ${row.id}`.execute(tx);
  }
}

/** Of what workflows have not looked at yet: they could not reach the person any more. */
async function eraseHappenings(tx: Tx, workspaceId: string, contactId: string): Promise<void> {
  await sql`
    delete from booking_happenings where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
  const left = JSON.stringify([{ contact_id: contactId }]);
  const { rows } = await sql<{ id: string; before: BookingBefore | null }>`
    select id, before from booking_happenings
    where workspace_id = ${workspaceId} and (before -> 'left' @> ${left}::jsonb or before ->> 'alone' = ${contactId})
    for update`.execute(tx);
  for (const { id, before } of rows) {
    if (before === null) continue;
    const after: BookingBefore = {
      ...before,
      ...(before.alone === contactId && { alone: null }),
      left: before.left.filter((each) => each.contact_id !== contactId),
    };
    await sql`
      update booking_happenings set before = ${JSON.stringify(after)}::jsonb
      where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  }
}
