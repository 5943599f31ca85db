/** Reminders that wait for their carrier or relay while the booking is moved or called off: they are not sent any more. */
import { sql } from "kysely";
import type { DecisionReason } from "../../../contract/decisions.ts";
import type { Trigger } from "../../../contract/workflows.ts";
import type { Tx } from "../../kit/db.ts";
import { instantOf, orderedIds } from "../../kit/id.ts";
import { uuidSet } from "../../kit/uuid-set.ts";
import { type MailOfSource, registerMailSource } from "../../mail/mail-sources.ts";
import { withdrawMessages } from "../../messages/withdraw-messages.ts";
import { type BookingRow, isLive } from "../booking.ts";
import { selectBookings } from "../bookings-store.ts";
import { insertHistory } from "../history-store.ts";
import { type DecisionKey, updateSkipped } from "./decisions-store.ts";
import { reasonOfMail } from "./reason-of-mail.ts";
import { sourceType } from "./workflow.ts";
import { addSent } from "./workflows-store.ts";

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
  workflow_id: string;
  workflow: string;
  occurrence: Date;
}

/** Takes back what waits of these bookings' reminders; each booking's history says so. Answers how many of which workflows. */
export async function withdrawStaleTexts(
  tx: Tx,
  workspaceId: string,
  bookings: readonly string[],
  now: Date,
): Promise<ReadonlyMap<string, number>> {
  if (bookings.length === 0) return new Map();
  const { rows } = await sql<StaleText>`
    select d.booking_id, d.message_id, d.workflow_id, w.name as workflow, d.occurrence from workflow_decisions d
    join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
    where d.workspace_id = ${workspaceId} and d.booking_id = any(${uuidSet(bookings)}::uuid[])
      and d.message_id is not null and ${isReminder}`.execute(tx);
  const present = await bookingsOf(tx, workspaceId, rows);
  const stale = rows.filter((row) => isStale(present.get(row.booking_id), row));
  if (stale.length === 0) return new Map();
  const ids = stale.map(({ message_id }) => message_id);
  const withdrawn = new Set(await withdrawMessages(tx, workspaceId, ids, now));
  const taken = stale.filter(({ message_id }) => withdrawn.has(message_id));
  for (const { booking_id, message_id, workflow, occurrence } of taken) {
    const reason = reasonOf(present.get(booking_id), occurrence);
    await sql`
      update workflow_decisions set state = 'skipped', reason = ${reason}
      where workspace_id = ${workspaceId} and booking_id = ${booking_id} and message_id = ${message_id}`.execute(tx);
    await noteStopped(tx, workspaceId, booking_id, workflow, now);
  }
  return unsentBy(taken);
}

const reasonOf = (booking: BookingRow | undefined, occurrence: Date): DecisionReason =>
  booking && isMoved(booking, occurrence) ? "superseded" : "booking_cancelled";

const nextId = orderedIds();

async function noteStopped(tx: Tx, workspaceId: string, bookingId: string, name: string, at: Date): Promise<void> {
  const entry = { id: nextId(at), at, what: "message_stopped", change: {}, by: "system", name, reason: null } as const;
  await insertHistory(tx, workspaceId, { bookingId, entries: [entry] });
}

/** How many fewer workflows have sent, for `addSent`. */
const unsentBy = (rows: readonly { workflow_id: string }[]): ReadonlyMap<string, number> =>
  new Map([...Map.groupBy(rows, ({ workflow_id }) => workflow_id)].map(([id, own]) => [id, -own.length]));

interface MailDecision extends DecisionKey {
  mail_id: string;
  workflow: string;
  trigger: Trigger;
}

/** The decisions that mails were sent. The mails' ids have the moments at which they were due, before which nothing was decided about them. */
async function decisionsOfMails(tx: Tx, workspaceId: string, mails: readonly MailOfSource[]): Promise<MailDecision[]> {
  const ids = mails.map(({ id }) => id);
  const since = new Date(Math.min(...ids.map((id) => instantOf(id).getTime())));
  const { rows } = await sql<MailDecision>`
    select d.mail_id, d.booking_id, d.workflow_id, d.occurrence, d.action, d.recipient, w.name as workflow, w.trigger
    from workflow_decisions d
    join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
    where d.workspace_id = ${workspaceId} and d.mail_id = any(${uuidSet(ids)}::uuid[]) and d.decided_at >= ${since}
      and d.workflow_id = any(${uuidSet([...new Set(mails.flatMap(({ source_id }) => source_id ?? []))])}::uuid[])
      and d.state = 'sent'`.execute(tx);
  return rows;
}

registerMailSource({
  type: sourceType,
  async stopped(tx, workspaceId, mails) {
    const rows = (await decisionsOfMails(tx, workspaceId, mails)).filter(({ trigger }) => trigger === "before_start");
    const present = await bookingsOf(tx, workspaceId, rows);
    return new Set(rows.filter((row) => isStale(present.get(row.booking_id), row)).map(({ mail_id }) => mail_id));
  },
  /** Decisions and figures say what is so: nothing was sent. */
  async withdrawn(tx, workspaceId, mails, at) {
    const rows = await decisionsOfMails(tx, workspaceId, mails);
    if (rows.length === 0) return;
    const present = await bookingsOf(tx, workspaceId, rows);
    const reasons = new Map(mails.map(({ id, reason }) => [id, reason]));
    for (const { mail_id, workflow, ...key } of rows) {
      const why = reasons.get(mail_id) ?? "source_stopped";
      const isStopped = why === "source_stopped";
      const reason = isStopped ? reasonOf(present.get(key.booking_id), key.occurrence) : reasonOfMail[why];
      await updateSkipped(tx, workspaceId, key, reason);
      if (isStopped) await noteStopped(tx, workspaceId, key.booking_id, workflow, at);
    }
    await addSent(tx, workspaceId, unsentBy(rows), at);
  },
});
