/**
 * Reminders and thanks: twice a second those bookings are found whose moment has come since the last time, by their state of now. Nothing is
 * scheduled that could go stale, and what was decided is not found again. After a stoppage the time since is caught up with.
 *
 * A workspace in which something fails does not hold up the others: it gets a time of its own, from which it is tried again.
 */
import type { ReminderHours } from "../../../contract/accounts.ts";
import { rangesDue } from "../../../rules/booking-moments.ts";
import { type Db, systemScope } from "../../kit/db.ts";
import type { DueResult, DueRound, DueWork } from "../../kit/due.ts";
import { inEachWorkspace } from "../../kit/in-each-workspace.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import { pipelined, preparedTransaction } from "../../kit/prepared.ts";
import type { DueServices } from "../../kit/services.ts";
import { getWorkspace, reminderHoursOf } from "../../workspaces/workspace.ts";
import type { Booking } from "../booking.ts";
import { loadBookings } from "../present-booking.ts";
import { decide, lockDecisions } from "./decide.ts";
import * as store from "./moments-store.ts";
import { timedOccasion } from "./occasion.ts";
import { countAttendees, inShares } from "./shares.ts";
import type { DecideServices } from "./step.ts";
import { createTimingsReader, type TimingsReader } from "./timings-in-use.ts";
import type { WorkflowRow } from "./workflow.ts";
import { selectEnabled } from "./workflows-store.ts";

type Services = Pick<DueServices, "db" | "log"> & { liveUpdates: Pick<LiveUpdates, "publish"> };

const name = "workflows.moments";
/** What is found at once. */
const pageSize = 1_000;
/** Ranges that one statement looks into. */
const rangesAtOnce = 100;
/** Milliseconds between looks: a reminder waits half of it and what the look before takes. With a second, a hundredth waited 2.4 s. */
const lookEvery = 500;
/** While nothing is due the time is noted this seldom: a look at a minute costs as much as one at a second. */
const noteEvery = 30_000;

/** Deciding about moments, as work by the clock. */
export function momentsWork(services: Services, deciding: DecideServices): DueWork {
  const readTimings = createTimingsReader();
  const run = (round: DueRound) => sweep(services, deciding, readTimings, round);
  return { name, every_ms: lookEvery, run };
}

/** Which bookings are looked at: those of one workspace, or of all but some. */
interface Scope {
  only: string | null;
  but: readonly string[];
}

async function sweep(
  services: Services,
  deciding: DecideServices,
  readTimings: TimingsReader,
  { now, signal }: DueRound,
): Promise<DueResult> {
  const { db } = services;
  const [{ until, lagging }, { timings, zones }] = await preparedTransaction(db.pool, systemScope, (tx) =>
    pipelined(
      tx,
      () => store.selectSweep(tx),
      () => readTimings(tx, now),
    ),
  );
  const over = (since: Date, scope: Scope) =>
    sweepOver(services, deciding, rangesBetween(timings, zones, since, now), { now, signal }, scope);
  const result: DueResult = { done: 0, oldest: null, more: false, errors: [] };
  // A clock that was set back: what comes due again has its decision.
  const since = until && until < now ? until : now;
  const main = await over(since, { only: null, but: [...lagging.keys()] });
  merge(result, main);
  // Of a clock that was set back at once: what is booked now may be due before the time that was noted.
  const isWorthIt = until === null || main.done > 0 || now < until || now.getTime() - until.getTime() > noteEvery;
  const isNoted = main.complete && (isWorthIt || main.failed.size > 0);
  if (isNoted || main.failed.size > 0)
    await db.asSystem(async (tx) => {
      for (const workspaceId of main.failed) await store.upsertSweep(tx, workspaceId, since);
      if (isNoted) await store.upsertSweep(tx, null, now);
    });
  for (const [workspaceId, from] of lagging) {
    if (signal.aborted) break;
    const own = await over(from, { only: workspaceId, but: [] });
    merge(result, own);
    if (own.complete && own.failed.size === 0) {
      // Together with all others from now on: the time between is looked at once more.
      await db.asSystem((tx) => store.deleteSweep(tx, workspaceId));
    }
  }
  return result;
}

interface Swept extends Pick<DueResult, "done" | "oldest" | "errors"> {
  /** Whether all that was found was looked at. */
  complete: boolean;
  failed: Set<string>;
}

function merge(result: DueResult, { done, oldest, errors }: Swept): void {
  result.done += done;
  result.errors.push(...errors);
  if (oldest && (!result.oldest || oldest < result.oldest)) result.oldest = oldest;
}

