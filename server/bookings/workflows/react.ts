/** Workflows look at what has happened to bookings, as work by the clock: seconds after the commit of the change. */
import { selectPeople } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { type DueWork, dueInWorkspaces } from "../../kit/due.ts";
import { inSavepoint } from "../../kit/savepoint.ts";
import type { DueServices } from "../../kit/services.ts";
import { getWorkspace, reminderHoursOf } from "../../workspaces/workspace.ts";
import type { Booking } from "../booking.ts";
import {
  findHappenings,
  type FoundHappening,
  type HappeningRow,
  postponeHappenings,
  takeHappenings,
} from "../happenings-store.ts";
import { loadBookings } from "../present-booking.ts";
import { changesOf } from "./changes.ts";
import { decide, lockDecisions } from "./decide.ts";
import { type Occasion, occasionsOfChange, timedOccasion } from "./occasion.ts";
import { atOnce, countAttendees, inShares } from "./shares.ts";
import { withdrawStaleTexts } from "./stale-reminders.ts";
import type { DecideServices } from "./step.ts";
import type { WorkflowRow } from "./workflow.ts";
import { addSent, selectEnabled } from "./workflows-store.ts";

/** Deciding about changes, as work by the clock. */
export function reactions(
  services: Pick<DueServices, "db" | "log" | "liveUpdates">,
  deciding: DecideServices,
): DueWork {
  return dueInWorkspaces(services, {
    name: "workflows.react",
    share: atOnce,
    find: findHappenings,
    async claim(tx, workspaceId, found, now) {
      const attendees = await countAttendees(
        tx,
        workspaceId,
        found.flatMap(({ booking_id }) => booking_id ?? []),
      );
      const [share = []] = inShares(found, ({ booking_id }) => booking_id, attendees);
      return reactApart(services, deciding, tx, { workspaceId, share, now });
    },
    perform: (workspaceId) => services.liveUpdates.publish(workspaceId, "workflow", null),
  });
}

/** Decides about a share; where that fails, about each booking by itself, so that one of them does not hold up the others. */
async function reactApart(
  { log }: Pick<DueServices, "log">,
  deciding: DecideServices,
  tx: Tx,
  { workspaceId, share, now }: { workspaceId: string; share: readonly FoundHappening[]; now: Date },
): Promise<number> {
  const idsOf = (some: readonly FoundHappening[]) => some.map(({ id }) => id);
  const together = () => react(deciding, tx, workspaceId, idsOf(share), now);
  try {
    return await inSavepoint(tx, together);
  } catch (error) {
    log.warn({ err: error, workspace: workspaceId }, "could not decide about changes together; trying each by itself");
  }
  for (const [booking, own] of Map.groupBy(share, ({ booking_id, id }) => booking_id ?? id)) {
    try {
      await inSavepoint(tx, () => react(deciding, tx, workspaceId, idsOf(own), now));
    } catch (error) {
      log.warn({ err: error, workspace: workspaceId, booking }, "could not decide about a booking; trying again later");
      await postponeHappenings(tx, workspaceId, idsOf(own), now);
    }
  }
  return share.length;
}

/** Decides about these happenings; answers how many there were. */
export async function react(
  deciding: DecideServices,
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
  now: Date,
): Promise<number> {
  await lockDecisions(tx, workspaceId);
  const rows = await takeHappenings(tx, workspaceId, ids);
  const bookingIds = [...new Set(rows.flatMap(({ booking_id }) => booking_id ?? []))];
  const unsent = await withdrawStaleTexts(
    tx,
    workspaceId,
    bookingIds.filter((id) => !isNew(rows, id)),
    now,
  );
  const workflows = await selectEnabled(tx, workspaceId);
  if (workflows.length === 0) {
    await addSent(tx, workspaceId, unsent, now);
    return rows.length;
  }
  const bookings = new Map((await loadBookings(tx, workspaceId, bookingIds)).map((booking) => [booking.id, booking]));
  const hours = reminderHoursOf(await getWorkspace(tx, workspaceId));
  const occasions: Occasion[] = [];
  for (const [bookingId, own] of Map.groupBy(rows, ({ booking_id }) => booking_id)) {
    const booking = bookingId === null ? null : (bookings.get(bookingId) ?? null);
    if (bookingId === null) occasions.push(...(await ofCustomers(tx, workspaceId, workflows, own, now)));
    if (booking === null) continue;
    for (const change of changesOf(own, booking))
      occasions.push(...occasionsOfChange(workflows, change, { booking, contact: null }, now));
    occasions.push(...timedOf(workflows, booking, own, hours, now));
  }
  await decide(deciding, tx, workspaceId, occasions, now, unsent);
  return rows.length;
}

const isNew = (rows: readonly HappeningRow[], id: string): boolean =>
  rows.some(({ booking_id, happenings }) => booking_id === id && happenings.some(({ kind }) => kind === "created"));

/**
 * Moments that had passed when the booking was made or changed, which looking for what is due does not find: a booking that was made too
 * late for its reminder.
 */
export function timedOf(
  workflows: readonly WorkflowRow[],
  booking: Booking,
  rows: readonly HappeningRow[],
  hours: ReturnType<typeof reminderHoursOf>,
  now: Date,
): Occasion[] {
  const kinds = new Set(rows.flatMap(({ happenings }) => happenings.map(({ kind }) => kind)));
  if (!kinds.has("created") && !kinds.has("changed") && !kinds.has("status")) return [];
  return workflows.flatMap((workflow) => timedOccasion(workflow, booking, hours, now) ?? []);
}

async function ofCustomers(
  tx: Tx,
  workspaceId: string,
  workflows: readonly WorkflowRow[],
  rows: readonly HappeningRow[],
  now: Date,
): Promise<Occasion[]> {
  const contacts = await selectPeople(
    tx,
    workspaceId,
    rows.map(({ contact_id }) => contact_id),
  );
  return rows.flatMap((row) => {
    const contact = contacts.get(row.contact_id ?? "");
    if (!contact) return [];
    return changesOf([row], null).flatMap((change) =>
      occasionsOfChange(workflows, change, { booking: null, contact }, now),
    );
  });
}
