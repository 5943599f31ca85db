/** When a workflow fires, and what it does then, as short sentences. */
import type { Action, When } from "../../../../contract/workflows.ts";
import { readDuration } from "./durations.ts";
import { isAboutBooking, offsetOf } from "./triggers.ts";

/** What the sentences need from the page: the catalogue's texts, and the names behind ids. */
export interface Wording {
  /** A text of `workflows.sentence`. */
  say: (key: string, values?: Record<string, string | number>) => string;
  /** Several names as one phrase: "Ida and Per". */
  list: (names: string[]) => string;
  nameOf: (kind: "services" | "locations" | "resources" | "lists" | "webhooks", ref: string) => string;
  statusName: (status: string) => string;
  languageName: (language: string) => string;
  /** A phone number as people read it; anything else as it is. */
  phone: (number: string) => string;
}

/** "New booking · all services · all locations": the trigger, and every condition that is set. */
export function describeWhen(when: When, wording: Wording): string {
  return [describeTrigger(when, wording), ...describeConditions(when, wording)].join(" · ");
}

function describeTrigger(when: When, wording: Wording): string {
  const { say, statusName } = wording;
  const by = when.changed_by && when.changed_by !== "any" ? when.changed_by : "anyone";
  switch (when.trigger) {
    case "before_start":
    case "after_end":
      return describeOffset(when, wording);
    case "booking_status_changed": {
      const from = when.from ? statusName(when.from) : "";
      const to = when.to ? statusName(when.to) : "";
      return say("booking_status_changed", { has: `${from && "from"}${to && "to"}` || "any", from, to, by });
    }
    case "booking_changed":
    case "booking_cancelled":
    case "booking_rejected":
      return say(when.trigger, { by });
    default:
      return say(when.trigger);
  }
}

/** "2 hours before the start", "the day before at 18:00", "30 minutes before the end". */
function describeOffset(when: When, { say }: Wording): string {
  const offset = offsetOf(when);
  if (!offset) return say(when.trigger);
  const { amount, unit } = offset;
  const side =
    when.trigger === "before_start"
      ? amount < 0
        ? "afterStart"
        : "beforeStart"
      : amount < 0
        ? "beforeEnd"
        : "afterEnd";
  if (when.at !== undefined && unit === "days") return say(`${side}At`, { days: Math.abs(amount), at: when.at });
  return say(side, { length: say(unit, { count: Math.abs(amount) }), zero: amount === 0 ? "yes" : "no" });
}

function describeConditions(when: When, { say, list, nameOf, statusName, languageName }: Wording): string[] {
  const parts: string[] = [];
  const named = (kind: "services" | "locations" | "resources") => {
    const refs = when[kind] ?? [];
    if (refs.length > 0) parts.push(list(refs.map((ref) => nameOf(kind, ref))));
    else if (kind !== "resources") parts.push(say(kind));
  };
  if (isAboutBooking(when.trigger)) {
    named("services");
    named("locations");
    named("resources");
  }
  if (when.statuses?.length) parts.push(list(when.statuses.map(statusName)));
  if (when.languages?.length) parts.push(list(when.languages.map(languageName)));
  if (when.booked_at_least_minutes) {
    const { amount, unit } = readDuration(when.booked_at_least_minutes);
    parts.push(say("bookedAtLeast", { length: say(unit, { count: amount }) }));
  }
  if (when.send_if_late) parts.push(say("sendIfLate"));
  return parts;
}

/** "Send SMS to the customer and 912 34 567". */
export function describeAction(action: Action, wording: Wording): string {
  const { say, list, nameOf, statusName, phone } = wording;
  switch (action.action) {
    case "send_sms":
    case "send_email": {
      const people = (["customer", "resource", "old_resource", "new_resource"] as const).filter(
        (one) => action.to[one],
      );
      const fixed = (action.action === "send_sms" ? action.to.numbers : action.to.addresses) ?? [];
      const to = [...people.map((one) => say(`to.${one}`)), ...fixed.map(phone)];
      return to.length > 0 ? say(`${action.action}To`, { to: list(to) }) : say(action.action);
    }
    case "change_status":
      return action.status === ""
        ? say("change_status")
        : say("change_statusTo", { status: statusName(action.status) });
    case "set_contact": {
      const parts: string[] = [];
      if (action.marketing !== undefined) parts.push(say(action.marketing ? "marketingOn" : "marketingOff"));
      if (action.list) parts.push(say("toList", { list: nameOf("lists", action.list) }));
      return parts.length > 0 ? say("set_contactTo", { what: list(parts) }) : say("set_contact");
    }
    case "webhook":
      return action.webhook === "" ? say("webhook") : say("webhookTo", { url: nameOf("webhooks", action.webhook) });
  }
}
