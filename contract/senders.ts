import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { ById, Id, Instant } from "./shapes.ts";

export const SenderKind = z.enum(["long_number", "short_code", "alphanumeric"]);
export type SenderKind = z.infer<typeof SenderKind>;

/** The address that recipients see. */
export const Sender = z.object({
  id: Id,
  address: z.string(),
  kind: SenderKind,
  can_receive: z.boolean().describe("alphanumeric names cannot, so recipients cannot reply STOP to them"),
  carrier: z.string().describe("the name of the sender's connection, or sandbox"),
  carrier_id: Id.nullable().describe("the connection that its texts are submitted to; null: the sandbox"),
  is_default: z.boolean(),
  rate_per_second: z
    .number()
    .int()
    .nullable()
    .describe("texts submitted per second at most; null: the carrier's own limit"),
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
    summary: "Adds a sender. Without an address it gets a free number of the sandbox.",
    permission: "sms-setup:write",
    body: z.object({
      address: z.string().trim().max(40).optional(),
      is_default: z.boolean().default(false),
      carrier_id: Id.nullish().describe("null: the sandbox; default: the workspace's default connection"),
      rate_per_second: z.number().int().min(1).max(10_000).nullish(),
    }),
    status: 201,
    answer: Sender,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/senders/:id",
    summary: "Makes a sender the default, or changes its connection or rate.",
    permission: "sms-setup:write",
    params: ById,
    body: z.object({
      is_default: z.literal(true).optional(),
      carrier_id: Id.nullish().describe("queued texts are submitted there too; null: the sandbox"),
      rate_per_second: z.number().int().min(1).max(10_000).nullish(),
    }),
    answer: Sender,
  }),
} satisfies Resource;
