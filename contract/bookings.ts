import { z } from "zod";
import { bookingImports } from "./booking-imports.ts";
import { BuiltInStatus } from "./booking-places.ts";
import { Decision } from "./decisions.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Named, Paging, page, TimeZone, name as nameOf } from "./shapes.ts";

export const Payment = z.enum(["none", "due", "paid", "refunded"]);
export type Payment = z.infer<typeof Payment>;

export const ChangedBy = z.enum(["customer", "employee", "system"]);
export type ChangedBy = z.infer<typeof ChangedBy>;
const ByPeople = z.enum(["customer", "employee"]);

/** An id, or a name as it is written. */
const Ref = z.string().trim().min(1).max(100);

const personFields = {
  first_name: nameOf(100, 0).nullish(),
  last_name: nameOf(100, 0).nullish(),
  mobile: z.string().trim().max(40).nullish().describe("any spelling; read by the workspace's country"),
  email: z.email().max(254).nullish(),
  locale: z.string().trim().max(20).nullish().describe("BCP 47, like nb-NO"),
};

const CustomerInput = z
  .union([z.strictObject({ id: Id }), z.strictObject(personFields)])
  .describe(
    "a contact by its id; or a person, who is found by mobile number, then by e-mail, and else becomes a contact. Empty fields of a found contact are filled in, and one that is found by e-mail gets the mobile number that is given; all else stays. null: nobody",
  );
export type CustomerInput = z.infer<typeof CustomerInput>;

const AttendeeInput = z
  .union([z.strictObject({ id: Id }), z.strictObject({ ...personFields, time_zone: TimeZone.nullish() })])
  .describe("a contact by its id, or a person, who is found like a customer. A name alone makes no contact");
export type AttendeeInput = z.infer<typeof AttendeeInput>;

/** The most attendees of a booking. */
export const mostAttendees = 500;

const When = z
  .string()
  .trim()
  .max(40)
  .describe(
    "an instant (2026-12-04T14:00:00+01:00), or a wall time without offset (2026-12-04T14:00), which is that of the location's zone. A wall time that the clocks skip is refused (`skipped_time`); of one that they show twice the first counts",
  );

const fields = {
  customer: CustomerInput.nullish(),
  attendees: z
    .array(AttendeeInput)
    .max(mostAttendees)
    .optional()
    .describe(
      "who comes, where that is not simply the customer; each gets texts of their own. The list replaces the one before",
    ),
  service: Ref.nullish().describe("id or name"),
  location: Ref.nullish().describe("id or name"),
  resources: z.array(Ref).max(20).optional().describe("ids or names"),
  start: When,
  end: When.optional().describe(
    "as `start`. Without it a new booking lasts as long as its service, and one that starts at another time as long as before",
  ),
  status: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .optional()
    .describe("a built-in status or one of the workspace's own names; of a new booking by default confirmed"),
  payment: Payment.optional().describe("of a new booking by default none"),
  locale: z
    .string()
    .trim()
    .max(20)
    .nullish()
    .describe(
      "BCP 47: the language of texts about the booking. It goes before the customer's; an attendee's own goes before it",
    ),
  notes: z
    .string()
    .trim()
    .max(2_000)
    .nullish()
    .describe("shown to who may read bookings, in PDFs and calendar feeds, and in texts that name `booking.notes`"),
};

const notify = z
  .boolean()
  .default(true)
  .describe("false: no workflow tells anybody of this change; its decisions are `not_told`. Reminders go as ever");

export const BookingInput = z.object({
  ...fields,
  external_id: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .nullish()
    .describe("your own id: a further POST with it changes the booking instead of making another"),
  updated_at: Instant.optional().describe(
    "with `external_id`: when this was so in your system. What is older than what is known is ignored",
  ),
  changed_by: ByPeople.optional().describe("who wants it so, which a workflow may ask for; default: employee"),
  notify,
});
export type BookingInput = z.infer<typeof BookingInput>;

export const BookingChange = z
  .object({
    ...fields,
    muted: z
      .union([z.boolean(), z.array(Id).max(100)])
      .describe(
        "true: no workflow sends anything about it any more; an array: those of these ids do not; false: all do",
      ),
  })
  .partial()
  .extend({ changed_by: ByPeople.default("employee"), notify });
export type BookingChange = z.infer<typeof BookingChange>;

const PersonShown = z.object({
  id: Id.nullable().describe("the contact's; null for an attendee who is none, or was deleted"),
  name: z.string().nullable().describe("first and last name"),
  first_name: z.string().nullable(),
  last_name: z.string().nullable(),
  mobile: z.string().nullable(),
  email: z.string().nullable(),
  locale: z.string().nullable(),
  time_zone: z.string().nullable(),
});

export const BookingSource = z.enum([
  "ui",
  "api",
  "calcom",
  "calendly",
  "easyappointments",
  "ical",
  "import",
  "public",
]);
export type BookingSource = z.infer<typeof BookingSource>;

export const HistoryEntry = z.object({
  at: Instant,
  what: z
    .enum([
      "created",
      "start",
      "end",
      "service",
      "location",
      "resources",
      "customer",
      "attendees",
      "status",
      "payment",
      "locale",
      "notes",
      "muted",
      "message_stopped",
    ])
    .describe("what was changed"),
  from: z.unknown().nullable().describe("the value before, with names in place of ids"),
  to: z.unknown().nullable(),
  by: ChangedBy.describe("system: a workflow"),
  name: z.string().nullable().describe("who it was: a user, a key, or a workflow"),
  reason: z.string().nullable().describe("as given when it was cancelled"),
});
export type HistoryEntry = z.infer<typeof HistoryEntry>;

