/** What bookings are made of: services, locations, resources, and the names of statuses. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page, TimeZone, name as nameOf } from "./shapes.ts";

const named = { name: nameOf(100) };
const line = z.string().trim().max(500).nullish();

/** Of everything that can be archived. */
const kept = {
  id: Id,
  name: z.string(),
  archived_at: Instant.nullable().describe(
    "since when it is not offered for new bookings any more; null: it is. Its bookings keep its name",
  ),
  created_at: Instant,
  updated_at: Instant,
};

const Currency = z.string().regex(/^[A-Z]{3}$/, "a currency is three capital letters (ISO 4217), like NOK");

const serviceFields = {
  duration_minutes: z
    .number()
    .int()
    .min(1)
    .max(20_160)
    .nullish()
    .describe("how long it takes: a booking without an end lasts so long"),
  price: z.number().min(0).max(10_000_000).nullish().describe("in units of the currency, at most two decimals"),
  currency: Currency.nullish().describe("default: that of the workspace's country"),
};

const locationFields = {
  address: line,
  phone: z.string().trim().max(40).nullish().describe("shown as it is written"),
  directions: z.string().trim().max(1_000).nullish().describe("how to find it"),
  time_zone: TimeZone.nullish().describe("default: the workspace's"),
  remote: z
    .boolean()
    .nullish()
    .describe("whether people take part from where they are: their texts then have the times of their own zones"),
};

const resourceFields = {
  mobile: z.string().trim().max(40).nullish().describe("where workflows text it; read by the workspace's country"),
  email: z.email().max(254).nullish(),
  locale: z.string().trim().max(20).nullish().describe("BCP 47; default: the workspace's language"),
};

export const Service = z.object({
  ...kept,
  duration_minutes: z.number().int().nullable(),
  price: z.number().nullable(),
  currency: z.string().nullable(),
});
export type Service = z.infer<typeof Service>;

export const Location = z.object({
  ...kept,
  address: z.string().nullable(),
  phone: z.string().nullable(),
  directions: z.string().nullable(),
  time_zone: z.string().describe("the workspace's where it has none of its own"),
  remote: z.boolean(),
});
export type Location = z.infer<typeof Location>;

/** An employee, a chair, a room. */
export const BookableResource = z.object({
  ...kept,
  mobile: z.string().nullable(),
  email: z.string().nullable(),
  locale: z.string().nullable(),
});
export type BookableResource = z.infer<typeof BookableResource>;

const listing = z.object({
  ...Paging,
  query: z.string().trim().max(100).optional().describe("a part of the name"),
  archived: z.enum(["true", "false"]).default("false").describe("true: the archived ones too"),
});

/** The five calls on one kind of thing. */
function callsOn<const Path extends string, Item extends z.ZodType, Fields extends z.ZodRawShape>(
  path: Path,
  what: { one: string; many: string },
  item: Item,
  fields: Fields,
) {
  const one = `${path}/:id` as const;
  return {
    create: endpoint({
      method: "POST",
      path,
      summary: `Creates a ${what.one}; 409 when another that is not archived has the name.`,
      permission: "bookings:write",
      body: z.object({ ...named, ...fields }),
      status: 201,
      answer: item,
    }),
    list: endpoint({
      method: "GET",
      path,
      summary: `The workspace's ${what.many} by name.`,
      permission: "bookings:read",
      query: listing,
      answer: page(item),
    }),
    get: endpoint({
      method: "GET",
      path: one,
      summary: `One ${what.one}, also an archived one.`,
      permission: "bookings:read",
      params: ById,
      answer: item,
    }),
    update: endpoint({
      method: "PATCH",
      path: one,
      summary: `Changes the given fields of a ${what.one}; null clears one. With \`archived\`: false an archived one is offered again.`,
      permission: "bookings:write",
      params: ById,
      body: z.object({ ...named, ...fields, archived: z.boolean() }).partial(),
      answer: item,
    }),
    remove: endpoint({
      method: "DELETE",
      path: one,
      summary: `Archives a ${what.one}: it is not offered for new bookings, and its name does not find it. Bookings and workflows keep it.`,
      permission: "bookings:write",
      params: ById,
      status: 204,
    }),
  } as const;
}

export const services = callsOn(
  "/services",
  { one: "service", many: "services" },
  Service,
  serviceFields,
) satisfies Resource;

export const locations = callsOn(
  "/locations",
  { one: "location", many: "locations" },
  Location,
  locationFields,
) satisfies Resource;

export const resources = {
  ...callsOn("/resources", { one: "resource", many: "resources" }, BookableResource, resourceFields),
  calendarLink: endpoint({
    method: "GET",
    path: "/resources/:id/calendar-link",
    summary:
      "The address of a calendar feed (iCalendar) with the resource's bookings. Whoever has it sees them: times, services, customers' names and numbers, and notes.",
    permission: "bookings:write",
    params: ById,
    answer: z.object({ url: z.string() }),
  }),
  renewCalendarLink: endpoint({
    method: "POST",
    path: "/resources/:id/calendar-link",
    summary: "Replaces the feed's address; the one before ends.",
    permission: "bookings:write",
    params: ById,
    answer: z.object({ url: z.string() }),
  }),
} satisfies Resource;

/** live: pending, confirmed; ended: completed, no_show; off: rejected, cancelled. */
export const builtInStatuses = ["pending", "confirmed", "rejected", "cancelled", "completed", "no_show"] as const;
export const BuiltInStatus = z.enum(builtInStatuses);
export type BuiltInStatus = z.infer<typeof BuiltInStatus>;

const StatusName = z.object({ name: nameOf(40), stands_for: BuiltInStatus });

export const bookingStatuses = {
  get: endpoint({
    method: "GET",
    path: "/booking-statuses",
    summary: "The workspace's own names of statuses, each with the built-in one that it stands for.",
    permission: "bookings:read",
    answer: z.object({ items: z.array(StatusName) }),
  }),
  replace: endpoint({
    method: "PUT",
    path: "/booking-statuses",
    summary:
      "Replaces the workspace's own names. Bookings keep a name that is gone; 409 where a name that bookings have would stand for another status.",
    permission: "bookings:write",
    body: z.object({ items: z.array(StatusName).max(50) }),
    answer: z.object({ items: z.array(StatusName) }),
  }),
} satisfies Resource;
