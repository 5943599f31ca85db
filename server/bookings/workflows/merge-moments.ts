/** One text about several bookings of a person: what comes due in the same minute is told with the first of it. */
import { sql } from "kysely";
import type { AllowedHours } from "../../../rules/booking-moments.ts";
import type { Tx } from "../../kit/db.ts";
import type { Booking } from "../booking.ts";
import { loadBookings } from "../present-booking.ts";
import { type Occasion, timedOccasion } from "./occasion.ts";
import { anchorOf, beingInState } from "./which-bookings.ts";
import { timingOf, type WorkflowRow } from "./workflow.ts";

const minute = 60_000;
/** How far apart bookings can be that come due together: days and hours of reminders are those of the clock, in several zones. */
const furthest = 4 * 24 * 60 * minute;

/** The minute of a moment: after the one instant and until the other. */
export function minuteOf(moment: Date): { after: Date; until: Date } {
  const first = Math.floor(moment.getTime() / minute) * minute;
  return { after: new Date(first - 1), until: new Date(first + minute - 1) };
}

/**
 * What of the people whom these occasions tell comes due later in the same minute, or is in a later share, by workflows that merge. It is
 * for these people alone: others are told of it at its own moment.
 */
export async function takeAlong(
  tx: Tx,
  workspaceId: string,
  occasions: readonly Occasion[],
  hours: AllowedHours | null,
): Promise<Occasion[]> {
  const merging = occasions.filter(({ workflow, verdict }) => workflow.merge && verdict === null);
  const along: Occasion[] = [];
  for (const own of Map.groupBy(
    merging,
    ({ workflow, due_at }) => `${workflow.id} ${minuteOf(due_at).after}`,
  ).values()) {
    const [first] = own;
    if (!first) continue;
    const { workflow, due_at } = first;
    const { until } = minuteOf(due_at);
    const known = new Set(
      occasions.filter((each) => each.workflow.id === workflow.id).map(({ booking }) => booking?.id),
    );
    const people = new Set(own.flatMap(({ booking }) => contactsOf(booking)));
    for (const booking of await bookingsNear(tx, workspaceId, workflow, own, people)) {
      if (known.has(booking.id)) continue;
      const occasion = timedOccasion(workflow, booking, hours, until);
      if (!occasion || minuteOf(occasion.due_at).until.getTime() !== until.getTime()) continue;
      along.push({ ...occasion, along: people });
    }
  }
  return along;
}

function contactsOf(booking: Booking | null): string[] {
  if (booking === null) return [];
  const coming = booking.attendees.flatMap(({ contact }) => contact?.id ?? []);
  return booking.attendees.length > 0 ? coming : booking.customer === null ? [] : [booking.customer.id];
}

/** The bookings of these people at about the same time, soonest first. */
async function bookingsNear(
  tx: Tx,
  workspaceId: string,
  workflow: WorkflowRow,
  own: readonly Occasion[],
  people: ReadonlySet<string>,
): Promise<Booking[]> {
  const timing = timingOf(workflow);
  if (!timing || people.size === 0) return [];
  const anchors = own.flatMap(({ booking }) =>
    booking ? [(timing.trigger === "before_start" ? booking.start_at : booking.end_at).getTime()] : [],
  );
  const anchor = anchorOf(timing.trigger);
  const contacts = `{${[...people].join(",")}}`;
  const { rows: attended } = await sql<{ booking_id: string }>`
    select distinct booking_id from booking_attendees
    where workspace_id = ${workspaceId} and contact_id = any(${contacts}::uuid[])`.execute(tx);
  const { rows } = await sql<{ id: string }>`
    select b.id from bookings b
    where b.workspace_id = ${workspaceId} and ${beingInState(timing.trigger)}
      and (b.customer_id = any(${contacts}::uuid[])
        or b.id = any(${`{${attended.map(({ booking_id }) => booking_id).join(",")}}`}::uuid[]))
      and ${anchor} > ${new Date(Math.min(...anchors) - furthest)} and ${anchor} < ${new Date(Math.max(...anchors) + furthest)}
    order by ${anchor}, b.id`.execute(tx);
  return loadBookings(
    tx,
    workspaceId,
    rows.map(({ id }) => id),
  );
}
