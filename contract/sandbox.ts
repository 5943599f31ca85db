import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { Id, Instant, Paging, page } from "./shapes.ts";

const PhoneNumber = z.object({
  number: z.string().min(3).max(40).describe("any spelling; the + may be written %2B"),
});

export const Behaviour = z.enum(["deliver", "fail", "lose_receipt", "double_receipt", "early_receipt", "throttle"]);
export type Behaviour = z.infer<typeof Behaviour>;

/** A text on a sandbox handset. `in` and `out` are seen from the handset. */
export const PhoneMessage = z.object({
  id: Id,
  direction: z.enum(["in", "out"]),
  from: z.string(),
  to: z.string(),
  text: z.string(),
  at: Instant,
});

export const Phone = z.object({
  number: z.string(),
  behaviour: Behaviour,
  error_code: z.string().nullable(),
  delay_ms: z.number().int(),
});

/** The built-in carrier with simulated handsets. */
export const sandbox = {
  phones: endpoint({
    method: "GET",
    path: "/sandbox/phones",
    summary: "The handsets that this workspace has sent texts to through the sandbox, last used first.",
    permission: "sandbox:use",
    query: z.object({ ...Paging, query: z.string().max(40).optional() }),
    answer: page(
      z.object({
        number: z.string(),
        name: z.string().nullable(),
        last_text: z.string(),
        last_at: Instant,
        behaviour: Behaviour,
      }),
    ),
  }),
  messages: endpoint({
    method: "GET",
    path: "/sandbox/phones/:number/messages",
    summary: "The texts between this workspace and the handset, oldest first (the newest 1,000).",
    permission: "sandbox:use",
    params: PhoneNumber,
    answer: page(PhoneMessage),
  }),
  reply: endpoint({
    method: "POST",
    path: "/sandbox/phones/:number/reply",
    summary:
      "Sends a text from the handset to one of the workspace's senders on the sandbox, processed exactly like one from a real network.",
    permission: "sandbox:use",
    params: PhoneNumber,
    body: z.object({ to: z.string().trim().min(1).max(40), text: z.string().min(1).max(1600) }),
    status: 201,
    answer: PhoneMessage,
  }),
  phone: endpoint({
    method: "GET",
    path: "/sandbox/phones/:number",
    summary: "How the handset responds to this workspace's texts.",
    permission: "sandbox:use",
    params: PhoneNumber,
    answer: Phone,
  }),
  behave: endpoint({
    method: "PUT",
    path: "/sandbox/phones/:number",
    summary: "Sets how a handset responds to this workspace's texts from now on.",
    permission: "sandbox:use",
    params: PhoneNumber,
    body: z.object({
      behaviour: Behaviour,
      error_code: z
        .string()
        .max(20)
        .optional()
        .describe("with fail: the carrier's error code; default: 30005 (unknown number)"),
      delay_ms: z.number().int().min(0).max(3_600_000).optional().describe("before the receipt"),
    }),
    answer: Phone,
  }),
  mailbox: endpoint({
    method: "GET",
    path: "/sandbox/mailbox",
    summary:
      "Mails kept here because no mail relay is configured, newest first; without `to`, those that this workspace sent and those to its members.",
    permission: "sandbox:use",
    query: z.object({ ...Paging, to: z.string().max(254).optional() }),
    answer: page(
      z.object({
        id: Id,
        from: z.string(),
        to: z.string(),
        reply_to: z.string().nullable(),
        subject: z.string(),
        text: z.string(),
        html: z.string().nullable(),
        attachments: z.array(
          z.object({ name: z.string(), type: z.string(), size: z.number().int().describe("octets") }),
        ),
        at: Instant,
      }),
    ),
  }),
} satisfies Resource;
