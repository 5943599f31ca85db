import { z } from "zod";
import { BookingDecision } from "./decisions.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Language, Paging, page, name as nameOf } from "./shapes.ts";

export const triggers = [
  "booking_created",
  "booking_changed",
  "booking_status_changed",
  "booking_cancelled",
  "booking_rejected",
  "before_start",
  "after_end",
  "booking_paid",
  "customer_created",
] as const;
export const Trigger = z.enum(triggers);
export type Trigger = z.infer<typeof Trigger>;

/** 366 days. */
const aYear = 366;
const offset = (most: number) => z.number().int().min(-most).max(most);

const Refs = z.array(z.string().trim().min(1).max(100)).max(100);

/**
 * When it fires, and for which bookings. Each condition is met by any of its values, and an empty one by every booking.
 */
export const When = z.object({
  trigger: Trigger.describe(
    "booking_created also fires for an attendee who joins, and booking_cancelled for one who leaves: for that one alone. booking_changed fires when start, end, service, location or a resource is another",
  ),
  minutes: offset(aYear * 1_440)
    .optional()
    .describe(
      "with before_start and after_end: how long before or after, as elapsed time. One of `minutes`, `hours` and `days`; with after_end a negative figure is before the end",
    ),
  hours: offset(aYear * 24)
    .optional()
    .describe("elapsed time, as `minutes`"),
  days: offset(aYear)
    .optional()
    .describe("as `minutes`, but days keep what the clock shows, also over a change of clocks"),
  at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day is HH:MM")
    .optional()
    .describe("with `days`: at this time of that day, by the clock of the booking's zone"),
  from: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .optional()
    .describe("with booking_status_changed: the status before, built-in or an own name; absent: any"),
  to: z.string().trim().min(1).max(40).optional().describe("with booking_status_changed: the new status; absent: any"),
  changed_by: z
    .enum(["customer", "employee", "any"])
    .optional()
    .describe("with booking_changed, and with changes of the status: who made the change; default: any"),
  services: Refs.optional().describe("ids or names; answered as ids"),
  locations: Refs.optional().describe("as `services`"),
  resources: Refs.optional().describe("as `services`"),
  statuses: z
    .array(z.string().trim().min(1).max(40))
    .max(60)
    .optional()
    .describe("the booking's when it fires: built-in ones or own names"),
  languages: z
    .array(z.string().trim().min(2).max(20))
    .max(50)
    .optional()
    .describe("of the recipient, like nb; others get nothing, without a decision"),
  booked_at_least_minutes: z
    .number()
    .int()
    .min(0)
    .max(aYear * 1_440)
    .optional()
    .describe("with before_start: bookings that were made less than this before the moment are skipped"),
  lateness_minutes: z
    .number()
    .int()
    .min(0)
    .max(2 * aYear * 1_440)
    .optional()
    .describe(
      "how late it may still go after a stoppage. Default: before a start a third of the time from the moment to the start, 5 minutes at least and 12 hours at most; after an end two days; about a change 12 hours. A reminder never goes after the start",
    ),
  send_if_late: z
    .boolean()
    .optional()
    .describe(
      "with before_start: whether it goes at once about a booking that was made or moved after the moment, instead of not at all",
    ),
});
export type When = z.infer<typeof When>;

const text = z.string().max(20_000);
const texts = z
  .record(z.string().max(20), text)
  .optional()
  .describe("variants by language or locale (nb, en-GB), for recipients who have it; others get `text`");

const recipients = {
  customer: z.boolean().optional().describe("who booked; where the booking has attendees, each of these instead"),
  resource: z.boolean().optional().describe("each resource of the booking"),
  old_resource: z.boolean().optional().describe("with booking_changed: resources that were taken off it"),
  new_resource: z.boolean().optional().describe("with booking_changed: resources that were put on it"),
};

const SendSms = z.object({
  action: z.literal("send_sms"),
  to: z.object({
    ...recipients,
    numbers: z.array(z.string().trim().min(1).max(40)).max(50).optional().describe("fixed numbers, any spelling"),
  }),
  sender: z
    .string()
    .trim()
    .max(40)
    .nullish()
    .describe("a sender's id, number or name; null: the workspace's `workflow_sender`"),
  text,
  texts,
  fallback_email: z
    .boolean()
    .optional()
    .describe("whether who cannot get a text (no number, a landline, opted out) gets it as a mail"),
});

const SendEmail = z.object({
  action: z.literal("send_email"),
  to: z.object({
    ...recipients,
    addresses: z.array(z.email().max(254)).max(50).optional().describe("fixed addresses"),
  }),
  subject: z.string().max(500),
  subjects: z.record(z.string().max(20), z.string().max(500)).optional().describe("variants of `subject`, as `texts`"),
  text,
  texts,
  pdf: z.boolean().optional().describe("attaches the booking as a PDF, with its notes"),
  ics: z
    .boolean()
    .optional()
    .describe("attaches it as a calendar entry (.ics), which a later one about the same booking replaces"),
});

