import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { Id, Instant, Paging, page } from "./shapes.ts";

export const Subscription = z.object({
  allowance: z.number().int().min(0).max(10_000_000_000).describe("segments per period"),
  renewal_day: z.number().int().min(1).max(31).describe("day of the month; the last day in shorter months"),
});

export const Usage = z.object({
  period_start: Instant,
  period_end: Instant,
  allowance: z.number().int(),
  used: z.number().int().describe("segments submitted to carriers"),
  reserved: z.number().int().describe("segments of queued messages, released if they are never submitted"),
  remaining: z.number().int(),
  by_source: z.array(
    z.object({
      source: z.string().describe("`source.type` of the messages"),
      used: z.number().int(),
      sources: z
        .array(
          z.object({
            id: Id,
            name: z.string().nullable().describe("a campaign's or workflow's, for who may see them"),
            used: z.number().int(),
          }),
        )
        .describe(
          "which campaigns, workflows and so on: those that used most, a hundred at most. In the period of the update that counts them they may be less than `used`",
        ),
    }),
  ),
});
export type Usage = z.infer<typeof Usage>;

export const SegmentEntry = z.object({
  message_id: Id,
  segment: z.number().int().describe("1 to `of`"),
  of: z.number().int(),
  at: Instant.describe("when it was submitted"),
  to: z.string(),
  source: z.object({
    type: z.string(),
    id: Id.nullable(),
    name: z.string().nullable().describe("a campaign's or workflow's name, for who may see them"),
  }),
});

export const usage = {
  get: endpoint({
    method: "GET",
    path: "/usage",
    summary: "The current quota period: allowance, used, reserved, remaining.",
    permission: "subscription:read",
    answer: Usage,
  }),
  segments: endpoint({
    method: "GET",
    path: "/usage/segments",
    summary: "The segment log: one entry for each segment submitted, those of the message that was queued last first.",
    permission: "subscription:read",
    query: z.object({ ...Paging }),
    answer: page(SegmentEntry),
  }),
} satisfies Resource;

export const subscription = {
  get: endpoint({
    method: "GET",
    path: "/subscription",
    summary: "The subscription's monthly allowance and renewal day.",
    permission: "subscription:read",
    answer: Subscription,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/subscription",
    summary: "Changes the allowance (at once) or the renewal day (from the next period).",
    permission: "subscription:write",
    body: Subscription.partial(),
    answer: Subscription,
  }),
} satisfies Resource;
