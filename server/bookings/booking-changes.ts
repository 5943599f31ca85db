/** What the history and the audit log say of a change of a booking. */
import type { HistoryEntry } from "../../contract/bookings.ts";
import { recordAuditEvent } from "../accounts/audit-events.ts";
import { fullName } from "../contacts/person.ts";
import type { Tx } from "../kit/db.ts";
import { orderedIds } from "../kit/id.ts";
import { type Booking, type BookingRow, type ChangeContext, isOff, namesOf } from "./booking.ts";
import type { HistoryRow } from "./history-store.ts";

const nextHistoryId = orderedIds();

export const historyEntry = (
  { at, by, name }: ChangeContext,
  what: HistoryEntry["what"],
  change: HistoryRow["change"],
  reason: string | null = null,
): HistoryRow => ({ id: nextHistoryId(at), at, what, change, by, name, reason });

/** What the history says of a booking, by what was changed. */
const told = {
  start: ({ start_at }) => start_at.toISOString(),
  end: ({ end_at }) => end_at.toISOString(),
  service: ({ service }) => service?.name ?? null,
  location: ({ location }) => location?.name ?? null,
  resources: ({ resources }) => resources.map(({ name }) => name),
  customer: ({ customer }) => (customer === null ? null : (fullName(customer) ?? customer.mobile ?? customer.email)),
  attendees: ({ attendees }) => attendees.map((each) => fullName(namesOf(each)) ?? each.contact?.mobile ?? null),
  status: ({ status }) => status,
  payment: ({ payment }) => payment,
  locale: ({ locale }) => locale,
  notes: ({ notes }) => notes,
  muted: ({ muted, muted_workflows }) => (muted ? true : muted_workflows.length > 0 ? muted_workflows : false),
} as const satisfies Partial<Record<HistoryEntry["what"], (booking: Booking) => unknown>>;

/** What decides whether something was changed, where that is not what is told: two services may have one name. */
const compared: Partial<Record<keyof typeof told, (booking: Booking) => unknown>> = {
  service: ({ service_id }) => service_id,
  location: ({ location_id }) => location_id,
  resources: ({ resource_ids }) => resource_ids.toSorted(),
  customer: ({ customer_id }) => customer_id,
  attendees: ({ attendees }) => attendees.map(({ contact, ...rest }) => ({ ...rest, contact: contact?.id })),
};

/** What was changed, as the history says it; empty where nothing was. */
export function changesOf(
  before: Booking,
  after: Booking,
  context: ChangeContext,
  reason: string | null,
): HistoryRow[] {
  return (Object.keys(told) as (keyof typeof told)[]).flatMap((what) => {
    const seen = compared[what] ?? told[what];
    if (JSON.stringify(seen(before)) === JSON.stringify(seen(after))) return [];
    return [historyEntry(context, what, { from: told[what](before), to: told[what](after) }, reason)];
  });
}

export const targetOf = ({ id, reference }: BookingRow) => ({ type: "booking", id, name: reference });

/** Of what says something about a person only that it was changed. */
const personal: readonly HistoryEntry["what"][] = ["customer", "attendees", "notes"];

/** Records a change in the audit log. */
export async function recordChanged(
  tx: Tx,
  before: Booking,
  after: Booking,
  history: readonly HistoryRow[],
  at: Date,
): Promise<void> {
  const shown = (side: "from" | "to") =>
    Object.fromEntries(
      history.map(({ what, change }) => [what, personal.includes(what) ? "…" : (change[side] ?? null)]),
    );
  await recordAuditEvent(tx, {
    workspaceId: after.workspace_id,
    at,
    action: isOff(after) && !isOff(before) ? "booking.cancelled" : "booking.updated",
    target: targetOf(after),
    before: shown("from"),
    after: shown("to"),
  });
}