export const Action = z.discriminatedUnion("action", [
  SendSms,
  SendEmail,
  z.object({
    action: z.literal("change_status"),
    status: z.string().trim().min(1).max(40).describe("built-in or an own name"),
  }),
  z.object({
    action: z.literal("set_contact"),
    marketing: z.boolean().optional().describe("whether the customer may get marketing; no consent"),
    list: z.string().trim().min(1).max(100).optional().describe("id or name of a list that the customer is added to"),
  }),
  z.object({
    action: z.literal("webhook"),
    webhook: Id.describe("a webhook's id: it gets the event `workflow.triggered` with the booking"),
  }),
]);
export type Action = z.infer<typeof Action>;

/** Each action keeps its id when a workflow is changed, so that nothing is sent again because others moved. */
const WithId = z.object({
  id: z
    .string()
    .regex(/^[\w-]{1,40}$/, "an action's id is letters, digits, _ and -")
    .optional()
    .describe("its own, which keeps it what it was when others are added or moved; a new action gets one"),
});
export const ActionWithId = Action.and(WithId);
export type ActionWithId = z.infer<typeof ActionWithId>;

const fields = {
  name: nameOf(200),
  enabled: z.boolean(),
  when: When,
  do: z.array(ActionWithId).min(1).max(10).describe("in this order"),
  ask_for_reply: z
    .boolean()
    .describe("kept with the workflow; answers to its texts are not read as answers about the booking yet"),
  merge: z.boolean().describe("whether bookings of one recipient that are due in the same minute are told in one text"),
};

const alsoAhead = z
  .boolean()
  .optional()
  .describe(
    "when it is created enabled, or is enabled: also for the bookings ahead that exist already. Else it is for bookings that are made or moved from now on. What was due before is sent in neither case",
  );

export const WorkflowInput = z.object({
  ...fields,
  enabled: fields.enabled.default(true),
  ask_for_reply: fields.ask_for_reply.default(false),
  merge: fields.merge.default(false),
  also_ahead: alsoAhead,
});
export type WorkflowInput = z.infer<typeof WorkflowInput>;

export const WorkflowChange = z
  .object(fields)
  .partial()
  .extend({
    also_ahead: alsoAhead,
    revision: z
      .number()
      .int()
      .optional()
      .describe("the revision that the caller saw: 409 `workflow_changed` where somebody has changed it since"),
  });
export type WorkflowChange = z.infer<typeof WorkflowChange>;

export const Workflow = z.object({
  id: Id,
  ...fields,
  name: z.string(),
  do: z.array(Action.and(z.object({ id: z.string() }))),
  problems: z
    .array(
      z.object({ code: z.string(), message: z.string(), field: z.string().nullable(), value: z.unknown().optional() }),
    )
    .describe("what keeps it from ever firing or sending, such as a condition on services that are all archived"),
  revision: z.number().int(),
  created_at: Instant,
  updated_at: Instant,
  last_sent_at: Instant.nullable().describe("when it last sent something"),
  sent_count: z.number().int().describe("how many texts and mails it has sent in all"),
});
export type Workflow = z.infer<typeof Workflow>;

export const WorkflowTemplate = z.object({
  key: z.string(),
  name: z.string(),
  description: z.string(),
  when: When,
  do: z.array(Action),
});
export type WorkflowTemplate = z.infer<typeof WorkflowTemplate>;

const Preview = z.object({
  channel: z.enum(["sms", "email"]),
  to: z.string().nullable(),
  subject: z.string().nullable(),
  text: z.string(),
  encoding: z.enum(["GSM-7", "UCS-2"]).nullable(),
  segments: z.number().int().nullable(),
});

/** Whoever writes what is sent, to whom and when, sends. */
export const whenItSends = "where the workflow then has an action that sends texts or mails";
const furtherWhenItSends = [{ permission: "messages:send", when: whenItSends }] as const;

