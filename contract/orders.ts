/** Orders of events, and their tickets. */
import { z } from "zod";
import { Channel } from "./consent.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { Ref } from "./events.ts";
import { orderImports } from "./order-imports.ts";
import { ById, Id, Instant, Named, Paging, page, name as nameOf } from "./shapes.ts";

export const orderStatuses = ["pending", "paid", "cancelled", "refunded", "expired"] as const;
export const OrderStatus = z.enum(orderStatuses);
export type OrderStatus = z.infer<typeof OrderStatus>;

export const LineState = z.enum(["active", "cancelled", "refunded", "transferred"]);
export type LineState = z.infer<typeof LineState>;

export const OrderSource = z.enum(["ui", "api", "import", "hook", "pretix", "hievents", "tickettailor", "eventbrite"]);
export type OrderSource = z.infer<typeof OrderSource>;

/** The most of one line, of an order's lines, and of its tickets. */
export const mostQuantity = 500;
export const mostLines = 100;
export const mostTickets = 1_000;

const personFields = {
  first_name: nameOf(100, 0).nullish(),
  last_name: nameOf(100, 0).nullish(),
  mobile: z.string().trim().max(40).nullish().describe("any spelling; read by the workspace's country"),
  email: z.email().max(254).nullish(),
};
const locale = z.string().trim().max(20).nullish().describe("BCP 47, like nb-NO");

const BuyerInput = z
  .union([z.strictObject({ id: Id }), z.strictObject({ ...personFields, locale })])
  .describe(
    "a contact by its id; or a person, who is found by mobile number, then by e-mail, and else becomes a contact. Empty fields of a found contact are filled in, and one that is found by e-mail gets the mobile number that is given; all else stays. null: nobody",
  );
export type BuyerInput = z.infer<typeof BuyerInput>;

const HolderInput = z
  .union([z.strictObject({ id: Id }), z.strictObject(personFields)])
  .describe(
    "a contact by its id, or a person, who is found like a buyer. A name alone makes no contact. null or {}: the buyer",
  );
export type HolderInput = z.infer<typeof HolderInput>;

const LineInput = z.strictObject({
  id: Id.optional().describe(
    "of a line that the order has. Without it the next line of the same ticket type or product is meant",
  ),
  ticket_type: Ref.optional().describe("id or name: the line admits"),
  product: Ref.optional().describe("id or name: the line does not admit. Either this or `ticket_type`"),
  date: Id.nullish().describe(
    "of a ticket line: the date of the event that it is for; null: the only one, or all of them",
  ),
  quantity: z.number().int().min(1).max(mostQuantity).default(1),
  price: z.number().min(0).max(10_000_000).nullish().describe("of one; without it that of the ticket type or product"),
  state: LineState.default("active"),
  holders: z
    .array(HolderInput.nullable())
    .max(mostQuantity)
    .optional()
    .describe("of the line's tickets in their order; tickets beyond the list are the buyer's. Without it holders stay"),
});
export type LineInput = z.infer<typeof LineInput>;

const ConsentInput = z.strictObject({
  subscription_type: z.string().trim().min(1).max(100).describe("id, key or name"),
  granted: z
    .boolean()
    .describe("false withdraws a consent that is in force when the order was made, and is nothing else"),
  channel: Channel.optional().describe("default: both"),
  evidence: z.string().trim().max(4_000).nullish().describe("the wording that was shown"),
});
export type ConsentInput = z.infer<typeof ConsentInput>;

const fields = {
  buyer: BuyerInput.nullish(),
  lines: z
    .array(LineInput)
    .max(mostLines)
    .optional()
    .describe(
      `what was bought; at most ${mostTickets} tickets in all. The list replaces the one before: lines and tickets that stay keep their ids`,
    ),
  status: OrderStatus.optional().describe("of a new order by default paid"),
  complimentary: z.boolean().optional().describe("true: its tickets are valid although nothing was paid"),
  locale: locale.describe("BCP 47: the language of the purchase"),
  test: z.boolean().optional().describe("true: a test order, whose tickets count nowhere"),
  consents: z
    .array(ConsentInput)
    .max(50)
    .optional()
    .describe(
      "what the buyer answered, which goes to the consent ledger with the source `order`. An answer that the order has already adds nothing; another one adds an event",
    ),
};

const reference = nameOf(40).optional().describe("short, for people; default: one is made");

const OrderInput = z.object({
  ...fields,
  reference,
  external_id: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullish()
    .describe(
      "your own id: a further POST with it changes the order instead of making another. 409 where the order is of another event",
    ),
  updated_at: Instant.optional().describe(
    "with `external_id`: when this was so in your system. What is older than what is known is ignored",
  ),
});
export type OrderInput = z.infer<typeof OrderInput>;

const OrderChange = z.object({ ...fields, reference }).partial();

const PersonShown = z.object({
  id: Id.nullable().describe("the contact's; null for a holder who is none, or was deleted"),
  name: z.string().nullable().describe("first and last name"),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  mobile: z.string().nullable(),
  email: z.string().nullable(),
  locale: z.string().nullable(),
});