async function sweepOver(
  { db, log, liveUpdates }: Services,
  deciding: DecideServices,
  ranges: readonly store.Range[],
  { now, signal }: DueRound,
  scope: Scope,
): Promise<Swept> {
  const swept: Swept = { done: 0, oldest: null, errors: [], complete: false, failed: new Set() };
  for (const trigger of ["before_start", "after_end"] as const) {
    const own = ranges.filter((range) => range.trigger === trigger);
    const decideIn = async (workspaceId: string, found: readonly store.FoundBooking[]): Promise<void> => {
      if (swept.failed.has(workspaceId)) return;
      try {
        const { done, oldest } = await decideMoments(db, deciding, workspaceId, { found, ranges: own, now });
        swept.done += done;
        if (oldest && (!swept.oldest || oldest < swept.oldest)) swept.oldest = oldest;
        if (done > 0) liveUpdates.publish(workspaceId, "workflow", null);
      } catch (error) {
        swept.failed.add(workspaceId);
        swept.errors.push(error);
        log.warn({ err: error, work: name, workspace: workspaceId }, "due work failed in a workspace; trying again");
      }
    };
    for (let first = 0; first < own.length; first += rangesAtOnce) {
      const some = own.slice(first, first + rangesAtOnce);
      for (let after: store.FoundBooking | null = null; ;) {
        if (signal.aborted) return swept;
        const found: store.FoundBooking[] = await db.asSystem((tx) =>
          store.selectWithin(tx, trigger, some, { ...scope, after, limit: pageSize }),
        );
        await inEachWorkspace(found, decideIn);
        const last = found.at(-1);
        if (!last || found.length < pageSize) break;
        after = last;
      }
    }
  }
  swept.complete = true;
  return swept;
}

/** The starts and ends of bookings whose moments lie between two instants, by timing and zone. */
function rangesBetween(
  timings: readonly store.TimingInUse[],
  zones: readonly string[],
  since: Date,
  now: Date,
): store.Range[] {
  return timings.flatMap((timing) => {
    const { hours_from, hours_to } = timing;
    const hours = hours_from === null || hours_to === null ? null : { from: hours_from, to: hours_to };
    // Elapsed time is the same everywhere.
    const everywhere = timing.unit !== "days" && hours === null;
    return (everywhere ? [null] : zones).flatMap((zone) =>
      rangesDue(timing, zone ?? "UTC", hours, since, now).map((range) => ({ ...timing, zone, ...range })),
    );
  });
}

/** Decides about the bookings of a workspace, each by the workflows of which a range holds it. Throws once all others are decided. */
async function decideMoments(
  db: Db,
  deciding: DecideServices,
  workspaceId: string,
  { found, ranges, now }: { found: readonly store.FoundBooking[]; ranges: readonly store.Range[]; now: Date },
): Promise<{ done: number; oldest: Date | null }> {
  let done = 0;
  let oldest: Date | null = null;
  const bookingOf = ({ id }: store.FoundBooking) => id;
  const attendees = await db.inWorkspace(workspaceId, (tx) => countAttendees(tx, workspaceId, found.map(bookingOf)));
  const decideAbout = (part: readonly store.FoundBooking[]) =>
    db.inWorkspace(workspaceId, async (tx) => {
      await lockDecisions(tx, workspaceId);
      const enabled = await selectEnabled(tx, workspaceId);
      const hours = reminderHoursOf(await getWorkspace(tx, workspaceId));
      const timed = enabled.flatMap((workflow) => {
        const own = ranges.filter((range) => isOf(range, workflow, hours));
        return own.length > 0 ? [{ workflow, own }] : [];
      });
      if (timed.length === 0) return;
      const ids = part.map(({ id }) => id);
      const bookings = new Map((await loadBookings(tx, workspaceId, ids)).map((row) => [row.id, row]));
      const occasions = part.flatMap(({ id, anchor }) => {
        const booking = bookings.get(id);
        if (!booking) return [];
        const holding = timed.filter(({ own }) => own.some((range) => holds(range, anchor, booking)));
        return holding.flatMap(({ workflow }) => timedOccasion(workflow, booking, hours, now) ?? []);
      });
      for (const { due_at } of occasions) if (!oldest || due_at < oldest) oldest = due_at;
      done += await decide(deciding, tx, workspaceId, occasions, now);
    });
  const failures: unknown[] = [];
  for (const part of inShares(found, bookingOf, attendees)) {
    try {
      await decideAbout(part);
    } catch (error) {
      // One booking does not hold up the others: it fails alone.
      if (part.length === 1) failures.push(error);
      for (const each of part.length === 1 ? [] : part)
        await decideAbout([each]).catch((reason: unknown) => failures.push(reason));
    }
  }
  if (failures.length > 0) throw failures[0];
  return { done, oldest };
}

/** Whether a range is that of a workflow's timing, in a workspace with these hours. */
const isOf = (range: store.Range, { trigger, unit, count, at_time }: WorkflowRow, hours: ReminderHours): boolean =>
  range.trigger === trigger &&
  range.unit === unit &&
  range.count === count &&
  range.at === at_time &&
  range.hours_from === (hours?.from ?? null) &&
  range.hours_to === (hours?.to ?? null);

const holds = ({ zone, after, until }: store.Range, anchor: Date, { time_zone }: Booking): boolean =>
  anchor > after && anchor <= until && (zone === null || zone === time_zone);
