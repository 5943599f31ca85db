/** Which conditions each trigger knows. What a trigger does not know is left out when it is chosen. */
import { type Trigger, triggers, type When } from "../../../../contract/workflows.ts";
import type { Duration } from "./durations.ts";

export const isTrigger = (name: string): name is Trigger => (triggers as readonly string[]).includes(name);

/** Whether it fires at a moment of its own, so that bookings can be ahead of it. */
export const isTimed = (trigger: Trigger): boolean => trigger === "before_start" || trigger === "after_end";

/** Whether it fires for a booking; a customer who is created need not have one. */
export const isAboutBooking = (trigger: Trigger): boolean => trigger !== "customer_created";

/** Whether it depends on who made the change. */
export const hasChangedBy = (trigger: Trigger): boolean =>
  ["booking_changed", "booking_status_changed", "booking_cancelled", "booking_rejected"].includes(trigger);

/** Whether the booking's status may be asked for: it is given already where the status itself is what changed. */
export const hasStatuses = (trigger: Trigger): boolean =>
  isAboutBooking(trigger) && !["booking_status_changed", "booking_cancelled", "booking_rejected"].includes(trigger);

/** How long before or after; null where none is set. */
export function offsetOf({ minutes, hours, days }: When): Duration | null {
  if (minutes !== undefined) return { amount: minutes, unit: "minutes" };
  if (hours !== undefined) return { amount: hours, unit: "hours" };
  return days === undefined ? null : { amount: days, unit: "days" };
}

/** The conditions with another offset, or without one; a time of day goes with days only. */
export function withOffset(when: When, offset: Duration | null): When {
  return {
    ...when,
    minutes: undefined,
    hours: undefined,
    days: undefined,
    at: offset?.unit === "days" ? when.at : undefined,
    ...(offset && { [offset.unit]: offset.amount }),
  };
}

/** A trigger without conditions, and with the offset that most people want. */
export function freshWhen(trigger: Trigger): When {
  if (trigger === "before_start") return { trigger, hours: 24 };
  if (trigger === "after_end") return { trigger, hours: 2 };
  return { trigger };
}

/** The same conditions for another trigger, as far as it knows them. */
export function withTrigger(when: When, trigger: Trigger): When {
  if (trigger === when.trigger) return when;
  const { services, locations, resources, statuses, languages, changed_by } = when;
  return {
    ...freshWhen(trigger),
    ...(isAboutBooking(trigger) && { services, locations, resources }),
    ...(hasStatuses(trigger) && { statuses }),
    ...(hasChangedBy(trigger) && { changed_by }),
    languages,
  };
}

/** A Monday at 14:00 in a week without a change of clocks, and the hour at which a booking of then is over. */
const exampleStart = Date.UTC(2026, 5, 15, 14);
const exampleEnd = exampleStart + 3_600_000;
const day = 86_400_000;

/**
 * An example of an offset: a booking on a Monday from 14:00 to 15:00, and when its text goes. Both are wall times, given in UTC; `far`
 * says that a weekday does not tell which week is meant.
 */
export function exampleOf(when: When): { booking: Date; text: Date; far: boolean } | null {
  const offset = offsetOf(when);
  if (!offset) return null;
  const base = when.trigger === "before_start" ? exampleStart : exampleEnd;
  const length = offset.amount * { minutes: 60_000, hours: 3_600_000, days: day }[offset.unit];
  let text = when.trigger === "before_start" ? base - length : base + length;
  if (offset.unit === "days" && when.at !== undefined) {
    const [hour = 0, minute = 0] = when.at.split(":").map(Number);
    text = Math.floor(text / day) * day + hour * 3_600_000 + minute * 60_000;
  }
  return { booking: new Date(base), text: new Date(text), far: Math.abs(text - base) >= 6 * day };
}
