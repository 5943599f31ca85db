/** Reminders that wait for their carrier or relay while the booking is moved or called off: they are not sent any more. */
import { sql } from "kysely";
import type { DecisionReason } from "../../../contract/decisions.ts";
import type { Tx } from "../../kit/db.ts";
import { instantOf, orderedIds } from "../../kit/id.ts";
import { uuidArray } from "../../kit/uuid-array.ts";
import { registerMailSource } from "../../mail/mail-sources.ts";
import { withdrawMessages } from "../../messages/withdraw-messages.ts";
import { type BookingRow, isLive } from "../booking.ts";
import { selectBookings } from "../bookings-store.ts";
import { insertHistory } from "../history-store.ts";
import { sourceType } from "./workflow.ts";

/** Decisions `d` that a reminder, of a workflow `w`, was sent. */
const isReminder = sql.raw(`w.trigger = 'before_start' and d.state = 'sent'`);

/** Whether a reminder is of a start that is not to be. */
const isStale = (booking: BookingRow | undefined, { occurrence }: { occurrence: Date }): boolean =>
  booking !== undefined && (isMoved(booking, occurrence) || !isLive(booking));

const isMoved = ({ start_at }: BookingRow, occurrence: Date): boolean => start_at.getTime() !== occurrence.getTime();

async function bookingsOf(
  tx: Tx,
  workspaceId: string,
  rows: readonly { booking_id: string }[],
): Promise<ReadonlyMap<string, BookingRow>> {
  if (rows.length === 0) return new Map();
  const ids = [...new Set(rows.map(({ booking_id }) => booking_id))];
  return new Map((await selectBookings(tx, workspaceId, ids)).map((row) => [row.id, row]));
}

interface StaleText {
  booking_id: string;
  message_id: string;
  workflow: string;
  occurrence: Date;
}

const nextId = orderedIds();

/** Takes back what waits of these bookings' reminders; each booking's history says so. */
export async function withdrawStaleTexts(
  tx: Tx,
  workspaceId: string,
  bookings: readonly string[],
  now: Date,
): Promise<void> {
  if (bookings.length === 0) return;
  const { rows } = await sql<StaleText>`
    select d.booking_id, d.message_id, w.name as workflow, d.occurrence from workflow_decisions d
    join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
    where d.workspace_id = ${workspaceId} and d.booking_id = any(${uuidArray(bookings)}::uuid[])
      and d.message_id is not null and ${isReminder}`.execute(tx);
  const present = await bookingsOf(tx, workspaceId, rows);
  const stale = rows.filter((row) => isStale(present.get(row.booking_id), row));
  if (stale.length === 0) return;
  const ids = stale.map(({ message_id }) => message_id);
  const withdrawn = new Set(await withdrawMessages(tx, workspaceId, ids, now));
  for (const { booking_id, message_id, workflow: name, occurrence } of stale) {
    if (!withdrawn.has(message_id)) continue;
    const booking = present.get(booking_id);
    const reason: DecisionReason = booking && isMoved(booking, occurrence) ? "superseded" : "booking_cancelled";
    await sql`
      update workflow_decisions set state = 'skipped', reason = ${reason}
      where workspace_id = ${workspaceId} and booking_id = ${booking_id} and message_id = ${message_id}`.execute(tx);
    const entry = {
      id: nextId(now),
      at: now,
      what: "message_stopped",
      change: {},
      by: "system",
      name,
      reason: null,
    } as const;
    await insertHistory(tx, workspaceId, { bookingId: booking_id, entries: [entry] });
  }
}

registerMailSource({
  type: sourceType,
  /** The mails' ids have the moments at which they were due, before which nothing was decided about them. */
  async stopped(tx, workspaceId, mails) {
    const ids = mails.map(({ id }) => id);
    const since = new Date(Math.min(...ids.map((id) => instantOf(id).getTime())));
    const { rows } = await sql<{ mail_id: string; booking_id: string; occurrence: Date }>`
      select d.mail_id, d.booking_id, d.occurrence from workflow_decisions d
      join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
      where d.workspace_id = ${workspaceId} and d.mail_id = any(${uuidArray(ids)}::uuid[]) and d.decided_at >= ${since}
        and d.workflow_id = any(${uuidArray([...new Set(mails.flatMap(({ source_id }) => source_id ?? []))])}::uuid[])
        and ${isReminder}`.execute(tx);
    const present = await bookingsOf(tx, workspaceId, rows);
    return new Set(rows.filter((row) => isStale(present.get(row.booking_id), row)).map(({ mail_id }) => mail_id));
  },
});