export const workflows = {
  create: endpoint({
    method: "POST",
    path: "/workflows",
    summary: "Creates a workflow. It sends nothing about what has happened already.",
    permission: "workflows:write",
    further: furtherWhenItSends,
    body: WorkflowInput,
    status: 201,
    answer: Workflow,
  }),
  list: endpoint({
    method: "GET",
    path: "/workflows",
    summary: "Workflows by name.",
    permission: "bookings:read",
    query: z.object({ ...Paging, query: z.string().trim().max(100).optional(), trigger: Trigger.optional() }),
    answer: page(Workflow),
  }),
  get: endpoint({
    method: "GET",
    path: "/workflows/:id",
    summary: "One workflow.",
    permission: "bookings:read",
    params: ById,
    answer: Workflow,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/workflows/:id",
    summary: "Changes the given fields, for what is ahead; `do` replaces all actions. Saving sends nothing.",
    permission: "workflows:write",
    further: [{ permission: "messages:send", when: `${whenItSends}, unless it is only disabled` }],
    params: ById,
    body: WorkflowChange,
    answer: Workflow,
  }),
  remove: endpoint({
    method: "DELETE",
    path: "/workflows/:id",
    summary: "Deletes a workflow. It sends nothing more; its decisions stay.",
    permission: "workflows:write",
    params: ById,
    status: 204,
  }),
  test: endpoint({
    method: "POST",
    path: "/workflows/:id/test",
    summary:
      "Sends the first text or mail of a workflow to one number or address, filled with a booking: the given one, else the newest that the workflow is for, else an example. It is marked as a test and counts against the quota.",
    permission: "messages:send",
    further: [{ permission: "bookings:read" }],
    params: ById,
    body: z.object({
      to: z.string().trim().min(1).max(254).describe("a number, read by the workspace's country, or an e-mail address"),
      booking: Id.optional(),
      action: z.string().max(40).optional().describe("the id of the action to test; default: the first that fits `to`"),
    }),
    answer: z.object({ message_id: Id.optional(), mail_id: Id.optional() }),
    idempotent: true,
  }),
  preview: endpoint({
    method: "POST",
    path: "/workflows/preview",
    summary:
      "An action's text as it would be sent about a booking: the given one, else the newest that fits, else an example; and its length for a typical and for the longest customer.",
    permission: "bookings:read",
    body: z.object({
      when: When,
      action: z.discriminatedUnion("action", [SendSms, SendEmail]),
      booking: Id.optional(),
      language: z.string().max(20).optional().describe("of the recipient; default: the customer's"),
    }),
    answer: z.object({
      shown: Preview,
      typical_segments: z.number().int().nullable(),
      longest_segments: z.number().int().nullable(),
      longest_name: z.string().nullable(),
      booking: z.object({ id: Id, reference: z.string(), start: Instant }).nullable(),
      sender: z.object({ address: z.string(), can_receive: z.boolean() }).nullable(),
      problems: z.array(
        z.object({
          code: z.string(),
          message: z.string(),
          field: z.string().nullable(),
          value: z.unknown().optional(),
        }),
      ),
    }),
  }),
  clone: endpoint({
    method: "POST",
    path: "/workflows/:id/clone",
    summary: "A copy, which is disabled.",
    permission: "workflows:write",
    further: furtherWhenItSends,
    params: ById,
    status: 201,
    answer: Workflow,
  }),
  decisions: endpoint({
    method: "GET",
    path: "/workflows/:id/decisions",
    summary: "What the workflow decided, last first.",
    permission: "bookings:read",
    params: ById,
    query: z.object({ ...Paging }),
    answer: page(BookingDecision),
  }),
  ahead: endpoint({
    method: "GET",
    path: "/workflows/:id/ahead",
    summary:
      "What is ahead of it: the next texts and mails with their moments, and how many bookings ahead it would hit, as it is and with those that were made before it was enabled.",
    permission: "bookings:read",
    params: ById,
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(20) }),
    answer: z.object({
      items: z.array(BookingDecision),
      bookings: z.number().int().describe("bookings ahead that it will hit"),
      bookings_with_earlier: z.number().int().describe("with `also_ahead`: those made before it was enabled too"),
    }),
  }),
  templates: endpoint({
    method: "GET",
    path: "/workflow-templates",
    summary: "Ready-made workflows (confirmation, change, reminder and thanks), with texts in a language.",
    permission: "bookings:read",
    query: z.object({ language: Language.optional().describe("default: the workspace's") }),
    answer: z.object({ items: z.array(WorkflowTemplate) }),
  }),
  fromTemplate: endpoint({
    method: "POST",
    path: "/workflow-templates/:key",
    summary: "Makes a workflow of a ready-made one, disabled unless asked for otherwise.",
    permission: "workflows:write",
    further: furtherWhenItSends,
    params: z.object({ key: z.string().max(40) }),
    body: z.object({ enabled: z.boolean().default(false), language: Language.optional() }).prefault({}),
    status: 201,
    answer: Workflow,
  }),
  upcoming: endpoint({
    method: "GET",
    path: "/workflows/upcoming",
    summary: "The next texts and mails of all timed workflows, soonest first.",
    permission: "bookings:read",
    query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(10) }),
    answer: z.object({ items: z.array(BookingDecision) }),
  }),
} satisfies Resource;
