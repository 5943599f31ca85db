/** What workflows decided for each recipient, and why. */
import { z } from "zod";
import type { SkipReason } from "./messages.ts";
import { MessageStatus } from "./messages.ts";
import { Id, Instant, Named } from "./shapes.ts";

/** Why a workflow sent nothing, beside the skip reasons of messages. */
export const decisionReasons = {
  booked_too_late: "the booking was made, or moved, after the moment of this text",
  passed_over:
    "its moment was passed over: the workflow, the hours of reminders or the zone were changed after the moment that it has now",
  too_late: "nothing was running at its moment, and it would have come too late",
  booking_cancelled: "the booking is cancelled or rejected",
  booking_over: "the booking was over already",
  status_not_meant: "its status is none that the workflow is for",
  muted: "the customer is muted",
  booking_muted: "the booking is muted, or switched out of the workflow",
  not_told: "whoever made the change chose to tell nobody",
  superseded: "a further change followed before this one was told",
  booked_at_short_notice: "it was booked shorter before the moment of this text than the workflow asks for",
  no_recipient: "there is nobody to send it to",
  no_address: "the recipient has no e-mail address",
  invalid_address: "the e-mail address cannot be one",
  address_in_use_no_more: "mails to the address come back, or its owner has reported one as spam",
  instead_by_mail: "no text could go, so a mail went",
  no_access: "the workspace gives customers no access",
  no_sender: "there is no sender for it",
  loop: "workflows have set each other off too many times",
  gone: "what the action names is gone or off",
  merged: "it is in the text about the customer's other booking at the same time",
  unchanged: "it was so already",
} as const;
export type DecisionReason = keyof typeof decisionReasons | z.infer<typeof SkipReason>;

export const DecisionState = z.enum(["sent", "skipped", "waiting", "missed"]);
export type DecisionState = z.infer<typeof DecisionState>;

export const Decision = z.object({
  workflow: Named,
  action: z.string().describe("what it was to do: `send_sms`, `send_email`, …"),
  channel: z.enum(["sms", "email", "none"]),
  to: z.string().nullable().describe("the number or address, where one is known"),
  recipient: z.enum(["customer", "attendee", "resource", "number", "address", "none"]),
  name: z.string().nullable().describe("the recipient's name"),
  state: DecisionState.describe(
    "sent: done, or queued, and then the message says what became of it; skipped: not done, see `reason`; waiting: it is ahead; missed: final, its moment passed while nothing was running",
  ),
  reason: z
    .string()
    .nullable()
    .describe(
      `a skip reason of messages, or ${Object.entries(decisionReasons)
        .map(([reason, meaning]) => `\`${reason}\` (${meaning})`)
        .join(", ")}`,
    ),
  due_at: Instant.describe("when it is due, or was"),
  decided_at: Instant.nullable().describe("null while it is ahead"),
  message_id: Id.nullable(),
  mail_id: Id.nullable(),
  message_status: MessageStatus.nullable().describe("of the text, as it is now"),
});
export type Decision = z.infer<typeof Decision>;

export const BookingDecision = Decision.extend({
  booking: z.object({ id: Id, reference: z.string(), start: Instant }).nullable(),
});
export type BookingDecision = z.infer<typeof BookingDecision>;
