/** Which workflows fire for a booking, and whether it is still time to. */
import type { DecisionReason } from "../../../contract/decisions.ts";
import { type AllowedHours, lastSensibleMoment, momentOf, type Timing } from "../../../rules/booking-moments.ts";
import type { Person } from "../../contacts/person.ts";
import { type Booking, isOff } from "../booking.ts";
import type { BookingBefore, Happening, HappeningRow } from "../happenings-store.ts";
import type { Change, Leaver } from "./change.ts";
import { covers, isForEvery, isInState, isSwitchedOut, meetsConditions } from "./which-bookings.ts";
import { timingOf, type WorkflowRow } from "./workflow.ts";

/** A workflow that fires for a booking, or for a customer without one, and what becomes of it. */
export interface Occasion {
  workflow: WorkflowRow;
  booking: Booking | null;
  /** Of a customer without a booking. */
  contact: Person | null;
  occurrence: Date;
  due_at: Date;
  /** Not submitted after this. */
  expires_at: Date;
  /** How many workflows have set each other off up to here. */
  depth: number;
  /** How it was before a change. */
  before: BookingBefore | null;
  /** Attendees whom alone it is about; null: everybody. */
  only: readonly string[] | null;
  /** Attendees whom it is not about: they have only come, and are told of the booking as it is now. */
  except: readonly string[];
  /** Who is told although they come no more: they did when it happened. */
  also: readonly Leaver[];
  /** Taken along with another's moment in the same minute: for these contacts alone, whom one text tells of both; null: for everybody. */
  along: ReadonlySet<string> | null;
  /** Why nothing is sent, if that is so for everybody. */
  verdict: { state: "skipped" | "missed"; reason: DecisionReason } | null;
}

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** How late what tells of a change still goes after a stoppage, and how long such a text waits for its carrier. */
const usualLateness = 12 * hour;
const usualValidity = 2 * day;

const skipped = (reason: DecisionReason): Occasion["verdict"] => ({ state: "skipped", reason });
const missed: Occasion["verdict"] = { state: "missed", reason: "too_late" };

/** The moment of a timed workflow for a booking. */
export const momentFor = (
  timing: Timing,
  booking: Pick<Booking, "start_at" | "end_at" | "time_zone">,
  hours: AllowedHours | null,
): Date => momentOf(timing, { start: booking.start_at, end: booking.end_at, time_zone: booking.time_zone }, hours);

/** What a timed workflow does about a booking at `now`; null: nothing, or nothing yet. */
export function timedOccasion(
  workflow: WorkflowRow,
  booking: Booking,
  hours: AllowedHours | null,
  now: Date,
): Occasion | null {
  const timing = timingOf(workflow);
  if (!timing || !isInState(timing, booking) || !covers(workflow, booking) || !meetsConditions(workflow, booking))
    return null;
  const moment = momentFor(timing, booking, hours);
  if (moment > now || isBeforeEnabling(workflow, booking, moment)) return null;
  const last = lastSensibleMoment(
    timing,
    moment,
    { start: booking.start_at, end: booking.end_at },
    workflow.when.lateness_minutes ?? null,
  );
  const occasion = occasionOf(workflow, booking, booking.start_at, moment, last);
  if (timing.trigger === "after_end") {
    if (moment < booking.created_at) return null;
    return {
      ...occasion,
      verdict: isSwitchedOut(workflow, booking) ? skipped("booking_muted") : last < now ? missed : null,
    };
  }
  return { ...occasion, ...reminderVerdict(workflow, booking, { moment, last, now }) };
}

/**
 * What came due before it was enabled is not sent afterwards, whatever it is for. A booking that was made since is told, or told why not,
 * as if the workflow had always been there.
 */
const isBeforeEnabling = ({ trigger, enabled_at }: WorkflowRow, booking: Booking, moment: Date): boolean =>
  enabled_at !== null && moment < enabled_at && (trigger === "after_end" || booking.armed_at < enabled_at);

/** Whether a booking was made later before the moment than the workflow asks for. */
export function isAtShortNotice(
  { when }: Pick<WorkflowRow, "when">,
  booking: Pick<Booking, "created_at">,
  moment: Date,
): boolean {
  const { booked_at_least_minutes: least } = when;
  return least !== undefined && least > 0 && booking.created_at.getTime() > moment.getTime() - least * minute;
}

function reminderVerdict(
  workflow: WorkflowRow,
  booking: Booking,
  { moment, last, now }: { moment: Date; last: Date; now: Date },
): Partial<Occasion> {
  const { send_if_late } = workflow.when;
  if (isSwitchedOut(workflow, booking)) return { verdict: skipped("booking_muted") };
  if (isAtShortNotice(workflow, booking, moment)) return { verdict: skipped("booked_at_short_notice") };
  if (moment < booking.armed_at) {
    // Nothing is announced that had begun when it was entered.
    if (!send_if_late || booking.start_at < booking.armed_at) return { verdict: skipped("booked_too_late") };
    const until = new Date(Math.max(booking.start_at.getTime(), booking.armed_at.getTime() + minute));
    return { expires_at: until, verdict: now > until ? missed : null };
  }
  return { verdict: last < now ? missed : null };
}

