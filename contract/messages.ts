import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant, Paging, page } from "./shapes.ts";

/** In order: a message's status only moves forward. Skipped and cancelled messages were never submitted. */
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

/** Why a recipient will not receive a message. */
export const SkipReason = z.enum([
  "no_number",
  "invalid_number",
  "landline",
  "premium_number",
  "country_not_allowed",
  "not_marketing",
  "no_consent",
  "opted_out",
  "frequency_cap",
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

/** Why a message did not arrive: the common names for carriers' error codes. */
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

const skipMeanings: Record<SkipReason, string> = {
  no_number: "the contact has no number",
  invalid_number: "the number cannot receive a text",
  landline: "the number is a landline's",
  premium_number: "the number is a premium one",
  country_not_allowed:
    "the country's networks show no names as senders, and no number of the same carrier can replace it",
  not_marketing: "the contact may not receive marketing",
  no_consent: "no consent to the subscription type is in force",
  opted_out: "the number has opted out",
  frequency_cap: "the number has had as many marketing messages as the workspace's frequency cap allows",
  duplicate: "the same source has sent to the number already",
  excluded: "the contact is on a list that the campaign excludes",
  empty_text: "the text is empty for this recipient",
  too_long: "the text is longer than 1,600 characters for this recipient",
  render_error: "the text cannot be rendered for this recipient",
  quota_exceeded: "no segments were left",
  source_failed: "the message's source, such as a campaign, failed",
  erased: "the contact was erased",
};

const failureMeanings: Record<FailureReason, string> = {
  unknown_number: "the number does not exist",
  unreachable: "the phone cannot be reached, or not from this sender",
  blocked: "the network, the recipient or the carrier account blocks such texts",
  opted_out: "the number has opted out at the carrier",
  landline: "the number is a landline's",
  spam_filtered: "a filter of the carrier or of a network stopped it",
  carrier_violation:
    "the sender, the text or the account violates a rule of the carrier, such as a missing registration",
  expired: "it was not delivered within its validity",
  uncertain:
    "it is unknown whether the carrier accepted it, because a process or connection failed before the answer; it may have arrived, so it counts against the quota",
  unknown: "the carrier gave no reason, or one that matches none of these: see `carrier_error`",
};

const listed = (meanings: Record<string, string>) =>
  Object.entries(meanings)
    .map(([reason, meaning]) => `\`${reason}\` (${meaning})`)
    .join(", ");

/** For the reference page, where a message's reason is plain text. */
const reasonDescription = `Why a skipped or cancelled message was not sent: ${listed(skipMeanings)}. Why another did not arrive: ${listed(failureMeanings)}. A transactional message that was sent again because the outcome of the first attempt was unknown keeps \`uncertain\` whatever its status: it may have arrived twice. Otherwise null.`;

/** What messages are sent for, and what each word means. The usage is broken down by these words. */
export const sourceTypes = {
  campaign: "a campaign",
  workflow: "a booking's workflow",
  dispatch: "an event's dispatch",
  dialog: "a mail that became a text",
  inbox: "an answer written in the inbox",
  api: "a request to this API, or a text that was written on a contact's page",
  test: "a test of a text, to a number that was chosen",
  double_opt_in: "the question whether a sign-up was meant",
  opt_out_confirmation: "the answer to STOP",
  opt_in_confirmation: "the answer to START",
  help: "the answer to HELP",
  carrier_test: "the test of a carrier",
} as const;
export type SourceType = keyof typeof sourceTypes;

export const MessageInput = z.object({
  to: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .describe(
      "mobile number, any spelling; parsed with the workspace's country. Digits without + that can be several mobile numbers are refused with `invalid_number` and `readings`",
    ),
  text: z.string().describe("1 to 1,600 characters after rendering; placeholders of contact, workspace and sender"),
  sender: z
    .string()
    .trim()
    .max(40)
    .optional()
    .describe(
      "a sender's id, number or name; default: the workspace's default sender. An address that is not a sender of the workspace is refused (`unknown_sender`): add it under Settings → Senders or with POST /senders. Only while the sandbox is the default connection is it registered on first use",
    ),
  class: MessageClass.default("transactional"),
  subscription_type: z.string().max(100).optional().describe("id, key or name; required for marketing"),
  validity_seconds: z
    .number()
    .int()
    .min(1)
    .max(259_200)
    .optional()
    .describe("after this the message is not submitted any more, nor retried by the carrier"),
});

/** One SMS to or from one number, as recorded in the ledger. */
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
  source: z.object({
    type: z.string().describe(`what it was sent for: ${listed(sourceTypes)}; \`sms\` for a received text`),
    id: Id.nullable(),
  }),
  reason: z
    .string()
    .nullable()
    .describe(
      `${reasonDescription} For a received text, its meaning: stop, start, help, or stop_perhaps where a person has to decide.`,
    ),
  carrier: z.string().nullable(),
  /** The carrier's own identifier and error code, unchanged. */
  carrier_reference: z.string().nullable(),
  carrier_error: z.string().nullable(),
  created_at: Instant,
  not_before: Instant.nullable().describe("a queued text that waits for this moment; null for all others"),
});
export type Message = z.infer<typeof Message>;

export const messages = {
  send: endpoint({
    method: "POST",
    path: "/messages",
    summary: "Queues one text, stored durably before the answer; 422 with the skip reason if it will not be sent.",
    permission: "messages:send",
    body: MessageInput,
    status: 202,
    answer: z.object({ id: Id, status: MessageStatus, segments: z.number().int() }),
    idempotent: true,
    failures: {
      503: "The code `outcome_unknown`, with no Retry-After, means that the connection to the database was lost while the text was being stored: it may or may not be sent. Get the message whose id is in `value`, or repeat the call with the same Idempotency-Key; repeated without one, the text may be sent twice.",
    },
  }),
  get: endpoint({
    method: "GET",
    path: "/messages/:id",
    summary:
      "One message with its history, in the order of its statuses: a receipt that came before the answer to the submission has an earlier time, but is listed after it.",
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
      "Messages, newest first. Filtered by a status or a type of source, a page may hold fewer than `limit`: continue while there is a next_cursor.",
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
    summary: "How a text is encoded and split into segments, as it would be billed.",
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
