import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { Id, Instant, Paging, page } from "./shapes.ts";

export const Subscription = z.object({
  allowance: z.number().int().min(0).max(10_000_000_000).describe("segments a period"),
  renewal_day: z.number().int().min(1).max(31).describe("day of the month; the last day where a month is shorter"),
});

export const Usage = z.object({
  period_start: Instant,
  period_end: Instant,
  allowance: z.number().int(),
  used: z.number().int().describe("segments handed to the carrier"),
  reserved: z.number().int().describe("segments queued, given back if they are never handed over"),
  remaining: z.number().int(),
  by_source: z.array(z.object({ source: z.string(), used: z.number().int() })),
});
export type Usage = z.infer<typeof Usage>;

export const SegmentEntry = z.object({
  message_id: Id,
  segment: z.number().int().describe("1 to `of`"),
  of: z.number().int(),
  at: Instant.describe("when it was handed over"),
  to: z.string(),
  source: z.object({ type: z.string(), id: Id.nullable() }),
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
    summary: "The segment log: one entry for each segment handed over, newest first.",
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
    summary: "Changes allowance (in force at once) or renewal day (from the next period).",
    permission: "subscription:write",
    body: Subscription.partial(),
    answer: Subscription,
  }),
} satisfies Resource;
