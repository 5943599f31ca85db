import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { Instant } from "./shapes.ts";

const Months = z.number().int().min(1).max(1200);

/** Whole calendar months (UTC): with 1, what is older than the month before this one goes. */
export const RetentionRule = z.object({
  text_months: Months.nullable().describe("months that message texts are kept; null: as long as the message"),
  ledger_months: Months.nullable().describe("months that messages are kept, at least as long as texts; null: for ever"),
  audit_months: z
    .number()
    .int()
    .min(12)
    .max(1200)
    .nullable()
    .describe("months that events of the audit log are kept, at least a year of them; null: for ever"),
});
export type RetentionRule = z.infer<typeof RetentionRule>;

const Going = z.object({
  before: Instant.describe("everything older than this"),
  months: z.array(z.string()).describe("the months that it is in, like 2026-01"),
  messages: z.number().int().describe("exact to 100,000, else 100,001"),
});

export const Retention = RetentionRule.extend({
  texts_gone_before: Instant.nullable().describe("older messages have no text any more"),
  messages_gone_before: Instant.nullable().describe("older messages are gone; figures stay"),
  would_go: z
    .object({ texts: Going.nullable(), messages: Going.nullable() })
    .describe("what the next run would take; null where the rule keeps everything"),
});
export type Retention = z.infer<typeof Retention>;

export const retention = {
  get: endpoint({
    method: "GET",
    path: "/retention",
    summary: "How long messages are kept, and what the next run would take away. Nothing is changed.",
    permission: "workspace:read",
    query: z.object({
      text_months: z.coerce.number().int().min(0).max(1200).optional().describe("try this rule instead; 0: for ever"),
      ledger_months: z.coerce.number().int().min(0).max(1200).optional(),
    }),
    answer: Retention,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/retention",
    summary:
      "Changes how long messages are kept; what is too old goes in the next nightly run and cannot be brought back.",
    permission: "workspace:write",
    body: RetentionRule.partial(),
    answer: Retention,
  }),
} satisfies Resource;