/** A workflow that fires for a booking as it is, for everybody. */
export function occasionOf(
  workflow: WorkflowRow,
  booking: Booking | null,
  occurrence: Date,
  due_at: Date,
  expires_at: Date,
): Occasion {
  const nothing = {
    contact: null,
    before: null,
    only: null,
    except: [],
    also: [],
    along: null,
    verdict: null,
  } as const;
  return { ...nothing, workflow, booking, occurrence, due_at, expires_at, depth: 0 };
}

/** What the workflows that fire on a change do about it at `now`. */
export function occasionsOfChange(
  workflows: readonly WorkflowRow[],
  { row, happening, leftOut, except, also }: Change,
  { booking, contact }: { booking: Booking | null; contact: Person | null },
  now: Date,
): Occasion[] {
  return workflows.flatMap((workflow) => {
    const about = firesOn(workflow, happening, row);
    if (!about || !(booking ? meetsConditions(workflow, booking) : isForEvery(workflow))) return [];
    if (workflow.enabled_at !== null && row.at < workflow.enabled_at) return [];
    const lateness =
      workflow.when.lateness_minutes === undefined ? usualLateness : workflow.when.lateness_minutes * minute;
    const last = new Date(row.at.getTime() + Math.max(lateness, minute));
    const occasion: Occasion = {
      ...occasionOf(workflow, booking, row.at, row.at, expiryOf(booking, row.at)),
      contact,
      depth: row.depth,
      before: row.before,
      only: about.only,
      except,
      also,
    };
    return [{ ...occasion, verdict: changeVerdict(workflow, happening, { row, booking, leftOut, last, now }) }];
  });
}

/** A text about a change is of no use after the booking, but for what follows it, such as thanks for a payment. */
function expiryOf(booking: Booking | null, at: Date): Date {
  const usual = at.getTime() + usualValidity;
  if (!booking || booking.end_at <= at) return new Date(usual);
  return new Date(Math.min(usual, Math.max(booking.end_at.getTime(), at.getTime() + hour)));
}

function changeVerdict(
  workflow: WorkflowRow,
  happening: Happening,
  given: { row: HappeningRow; booking: Booking | null; leftOut: DecisionReason | null; last: Date; now: Date },
): Occasion["verdict"] {
  const { row, booking, leftOut, last, now } = given;
  if (!row.notify) return skipped("not_told");
  if (leftOut !== null) return skipped(leftOut);
  if (row.depth > mostDepth) return skipped("loop");
  if (booking && isSwitchedOut(workflow, booking)) return skipped("booking_muted");
  if (booking && tellsOfComing(happening)) {
    if (isOff(booking)) return skipped("booking_cancelled");
    if (booking.end_at <= row.at) return skipped("booking_over");
  }
  if (booking && endsIt(happening) && booking.end_at <= row.at) return skipped("booking_over");
  return last < now ? missed : null;
}

/** Workflows may set each other off so many times. */
const mostDepth = 5;

/** Whether the happening is about a booking that is to take place. */
const tellsOfComing = ({ kind }: Happening): boolean =>
  kind === "created" || kind === "changed" || kind === "attendee_joined";

/** Whether by it the booking, or somebody's place in it, ends. */
const endsIt = (happening: Happening): boolean =>
  happening.kind === "attendee_left" ||
  (happening.kind === "status" && ["cancelled", "rejected"].includes(happening.to_stands_for));

/** Whether a workflow fires on what happened, and whom it is about. */
function firesOn(
  { trigger, when }: WorkflowRow,
  happening: Happening,
  { by }: Pick<HappeningRow, "by">,
): { only: readonly string[] | null } | null {
  const all = { only: null };
  const isBy = when.changed_by === undefined || when.changed_by === "any" || when.changed_by === by;
  switch (happening.kind) {
    case "created":
      return trigger === "booking_created" ? all : null;
    case "attendee_joined":
      return trigger === "booking_created" ? { only: [happening.attendee] } : null;
    case "attendee_left":
      return trigger === "booking_cancelled" && isBy ? { only: [happening.attendee] } : null;
    case "changed":
      return trigger === "booking_changed" && isBy && happening.fields.some((field) => field !== "attendees")
        ? all
        : null;
    case "paid":
      return trigger === "booking_paid" ? all : null;
    case "customer_created":
      return trigger === "customer_created" ? all : null;
    case "status": {
      if (!isBy) return null;
      const { from, to, from_stands_for, to_stands_for } = happening;
      const turned = (into: string) => to_stands_for === into && from_stands_for !== into;
      if (trigger === "booking_cancelled") return turned("cancelled") ? all : null;
      if (trigger === "booking_rejected") return turned("rejected") ? all : null;
      const isMeant = (wanted: string | undefined, name: string, standsFor: string) =>
        wanted === undefined || wanted === name || wanted === standsFor;
      return trigger === "booking_status_changed" &&
        isMeant(when.from, from, from_stands_for) &&
        isMeant(when.to, to, to_stands_for)
        ? all
        : null;
    }
  }
}
