/**
 * What happened to a booking, derived from how it was and how it is: workflows fire on this, whichever way the change came in.
 */
import type { BuiltInStatus } from "../contract/booking-places.ts";
import type { Payment } from "../contract/bookings.ts";

/** What a booking's happenings are derived from. Instants are dates or ISO 8601 texts with an offset. */
export interface BookingSnapshot {
  start: Date | string;
  end: Date | string;
  time_zone: string;
  service_id: string | null;
  location_id: string | null;
  /** In any order. */
  resource_ids: readonly string[];
  /** Its name, built in or the workspace's own. */
  status: string;
  stands_for: BuiltInStatus;
  payment: Payment;
  /** A key of each, in any order. */
  attendees: readonly string[];
}

export type BookingField = "start" | "end" | "service" | "location" | "resources" | "attendees";

export type BookingHappening =
  | { kind: "created" }
  | {
      kind: "changed";
      /** Whether it starts or ends at another instant. */
      moved: boolean;
      /** At least one. */
      fields: BookingField[];
      resources_added: string[];
      resources_removed: string[];
    }
  | { kind: "status"; from: string; to: string; from_stands_for: BuiltInStatus; to_stands_for: BuiltInStatus }
  /** The payment became paid, or the booking was made as paid. */
  | { kind: "paid" }
  | { kind: "attendee_joined"; attendee: string }
  | { kind: "attendee_left"; attendee: string };

/** What happened between two snapshots of a booking; `before` is null for a new one. Empty where nothing did. */
export function differenceOf(before: BookingSnapshot | null, after: BookingSnapshot): BookingHappening[] {
  const isPaid = after.payment === "paid" && before?.payment !== "paid";
  const paid: BookingHappening[] = isPaid ? [{ kind: "paid" }] : [];
  if (before === null) return [{ kind: "created" }, ...paid];
  const attendees = changeOf(before.attendees, after.attendees);
  return [
    ...changes(before, after, attendees),
    ...statusChange(before, after),
    ...paid,
    ...attendees.added.map((attendee) => ({ kind: "attendee_joined" as const, attendee })),
    ...attendees.removed.map((attendee) => ({ kind: "attendee_left" as const, attendee })),
  ];
}

function changes(before: BookingSnapshot, after: BookingSnapshot, attendees: Change): BookingHappening[] {
  const resources = changeOf(before.resource_ids, after.resource_ids);
  const differs: Record<BookingField, boolean> = {
    start: instantOf(before.start) !== instantOf(after.start),
    end: instantOf(before.end) !== instantOf(after.end),
    service: before.service_id !== after.service_id,
    location: before.location_id !== after.location_id,
    resources: hasChanged(resources),
    attendees: hasChanged(attendees),
  };
  const fields = (Object.keys(differs) as BookingField[]).filter((field) => differs[field]);
  if (fields.length === 0) return [];
  return [
    {
      kind: "changed",
      moved: differs.start || differs.end,
      fields,
      resources_added: resources.added,
      resources_removed: resources.removed,
    },
  ];
}

function statusChange(before: BookingSnapshot, after: BookingSnapshot): BookingHappening[] {
  if (before.status === after.status) return [];
  const { status: from, stands_for: from_stands_for } = before;
  const { status: to, stands_for: to_stands_for } = after;
  return [{ kind: "status", from, to, from_stands_for, to_stands_for }];
}

interface Change {
  added: string[];
  removed: string[];
}

function changeOf(before: readonly string[], after: readonly string[]): Change {
  const [was, is] = [new Set(before), new Set(after)];
  return { added: [...is].filter((key) => !was.has(key)), removed: [...was].filter((key) => !is.has(key)) };
}

const hasChanged = ({ added, removed }: Change): boolean => added.length > 0 || removed.length > 0;

const instantOf = (instant: Date | string): number => new Date(instant).getTime();