export const Booking = z.object({
  id: Id,
  reference: z.string().describe("short, for people"),
  customer: PersonShown.nullable(),
  attendees: z.array(PersonShown),
  service: Named.nullable(),
  location: Named.nullable(),
  resources: z.array(Named),
  start: Instant,
  end: Instant,
  time_zone: z.string().describe("the location's, else the workspace's"),
  status: z.string().describe("a built-in status or one of the workspace's own names"),
  stands_for: BuiltInStatus.describe("the built-in status that it stands for"),
  payment: Payment,
  locale: z.string().nullable(),
  notes: z.string().nullable(),
  source: BookingSource,
  external_id: z.string().nullable(),
  muted: z.boolean().describe("whether no workflow sends anything about it"),
  muted_workflows: z.array(Id).describe("workflows that send nothing about it"),
  manage_url: z.string().describe("the customer's page of the booking"),
  created_at: Instant,
  updated_at: Instant,
});
export type Booking = z.infer<typeof Booking>;

export const BookingWithHistory = Booking.extend({ history: z.array(HistoryEntry).describe("newest first") });
export type BookingWithHistory = z.infer<typeof BookingWithHistory>;

const cancelling = z
  .object({
    by: ByPeople.default("employee"),
    reason: z.string().trim().max(500).nullish(),
    notify,
  })
  .prefault({});

const day = z.string().max(40).describe("an instant, or a date (2026-12-04), which begins in the workspace's zone");

export const bookings = {
  create: endpoint({
    method: "POST",
    path: "/bookings",
    summary:
      "Makes a booking (201), or changes the one that has this `external_id` (200). Workflows fire, within seconds, on what is another by it.",
    permission: "bookings:write",
    body: BookingInput,
    status: 201,
    orStatus: { status: 200, when: "a booking with this `external_id` was known, and was changed" },
    answer: BookingWithHistory,
    idempotent: true,
  }),
  list: endpoint({
    method: "GET",
    path: "/bookings",
    summary:
      "Bookings, by their start unless `sort` says otherwise. `query` looks at reference, names, numbers, e-mail and service.",
    permission: "bookings:read",
    query: z.object({
      ...Paging,
      from: day.optional().describe("bookings that end after this"),
      to: day.optional().describe("bookings that start before this"),
      status: z.string().max(40).optional().describe("a status's name, or `live`, `ended` or `off`"),
      service: Ref.optional(),
      location: Ref.optional(),
      resource: Ref.optional(),
      customer: Id.optional().describe("a contact's id: bookings that they made, or come to"),
      query: z.string().trim().max(100).optional(),
      sort: z.enum(["start", "-start", "-created_at"]).default("start"),
    }),
    answer: page(Booking),
  }),
  get: endpoint({
    method: "GET",
    path: "/bookings/:id",
    summary: "One booking with its history.",
    permission: "bookings:read",
    params: ById,
    answer: BookingWithHistory,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/bookings/:id",
    summary:
      "Changes the given fields; null clears one. Workflows fire on what is another by it; what is as before changes nothing.",
    permission: "bookings:write",
    params: ById,
    body: BookingChange,
    answer: BookingWithHistory,
  }),
  cancel: endpoint({
    method: "POST",
    path: "/bookings/:id/cancel",
    summary: "Cancels a booking. One that is cancelled already stays as it is.",
    permission: "bookings:write",
    params: ById,
    body: cancelling,
    answer: BookingWithHistory,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/bookings/:id",
    summary: "The same as cancelling: bookings are kept, with what was sent about them.",
    permission: "bookings:write",
    params: ById,
    body: cancelling,
    answer: BookingWithHistory,
  }),
  decisions: endpoint({
    method: "GET",
    path: "/bookings/:id/decisions",
    summary: "What workflows sent about the booking, did not send and why, and what is ahead; latest moment first.",
    permission: "bookings:read",
    params: ById,
    answer: z.object({ items: z.array(Decision) }),
  }),
  wouldTell: endpoint({
    method: "POST",
    path: "/bookings/would-tell",
    summary:
      "What workflows would send at once if a booking were made (without `id`), changed or cancelled so: to whom, by which workflow, and the text; and who is busy then. Nothing is written.",
    // It makes the change and takes it back: whoever is named in it is found among the contacts, as when a booking is made.
    permission: "bookings:write",
    further: [{ permission: "bookings:read" }],
    body: z.object({
      id: Id.optional(),
      change: BookingChange.omit({ notify: true }).prefault({}),
      cancel: z.boolean().default(false).describe("as if it were cancelled, too"),
    }),
    answer: z.object({
      items: z.array(
        z.object({
          workflow: Named,
          channel: z.enum(["sms", "email"]),
          to: z.string().nullable(),
          name: z.string().nullable(),
          text: z.string(),
        }),
      ),
      busy: z
        .array(
          z.object({
            resource: Named,
            booking: z.object({ id: Id, reference: z.string(), start: Instant, end: Instant }),
          }),
        )
        .describe("live bookings of the same resources at the same time"),
    }),
  }),
  ...bookingImports,
} satisfies Resource;
