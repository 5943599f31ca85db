import type { WebhookEvent } from "../../../../contract/webhooks.ts";

/** The events that a webhook can receive, as they are grouped where they are chosen. */
export const eventGroups = {
  alerts: ["alert.raised", "alert.resolved"],
  messages: ["message.received", "message.delivered", "message.failed", "message.skipped"],
  contacts: [
    "contact.created",
    "contact.updated",
    "contact.consented",
    "contact.opted_out",
    "contact.opted_in",
    "contact.erased",
  ],
  bookings: ["booking.created", "booking.updated", "booking.cancelled"],
  orders: ["order.created", "order.updated", "order.cancelled"],
  other: ["campaign.sent", "import.done", "link.clicked"],
} as const satisfies Record<string, readonly WebhookEvent[]>;

export const groupNames = Object.keys(eventGroups) as (keyof typeof eventGroups)[];
export const allEvents: readonly WebhookEvent[] = Object.values(eventGroups).flat();
