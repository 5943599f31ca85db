import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page } from "./shapes.ts";

/** In the order of their road; a message only moves forward. Skipped and cancelled end before hand-over. */
export const MessageStatus = z.enum([
  "queued",
  "submitted",
  "sent",
  "delivered",
  "undelivered",
  "failed",
  "expired",
  "skipped",
  "cancelled",
]);
export type MessageStatus = z.infer<typeof MessageStatus>;

export const MessageClass = z.enum(["transactional", "marketing"]);
export type MessageClass = z.infer<typeof MessageClass>;

/** Why a recipient will not get a message. */
export const SkipReason = z.enum([
  "no_number",
  "invalid_number",
  "landline",
  "premium_number",
  "country_not_allowed",
  "not_marketing",
  "no_consent",
  "opted_out",
  "duplicate",
  "excluded",
  "empty_text",
  "too_long",
  "render_error",
  "quota_exceeded",
  "source_failed",
  "erased",
]);
export type SkipReason = z.infer<typeof SkipReason>;

/** Why a message did not arrive: our words for what carriers say in their codes. */
export const FailureReason = z.enum([
  "unknown_number",
  "unreachable",
  "blocked",
  "opted_out",
  "landline",
  "spam_filtered",
  "carrier_violation",
  "expired",
  "uncertain",
  "unknown",
]);
export type FailureReason = z.infer<typeof FailureReason>;

/** What a text that is sent comes from. Each counts against the quota by its name. */
export const SourceType = z.enum([
  "campaign",
  "api",
  "opt_out_confirmation",
  "opt_in_confirmation",
  "help",
  "carrier_test",
]);
export type SourceType = z.infer<typeof SourceType>;

export const MessageInput = z.object({
  to: z.string().trim().min(1).max(40).describe("mobile number, any spelling; parsed with the workspace's country"),
  text: z.string().describe("1 to 1,600 characters after rendering; placeholders of contact, workspace and sender"),
  sender: z
    .string()
    .trim()
    .max(40)
    .optional()
    .describe(
      "a sender's id, number or name; the workspace's default unless said. An address that is no sender yet is refused (`unknown_sender`): add it under Settings → Senders or with POST /senders. Only while the sandbox is the default connection it is registered on first use",
    ),
  class: MessageClass.default("transactional"),
  subscription_type: z.string().max(100).optional().describe("id, key or name; needed for marketing"),
  validity_seconds: z
    .number()
    .int()
    .min(1)
    .max(259_200)
    .optional()
    .describe("not sent, and not retried by the carrier, after this"),
});

/** One SMS to or from one number: the ledger row. */
export const Message = z.object({
  id: Id,
  direction: z.enum(["outbound", "inbound"]),
  status: MessageStatus.or(z.literal("received")),
  from: z.string(),
  to: z.string(),
  text: z.string(),
  class: MessageClass.nullable(),
  encoding: z.enum(["GSM-7", "UCS-2"]),
  segments: z.number().int(),
  contact_id: Id.nullable(),
  source: z.object({ type: z.string(), id: Id.nullable() }),
  /** A skip reason, or why it was not delivered (our word for the carrier's code). */
  reason: z.string().nullable(),
  carrier: z.string().nullable(),
  /** The carrier's own identifier and error code, as it sent them. */
  carrier_reference: z.string().nullable(),
  carrier_error: z.string().nullable(),
  created_at: Instant,
});
export type Message = z.infer<typeof Message>;

export const messages = {
  send: endpoint({
    method: "POST",
    path: "/messages",
    summary: "Queues one text, on disk before the answer; 422 with the skip reason when it will not be sent.",
    permission: "messages:send",
    body: MessageInput,
    status: 202,
    answer: z.object({ id: Id, status: MessageStatus, segments: z.number().int() }),
    idempotent: true,
    failures: {
      503: "With the code `outcome_unknown`, and no Retry-After, the database went away while the text was being written: whether it is sent is not known yet. Ask for the message that `value` names, or repeat the call with the same Idempotency-Key; repeated without one, it may be sent twice.",
    },
  }),
  get: endpoint({
    method: "GET",
    path: "/messages/:id",
    summary:
      "One message with the moments of its history, in the order of the road: an early receipt is before the hand-over by the clock, but not in the list.",
    permission: "messages:read",
    params: ById,
    answer: Message.extend({
      history: z.array(z.object({ status: z.string(), at: Instant, detail: z.string().nullable() })),
    }),
  }),
  list: endpoint({
    method: "GET",
    path: "/messages",
    summary:
      "The ledger, newest first. Narrowed by a status or a type of source, a page may hold fewer than there are: go on while there is a next_cursor.",
    permission: "messages:read",
    query: z.object({
      ...Paging,
      source: z.string().max(60).optional().describe("a source's type (campaign, api), its id, or type:id"),
      status: MessageStatus.or(z.literal("received")).optional(),
      contact: Id.optional(),
    }),
    answer: page(Message),
  }),
} satisfies Resource;

export const segments = {
  count: endpoint({
    method: "POST",
    path: "/segments",
    summary: "How a text is encoded and split, by the function that bills it.",
    permission: "messages:read",
    body: z.object({ text: z.string().max(100_000) }),
    answer: z.object({
      encoding: z.enum(["GSM-7", "UCS-2"]),
      segments: z.number().int(),
      units: z.number().int().describe("septets or UTF-16 code units, without headers"),
      units_left: z.number().int().describe("in the last segment"),
      parts: z.array(z.string()),
    }),
  }),
} satisfies Resource;
