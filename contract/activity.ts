/** What happens in a workspace: each type, what it means, and what a webhook gets of it. */
import { z } from "zod";
import { Booking } from "./bookings.ts";
import { Campaign } from "./campaigns.ts";
import { ConsentEvent } from "./consent.ts";
import { Contact, Import } from "./contacts.ts";
import { messages } from "./messages.ts";
import { Order } from "./orders.ts";
import { Id, Instant } from "./shapes.ts";

interface ActivityDescription {
  /** One sentence for the reference page: when it happens. */
  summary: string;
  /** What a webhook gets as `data`. */
  data: z.ZodType;
}

const Message = messages.get.answer;
const OptOutChange = z.object({
  contact: Contact.nullable().describe("the contact with the number; null: no contact has it"),
  number: z.string().describe("E.164"),
});

/** By its name. Every `data` is the resource as its GET shows it, at the time when the delivery was prepared. */
export const activityTypes = {
  "message.received": { summary: "A text arrived from a handset.", data: Message },
  "message.delivered": { summary: "The network reported that a text was delivered.", data: Message },
  "message.failed": {
    summary:
      "A text did not arrive: its carrier or the network refused it, it could not be delivered, or it expired. `status` and `reason` say which.",
    data: Message,
  },
  "message.skipped": {
    summary: "A text was not sent to a recipient, for the reason in `reason`.",
    data: Message,
  },
  "contact.created": { summary: "A contact was created, by hand, by API or by an import.", data: Contact },
  "contact.updated": {
    summary:
      "Fields of a contact were changed, by hand, by API, or by an import that says something new. Being added to a list is no such change, and consents and opt-outs have events of their own.",
    data: Contact,
  },
  "contact.opted_out": {
    summary: "A number opted out that had not: from its sender, or from the whole workspace.",
    data: OptOutChange,
  },
  "contact.opted_in": { summary: "An opt-out of a number was lifted.", data: OptOutChange },
  "contact.consented": {
    summary: "A contact's consent to a subscription type was recorded.",
    data: z.object({ contact: Contact, consent: ConsentEvent }),
  },
  "contact.erased": {
    summary: "A contact was erased, with everything that identifies it. Erase it in your system too.",
    data: z.object({ id: Id }),
  },
  "booking.created": { summary: "A booking was made, by hand, by API, or by an import.", data: Booking },
  "booking.updated": {
    summary: "A booking was changed: its time, what it is made of, its status or its payment.",
    data: Booking,
  },
  "booking.cancelled": { summary: "A booking was cancelled or rejected; `stands_for` says which.", data: Booking },
  "order.created": {
    summary: "An order was made, by hand, by API, or by an import. Of a test order `test` is true.",
    data: Order,
  },
  "order.updated": {
    summary:
      "An order was changed: its buyer, its lines, its status, a ticket's holder or state; or a ticket was checked in.",
    data: Order,
  },
  "order.cancelled": {
    summary: "An order was cancelled or refunded, or it expired; `status` says which.",
    data: Order,
  },
  "campaign.sent": { summary: "Every recipient of a campaign has an outcome.", data: Campaign },
  "import.done": {
    summary: "All rows of an import were processed.",
    data: Import.omit({ rejected: true, warnings: true }),
  },
  "link.clicked": {
    summary: "A person opened a short link of a text; robots do not count.",
    data: z.object({
      id: Id,
      url: z.string().describe("where the link leads"),
      message_id: Id.nullable(),
      contact_id: Id.nullable(),
      source: z.object({ type: z.string(), id: Id.nullable() }).describe("what sent the text"),
      at: Instant,
    }),
  },
} as const satisfies Record<string, ActivityDescription>;

export type ActivityType = keyof typeof activityTypes;
/** What a webhook gets as `data` of a type. */
export type ActivityData<Type extends ActivityType = ActivityType> = z.output<(typeof activityTypes)[Type]["data"]>;
