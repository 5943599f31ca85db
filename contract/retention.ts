import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { Instant } from "./shapes.ts";

const Months = z.number().int().min(1).max(1200);

const TriedMonths = z.coerce.number().int().min(0).max(1200).optional();

/** Whole calendar months (UTC): with 1, what is older than last month is purged. */
export const RetentionRule = z.object({
  text_months: Months.nullable().describe("months that message texts are kept; null: as long as the messages"),
  ledger_months: Months.nullable().describe(
    "months that messages are kept, at least as long as their texts; null: for ever",
  ),
  audit_months: z
    .number()
    .int()
    .min(12)
    .max(1200)
    .nullable()
    .describe("months that the audit log is kept, at least 12; null: for ever"),
  booking_months: Months.nullable().describe(
    "months that bookings are kept after their end, with their history and what workflows decided about them; null: for ever",
  ),
  event_months: Months.nullable().describe(
    "months that events are kept after their last date, with their orders and tickets; null: for ever",
  ),
});
export type RetentionRule = z.infer<typeof RetentionRule>;

const Going = z.object({
  before: Instant.describe("everything older than this is purged"),
  months: z.array(z.string()).describe("the months affected, like 2026-01"),
  messages: z.number().int().describe("exact to 100,000, else 100,001"),
});

export const Retention = RetentionRule.extend({
  texts_gone_before: Instant.nullable().describe("the texts of older messages are purged"),
  messages_gone_before: Instant.nullable().describe("older messages are purged; statistics are kept"),
  would_go: z
    .object({
      texts: Going.nullable(),
      messages: Going.nullable(),
      bookings: z
        .object({
          before: Instant.describe("all that ended before this are purged"),
          bookings: z.number().int().describe("exact to 100,000, else 100,001"),
        })
        .nullable(),
      events: z
        .object({
          before: Instant.describe("all whose last date was before this are purged"),
          events: z.number().int().describe("exact to 100,000, else 100,001"),
        })
        .nullable(),
    })
    .describe("what the next nightly run would purge; null where the rule keeps everything"),
});
export type Retention = z.infer<typeof Retention>;

export const retention = {
  get: endpoint({
    method: "GET",
    path: "/retention",
    summary:
      "How long messages, bookings and events are kept, and what the next nightly run would purge. Changes nothing.",
    permission: "workspace:read",
    query: z.object({
      text_months: TriedMonths.describe("a rule to try instead of the stored one; 0: for ever"),
      ledger_months: TriedMonths,
      booking_months: TriedMonths,
      event_months: TriedMonths,
    }),
    answer: Retention,
  }),
  update: endpoint({
    method: "PATCH",
    path: "/retention",
    summary:
      "Changes how long messages, bookings and events are kept; what is older is purged in the next nightly run and cannot be restored.",
    permission: "workspace:write",
    body: RetentionRule.partial(),
    answer: Retention,
  }),
} satisfies Resource;
