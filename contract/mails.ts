/** Mails that left, or will leave, through the mail road, and the links in them. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { MessageClass } from "./messages.ts";
import { ById, Id, Instant, Paging, page } from "./shapes.ts";

export const MailStatus = z.enum(["queued", "sent", "bounced", "complained", "skipped", "failed"]);
export type MailStatus = z.infer<typeof MailStatus>;

/** Why a mail is not sent to somebody. */
export const MailSkipReason = z.enum([
  "no_address",
  "invalid_address",
  "bounced",
  "complained",
  "unsubscribed",
  "no_consent",
  "duplicate",
  "empty_text",
  "render_error",
  "source_stopped",
  "erased",
]);
export type MailSkipReason = z.infer<typeof MailSkipReason>;

export const Mail = z.object({
  id: Id,
  status: MailStatus.describe(
    "queued: waiting, or being retried; sent: the mail relay has it; bounced: it came back; complained: the recipient reported it as spam; skipped: not sent, see `reason`; failed: the relay refused it for good, or it could not be sent in time",
  ),
  reason: z
    .string()
    .nullable()
    .describe(
      `skipped: ${MailSkipReason.options.join(", ")}; failed: refused, unknown_address, smtputf8_unsupported, gave_up; bounced: the status code (RFC 3463), such as 5.1.1`,
    ),
  source: z.object({ type: z.string(), id: Id.nullable() }),
  class: MessageClass,
  contact: Id.nullable(),
  from: z.string(),
  to: z.string().nullable(),
  reply_to: z.string().nullable(),
  subject: z.string(),
  text: z.string().nullable().describe("null where the mail held a link that is for its recipient only"),
  html: z.string().nullable(),
  attachments: z.array(z.object({ name: z.string(), type: z.string(), size: z.number().int().describe("octets") })),
  attempts: z.number().int(),
  answer: z.string().nullable().describe("what the mail relay, or the recipient's mail server, said last"),
  at: Instant.describe("when it was queued"),
  sent_at: Instant.nullable(),
  ended_at: Instant.nullable().describe("when it bounced, was complained about, was skipped or failed"),
});
export type Mail = z.infer<typeof Mail>;

const Token = z.object({ token: z.string().min(1).max(100) });

export const mails = {
  list: endpoint({
    method: "GET",
    path: "/mails",
    summary:
      "Mails of the last 90 days and those that wait, newest first. Filtered by a status or a type of source, a page may hold fewer than `limit`: continue while there is a next_cursor.",
    permission: "messages:read",
    query: z.object({
      ...Paging,
      to: z.string().max(254).optional().describe("an address, in any case"),
      source: z.string().max(100).optional().describe("a source's type (alert, invitation), its id, or type:id"),
      status: MailStatus.optional(),
    }),
    answer: page(Mail),
  }),
  get: endpoint({
    method: "GET",
    path: "/mails/:id",
    summary: "One mail, with the time of the next attempt while it waits.",
    permission: "messages:read",
    params: ById,
    answer: Mail.extend({ next_attempt_at: Instant.nullable() }),
  }),
  liftBounce: endpoint({
    method: "DELETE",
    path: "/mails/:id/bounce",
    summary:
      "Allows mails to the address of a mail again, where a bounce has stopped it. Nothing changes where it has not; complaints and unsubscriptions stay.",
    permission: "consent:write",
    params: ById,
    status: 204,
  }),
  unsubscribePage: endpoint({
    method: "GET",
    path: "/unsubscribe/:token",
    summary: "The page behind the unsubscribe link of a mail. It asks, and changes nothing.",
    permission: "anyone",
    params: Token,
    answerType: "text/html",
  }),
  unsubscribe: endpoint({
    method: "POST",
    path: "/unsubscribe/:token",
    summary:
      "Unsubscribes the address of a mail from the mail's subscription type: the button of the page, and the one-click unsubscription of mail programs (RFC 8058).",
    permission: "anyone",
    params: Token,
    signed: true,
    answerType: "text/html",
  }),
} satisfies Resource;
