/** What texts about an event may name. rules/event-values.ts has the values of what is the event's. */
import { campaignScope, type PlaceholderKind, personScope, type TemplateScope } from "./placeholder-names.ts";

const text = (example: string): PlaceholderKind => ({ example, type: "text" });
const moment = (example: string): PlaceholderKind => ({ example, type: "moment" });
const link = (example: string): PlaceholderKind => ({ example, type: "link" });

/**
 * `contact` is the recipient, `holder` the one whom a ticket admits, `buyer` the one who bought it. One who has several tickets gets one
 * text: `tickets` is all of them, `ticket.type` their kinds.
 */
export const eventScope = {
  ...campaignScope,
  ...personScope("holder"),
  ...personScope("buyer"),
  "event.name": text("Julekonsert"),
  "event.date": moment("4. desember 2026"),
  "event.time": moment("19:00"),
  "event.venue": text("Rockefeller"),
  "event.address": text("Torggata 16, 0181 Oslo"),
  "event.url": link("https://rockefeller.example/julekonsert"),
  "order.reference": text("K7PX-3MQD"),
  "order.link": link("https://sms.example/o/k3Xv9QaZ81bC"),
  "ticket.type": text("Ordinær"),
  tickets: text("2 x Ordinær, 1 x Barn"),
} as const satisfies TemplateScope;
