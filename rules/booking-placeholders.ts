/** What the texts of workflows may name. rules/booking-values.ts has the values of what is a booking's. */
import type { Trigger } from "../contract/workflows.ts";
import { messageScope, type PlaceholderKind, personScope, type TemplateScope } from "./placeholder-names.ts";

export type BookingTrigger = Trigger;

const text = (example: string): PlaceholderKind => ({ example, type: "text" });
const moment = (example: string): PlaceholderKind => ({ example, type: "moment" });
const link = (example: string): PlaceholderKind => ({ example, type: "link" });

/** Of every workflow. `customer` is the one whom the text is about, where attendees are given one of them; `booker` is who booked. */
const everyScope = {
  ...messageScope,
  ...personScope("customer"),
  ...personScope("booker"),
  "booking.reference": text("K7PX-3MQD"),
  "booking.status": text("bekreftet"),
  "booking.date": moment("4. desember 2026"),
  "booking.time": moment("14:00"),
  "booking.end_time": moment("15:30"),
  "booking.weekday": moment("fredag"),
  "booking.duration": text("1 time 30 minutter"),
  "booking.notes": text("Første gang"),
  "booking.price": text("850 kr"),
  "booking.yours": text("timen din"),
  "booking.manage_link": link("https://sms.example/b/k3Xv9QaZ81bC"),
  "service.name": text("Klipp og farge"),
  "location.name": text("Salong Saks Grünerløkka"),
  "location.address": text("Markveien 35, 0554 Oslo"),
  "location.phone": text("22 12 34 56"),
  "location.directions": text("Inngang fra bakgården"),
  "resource.name": text("Ida"),
  "access.link": link("https://sms.example/a/k3Xv9QaZ81bC"),
} as const satisfies TemplateScope;

/** How the booking was before a change. */
const changeScope = {
  ...everyScope,
  "old.date": moment("3. desember 2026"),
  "old.time": moment("10:00"),
  "old.end_time": moment("11:30"),
  "old.weekday": moment("torsdag"),
  "old.service": text("Klipp"),
  "old.location": text("Salong Saks Majorstuen"),
  "old.resource": text("Per"),
} as const satisfies TemplateScope;

/**
 * What a workflow's texts may name. `customer_created` may name a booking too, since most customers come with their first one; without
 * one these names are blank.
 */
export function workflowScope(trigger: BookingTrigger): TemplateScope {
  return trigger === "booking_changed" ? changeScope : everyScope;
}
