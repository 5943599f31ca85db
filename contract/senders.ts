import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant } from "./shapes.ts";

export const SenderKind = z.enum(["long_number", "short_code", "alphanumeric"]);
export type SenderKind = z.infer<typeof SenderKind>;

/** What the recipient sees. */
export const Sender = z.object({
  id: Id,
  address: z.string(),
  kind: SenderKind,
  can_receive: z.boolean().describe("alphanumeric names cannot, so nobody can reply STOP to them"),
  carrier: z.string().describe("the name of its connection, or sandbox"),
  carrier_id: Id.nullable().describe("the connection that its texts are handed to; null: the sandbox"),
  is_default: z.boolean(),
  rate_per_second: z
    .number()
    .int()
    .nullable()
    .describe("texts handed over per second at most; null: the carrier's own limit"),
  created_at: Instant,
});
export type Sender = z.infer<typeof Sender>;

export const senders = {
  list: endpoint({
    method: "GET",
    path: "/senders",
    summary: "The workspace's senders, the default first.",
    permission: "senders:read",
    answer: z.object({ items: z.array(Sender), next_cursor: z.null() }),
  }),
  create: endpoint({
    method: "POST",
    path: "/senders",
    summary: "Adds a sender. Without an address a free number of the sandbox is taken.",
    permission: "sms-setup:write",
    body: z.object({
      address: z.string().trim().max(40).optional(),
      is_default: z.boolean().default(false),
      carrier_id: Id.nullish().describe("null: the sandbox; the workspace's default connection unless given"),
      rate_per_second: z.number().int().min(1).max(10_000).nullish(),
    }),
    status: 201,
    answer: Sender,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/senders/:id",
    summary: "Makes a sender the default, or sets its rate.",
    permission: "sms-setup:write",
    params: ById,
    body: z.object({
      is_default: z.literal(true).optional(),
      carrier_id: Id.nullish().describe("texts that wait go there too; null: the sandbox"),
      rate_per_second: z.number().int().min(1).max(10_000).nullish(),
    }),
    answer: Sender,
  }),
} satisfies Resource;
