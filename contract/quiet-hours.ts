/** Quiet hours: when texts may leave, by country and class. */
import { z } from "zod";
import { mostQuietHoursRules } from "../rules/quiet-hours-defaults.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { MessageClass } from "./messages.ts";

const Time = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, "a time of day is HH:MM, from 00:00 to 23:59")
  .describe("HH:MM, by the recipient's clock");
const End = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "a time of day is HH:MM, from 00:00 to 24:00")
  .describe("HH:MM; before `from`: past midnight; the same as `from`: all day");
const Place = z
  .string()
  .regex(
    /^([A-Z]{2}|US-[A-Z]{2})$/,
    "a country is two capital letters (ISO 3166-1), like NO, or a state of the United States, like US-FL",
  )
  .describe(
    "ISO 3166-1 alpha-2 of the recipient's number, or a state of the United States by area code or address, like US-FL; a state's rule applies beside that of US",
  );
const SourceDate = z.iso.date().nullable().describe("the date of the source");

export const QuietHoursRule = z.object({
  country: Place,
  class: MessageClass,
  from: Time.describe("texts may leave from this time on, by the recipient's clock"),
  to: End.describe("and before this one; before `from`: past midnight; the same as `from`: all day"),
  sundays: z.boolean().describe("whether texts may leave on Sundays"),
  holidays: z
    .boolean()
    .describe(
      "whether texts may leave on public holidays of the whole country, which are known for NO, SE, DK, FI, DE, GB, FR and US",
    ),
  source: z.string().nullable().describe("who says so"),
  source_date: SourceDate,
});
export type QuietHoursRule = z.infer<typeof QuietHoursRule>;

export const QuietHours = z.object({
  enabled: z.boolean(),
  rules: z
    .array(QuietHoursRule)
    .describe("all that apply, in the order of countries: the workspace's own and, where it has none, the defaults"),
});
export type QuietHours = z.infer<typeof QuietHours>;

export const quietHours = {
  get: endpoint({
    method: "GET",
    path: "/quiet-hours",
    summary:
      "When texts may leave, by country and class. Where no rule is listed they may leave at any time. A text outside of its hours waits until they begin, and expires where that is past its validity.",
    permission: "workspace:read",
    answer: QuietHours,
  }),
  update: endpoint({
    method: "PUT",
    path: "/quiet-hours",
    summary:
      "Switches quiet hours on or off, and replaces the given rules by country and class; the others stay. A rule like the default is the default again, and one from 00:00 to 24:00 with Sundays and holidays lets all texts leave. Texts that wait already follow within a minute.",
    permission: "workspace:write",
    body: z.object({
      enabled: z.boolean().optional(),
      rules: z
        .array(
          z.object({
            country: Place,
            class: MessageClass.default("marketing"),
            from: Time,
            to: End,
            sundays: z.boolean().default(false),
            holidays: z.boolean().default(false),
            source: z.string().trim().max(500).nullish(),
            source_date: SourceDate.optional(),
          }),
        )
        .max(mostQuietHoursRules)
        .optional(),
    }),
    answer: QuietHours,
  }),
} satisfies Resource;