export const Ticket = z.object({
  id: Id,
  ticket_type: Named,
  date: Id.nullable().describe("the date of the event that it is for; null: the only one, or all of them"),
  holder: PersonShown.nullable().describe("null: the buyer"),
  state: LineState,
  valid: z.boolean().describe("active, of an active line of an order that is paid or complimentary and no test"),
  checked_in_at: Instant.nullable(),
});
export type Ticket = z.infer<typeof Ticket>;

const OneTicket = Ticket.extend({ event_id: Id, order_id: Id, buyer: PersonShown.nullable() });

const Line = z.object({
  id: Id,
  ticket_type: Named.nullable(),
  product: Named.nullable(),
  quantity: z.number().int(),
  price: z.number().nullable(),
  currency: z.string().nullable(),
  state: LineState,
  tickets: z.array(Ticket).describe("one for each of the quantity of a ticket line"),
});

export const OrderHistoryEntry = z.object({
  at: Instant,
  what: z
    .enum([
      "created",
      "reference",
      "buyer",
      "lines",
      "holders",
      "tickets",
      "status",
      "complimentary",
      "locale",
      "test",
      "checked_in",
    ])
    .describe("what was changed"),
  from: z.unknown().nullable().describe("the value before, with names in place of ids"),
  to: z.unknown().nullable(),
  by: z.string().nullable().describe("who it was: a user or a key; null: another system"),
  reason: z.string().nullable().describe("as given when it was cancelled"),
});
export type OrderHistoryEntry = z.infer<typeof OrderHistoryEntry>;

export const Order = z.object({
  id: Id,
  event: Named,
  reference: z.string().describe("short, for people"),
  buyer: PersonShown.nullable(),
  lines: z.array(Line),
  status: OrderStatus,
  complimentary: z.boolean(),
  locale: z.string().nullable(),
  test: z.boolean(),
  consents: z
    .array(z.object({ subscription_type: Id, channel: Channel, granted: z.boolean() }))
    .describe("what the buyer answered; what is in force stands in the consent ledger"),
  source: OrderSource,
  external_id: z.string().nullable(),
  created_at: Instant,
  updated_at: Instant,
});
export type Order = z.infer<typeof Order>;

export const OrderWithHistory = Order.extend({ history: z.array(OrderHistoryEntry).describe("newest first") });
export type OrderWithHistory = z.infer<typeof OrderWithHistory>;

const search = {
  ...Paging,
  status: OrderStatus.optional(),
  query: z
    .string()
    .trim()
    .max(100)
    .optional()
    .describe("the beginning of a reference, or a name, number or e-mail address of the buyer or of a holder"),
};

export const orders = {
  create: endpoint({
    method: "POST",
    path: "/events/:id/orders",
    summary: "Makes an order of an event (201), or changes the one that has this `external_id` (200).",
    permission: "events:write",
    params: ById,
    body: OrderInput,
    status: 201,
    orStatus: { status: 200, when: "an order with this `external_id` was known, and was changed" },
    answer: OrderWithHistory,
    idempotent: true,
  }),
  ofEvent: endpoint({
    method: "GET",
    path: "/events/:id/orders",
    summary: "The orders of an event, newest first.",
    permission: "events:read",
    params: ById,
    query: z.object(search),
    answer: page(Order),
  }),
  list: endpoint({
    method: "GET",
    path: "/orders",
    summary: "The orders of all events, newest first.",
    permission: "events:read",
    query: z.object({
      ...search,
      contact: Id.optional().describe("a contact's id: orders that they made, or hold tickets of"),
    }),
    answer: page(Order),
  }),
  get: endpoint({
    method: "GET",
    path: "/orders/:id",
    summary: "One order with its history.",
    permission: "events:read",
    params: ById,
    answer: OrderWithHistory,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/orders/:id",
    summary: "Changes the given fields of an order; null clears one. What is as before changes nothing.",
    permission: "events:write",
    params: ById,
    body: OrderChange,
    answer: OrderWithHistory,
  }),
  cancel: endpoint({
    method: "POST",
    path: "/orders/:id/cancel",
    summary: "Cancels an order: its tickets are valid no more. One that is cancelled already stays as it is.",
    permission: "events:write",
    params: ById,
    body: z.object({ reason: z.string().trim().max(500).nullish() }).prefault({}),
    answer: OrderWithHistory,
  }),
  updateTicket: endpoint({
    method: "PATCH",
    path: "/tickets/:id",
    summary:
      "Gives a ticket another holder, or another state. A ticket that is handed on stays the same one, and only its new holder is told of the event.",
    permission: "events:write",
    params: ById,
    body: z.object({ holder: HolderInput.nullable(), state: LineState }).partial(),
    answer: OneTicket,
  }),
  checkIn: endpoint({
    method: "POST",
    path: "/tickets/:id/check-in",
    summary: "Checks a ticket in; a ticket that is checked in keeps its time. 409 for one that is not valid.",
    permission: "events:write",
    params: ById,
    answer: OneTicket,
  }),
  undoCheckIn: endpoint({
    method: "DELETE",
    path: "/tickets/:id/check-in",
    summary: "Takes a check-in back. One that is not checked in stays as it is.",
    permission: "events:write",
    params: ById,
    answer: OneTicket,
  }),
  ...orderImports,
} satisfies Resource;
