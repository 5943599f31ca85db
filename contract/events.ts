/** Events, their dates, and what is sold for them: ticket types and products. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page, TimeZone, name as nameOf } from "./shapes.ts";

/** An id, or a name as it is written. */
export const Ref = z.string().trim().min(1).max(100);

/** A currency's three letters. */
const Currency = z.string().regex(/^[A-Z]{3}$/, "a currency is three capital letters (ISO 4217), like NOK");

const When = z
  .string()
  .trim()
  .max(40)
  .describe(
    "an instant (2026-12-04T19:00:00+01:00), or a wall time without offset (2026-12-04T19:00), which is that of the event's zone. A wall time that the clocks skip is refused (`skipped_time`); of one that they show twice the first counts",
  );

export const eventStatuses = ["draft", "published", "cancelled", "postponed", "ended"] as const;
export const EventStatus = z.enum(eventStatuses);
export type EventStatus = z.infer<typeof EventStatus>;

/** The most dates of an event. */
export const mostDates = 200;

const DateInput = z.strictObject({
  id: Id.optional().describe(
    "of a date that the event has: it is moved. Without it the date with the same start is meant",
  ),
  start: When,
  end: When.nullish(),
});
export type DateInput = z.infer<typeof DateInput>;

const eventFields = {
  venue: z.string().trim().max(200).nullish(),
  address: z.string().trim().max(500).nullish(),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .nullish()
    .describe("where people read more"),
  time_zone: TimeZone.nullish().describe("default: the workspace's"),
  start: When.optional(),
  end: When.nullish().describe("as `start`; null: it is not known when the event ends"),
  dates: z
    .array(DateInput)
    .min(1)
    .max(mostDates)
    .optional()
    .describe(
      "of an event that takes place several times, instead of `start` and `end`. The list replaces the one before; a date that stays keeps its id",
    ),
  status: EventStatus.optional().describe("of a new event by default published"),
  capacity: z
    .number()
    .int()
    .min(0)
    .max(10_000_000)
    .nullish()
    .describe("how many people there is room for. Nothing is refused because of it"),
};

const EventInput = z.object({
  name: nameOf(200),
  ...eventFields,
  external_id: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullish()
    .describe("your own id: a further POST with it changes the event instead of making another"),
  updated_at: Instant.optional().describe(
    "with `external_id`: when this was so in your system. What is older than what is known is ignored",
  ),
});

const EventChange = z.object({ name: nameOf(200), ...eventFields, archived: z.boolean() }).partial();

export const EventSource = z.enum(["ui", "api", "pretix", "hievents", "tickettailor", "eventbrite", "hook"]);
export type EventSource = z.infer<typeof EventSource>;

export const EventDate = z.object({ id: Id, start: Instant, end: Instant.nullable() });

export const Event = z.object({
  id: Id,
  name: z.string(),
  venue: z.string().nullable(),
  address: z.string().nullable(),
  url: z.string().nullable(),
  time_zone: z.string(),
  start: Instant.describe("of its first date"),
  end: Instant.nullable().describe("of its first date; null: it is not known"),
  dates: z.array(EventDate).describe("in their order; most events have one"),
  status: EventStatus,
  capacity: z.number().int().nullable(),
  source: EventSource,
  external_id: z.string().nullable(),
  archived_at: Instant.nullable().describe("since when it was taken out of the list; null: it is in it"),
  created_at: Instant,
  updated_at: Instant,
});
export type Event = z.infer<typeof Event>;

const itemFields = {
  price: z.number().min(0).max(10_000_000).nullish().describe("in units of the currency, at most two decimals"),
  currency: Currency.nullish().describe("default: that of the workspace's country"),
};

/** A ticket type or a product. */
export const EventItem = z.object({
  id: Id,
  event_id: Id,
  name: z.string(),
  price: z.number().nullable(),
  currency: z.string().nullable(),
  archived_at: Instant.nullable().describe(
    "since when new orders cannot have it by its name; null: they can. Orders that have it keep it",
  ),
});
export type EventItem = z.infer<typeof EventItem>;

