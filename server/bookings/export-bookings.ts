/** A person's bookings and what workflows decided about them, for the export of the person. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type Booking, namesOf } from "./booking.ts";
import { completeBookings } from "./complete-bookings.ts";
import { type HistoryRow, selectHistory } from "./history-store.ts";
import { everyBooking, listBookings } from "./list-store.ts";

type After = { at: Date; id: string } | null;

/** One page of the bookings that a contact made or comes to, by start, and where the next one begins. */
export async function exportBookings(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  after: After,
  limit: number,
): Promise<{ items: unknown[]; next: After }> {
  const { time_zone } = await getWorkspace(tx, workspaceId);
  const filter = { ...everyBooking, customer_id: contactId };
  const rows = await listBookings(tx, workspaceId, filter, { order: "start", after, limit });
  const items = [];
  for (const booking of await completeBookings(tx, workspaceId, time_zone, rows))
    items.push(present(booking, contactId, await selectHistory(tx, workspaceId, booking.id)));
  const last = rows.at(-1);
  return { items, next: last && rows.length === limit ? { at: last.start_at, id: last.id } : null };
}

/** Without others who come. Notes and language are those of whoever booked. */
function present(booking: Booking, contactId: string, history: readonly HistoryRow[]) {
  const isCustomer = booking.customer_id === contactId;
  return {
    id: booking.id,
    reference: booking.reference,
    is_customer: isCustomer,
    attends_as: booking.attendees
      .filter(({ contact }) => contact?.id === contactId)
      .map((attendee) => ({ ...namesOf(attendee), locale: attendee.locale, time_zone: attendee.time_zone })),
    service: booking.service?.name ?? null,
    location: booking.location?.name ?? null,
    resources: booking.resources.map(({ name }) => name),
    start: booking.start_at.toISOString(),
    end: booking.end_at.toISOString(),
    time_zone: booking.time_zone,
    status: booking.status,
    payment: booking.payment,
    ...(isCustomer && { locale: booking.locale, notes: booking.notes }),
    source: booking.source,
    external_id: booking.external_id,
    created_at: booking.created_at.toISOString(),
    history: history.map((entry) => presentEntry(entry, isCustomer)),
  };
}

/** What was changed and when; whom the booking had before, and who comes to it, are other people. */
function presentEntry({ at, what, change, by, reason }: HistoryRow, isCustomer: boolean) {
  const isOfOthers = what === "customer" || what === "attendees" || (!isCustomer && what === "notes");
  return {
    at: at.toISOString(),
    what,
    by,
    ...(!isOfOthers && { from: change.from ?? null, to: change.to ?? null }),
    ...(isCustomer && { reason }),
  };
}

interface ExportedDecision {
  booking_id: string;
  workflow_id: string;
  occurrence: string;
  action: string;
  recipient: string;
}

/** One page of what workflows decided about a contact, after the given one. */
export async function exportDecisions(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  after: ExportedDecision | null,
  limit: number,
): Promise<ExportedDecision[]> {
  const { rows } = await sql<ExportedDecision>`
    select d.booking_id, d.workflow_id, d.occurrence::text as occurrence, d.action, d.recipient, w.name as workflow, d.name, d."to",
      d.action_kind, d.channel, d.state, d.reason, d.due_at, d.decided_at, d.message_id, d.mail_id
    from workflow_decisions d
    left join workflows w on w.workspace_id = ${workspaceId} and w.id = d.workflow_id
    where d.workspace_id = ${workspaceId} and d.contact_id = ${contactId}
      ${
        after
          ? sql`and (d.booking_id, d.workflow_id, d.occurrence, d.action, d.recipient)
            > (${after.booking_id}::uuid, ${after.workflow_id}::uuid, ${after.occurrence}::timestamptz, ${after.action},
              ${after.recipient})`
          : sql``
      }
    order by d.booking_id, d.workflow_id, d.occurrence, d.action, d.recipient limit ${limit}`.execute(tx);
  return rows;
}