export const EventDetails = Event.extend({
  ticket_types: z.array(EventItem).describe("without archived ones, in the order in which they were made"),
  products: z.array(EventItem),
  counts: z
    .object({
      orders: z.number().int().describe("paid or complimentary"),
      tickets: z.number().int().describe("active ones of such orders"),
      checked_in: z.number().int().describe("of those tickets"),
    })
    .describe("without test orders"),
});
export type EventDetails = z.infer<typeof EventDetails>;

const ByItem = ById.extend({ item_id: Id });

/** The calls on ticket types, which admit, or on products, which do not. */
function itemCalls<const Path extends string>(path: Path, what: { one: string; many: string }) {
  const all = `/events/:id/${path}` as const;
  const one = `/events/:id/${path}/:item_id` as const;
  return {
    create: endpoint({
      method: "POST",
      path: all,
      summary: `Adds a ${what.one} to an event; 409 when another of the event that is not archived has the name.`,
      permission: "events:write",
      params: ById,
      body: z.object({ name: nameOf(100), ...itemFields }),
      status: 201,
      answer: EventItem,
    }),
    list: endpoint({
      method: "GET",
      path: all,
      summary: `The ${what.many} of an event, in the order in which they were made.`,
      permission: "events:read",
      params: ById,
      query: z.object({
        archived: z.enum(["true", "false"]).default("false").describe("true: the archived ones too"),
      }),
      answer: z.object({ items: z.array(EventItem) }),
    }),
    update: endpoint({
      method: "PATCH",
      path: one,
      summary: `Changes the given fields of a ${what.one}; null clears one. With \`archived\`: false an archived one is offered again.`,
      permission: "events:write",
      params: ByItem,
      body: z.object({ name: nameOf(100), ...itemFields, archived: z.boolean() }).partial(),
      answer: EventItem,
    }),
    remove: endpoint({
      method: "DELETE",
      path: one,
      summary: `Archives a ${what.one}: new orders cannot have it by its name. Orders that have it keep it.`,
      permission: "events:write",
      params: ByItem,
      status: 204,
    }),
  } as const;
}

export const ticketTypes = itemCalls("ticket-types", { one: "ticket type", many: "ticket types" }) satisfies Resource;
export const products = itemCalls("products", { one: "product", many: "products" }) satisfies Resource;

const day = z.string().max(40).describe("an instant, or a date (2026-12-04), which begins in the workspace's zone");

export const events = {
  create: endpoint({
    method: "POST",
    path: "/events",
    summary: "Makes an event (201), or changes the one that has this `external_id` (200).",
    permission: "events:write",
    body: EventInput,
    status: 201,
    orStatus: { status: 200, when: "an event with this `external_id` was known, and was changed" },
    answer: EventDetails,
    idempotent: true,
  }),
  list: endpoint({
    method: "GET",
    path: "/events",
    summary: "Events, the latest start first. `query` looks at names and venues.",
    permission: "events:read",
    query: z.object({
      ...Paging,
      from: day.optional().describe("events that end after this, on their last date"),
      to: day.optional().describe("events that start before this"),
      status: EventStatus.optional(),
      archived: z.enum(["true", "false"]).default("false").describe("true: the archived ones too"),
      query: z.string().trim().max(100).optional(),
    }),
    answer: page(Event),
  }),
  get: endpoint({
    method: "GET",
    path: "/events/:id",
    summary: "One event with its ticket types, its products, and how many orders and tickets it has.",
    permission: "events:read",
    params: ById,
    answer: EventDetails,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/events/:id",
    summary:
      "Changes the given fields of an event; null clears one. A moved event without a given end lasts as long as before.",
    permission: "events:write",
    params: ById,
    body: EventChange,
    answer: EventDetails,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/events/:id",
    summary:
      "Deletes a draft without orders, for good. Any other event is cancelled and archived: it leaves the list, and keeps its orders.",
    permission: "events:write",
    params: ById,
    status: 204,
  }),
} satisfies Resource;
