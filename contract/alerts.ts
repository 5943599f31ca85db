/** Problems that need attention, raised and resolved automatically. */
import { z } from "zod";
import { endpoint, type Resource } from "./endpoint.ts";
import { Id, Instant, Paging, page, Named } from "./shapes.ts";

export const AlertSeverity = z.enum(["info", "warning", "critical"]);
export type AlertSeverity = z.infer<typeof AlertSeverity>;

/**
 * The percentages of the allowance that raise an alert. Used and reserved segments both count, since both keep others from being
 * reserved.
 */
export const quotaThresholds = [50, 80, 90, 100] as const;

/** The details of each kind. */
const params = {
  lane_stalled: z.object({
    sender: z.object({ id: Id, address: z.string() }),
    since: Instant.describe("when a text of the lane was last submitted"),
    waiting: z.number().int().describe("texts in the lane when the alert was raised; counted to 10,000"),
    reason: z
      .enum(["no_worker", "carrier_off", "carrier_down", "no_progress"])
      .describe(
        "no_worker: no worker process serves the lane; carrier_off: its carrier is disabled; carrier_down: its carrier is not connected; no_progress: its carrier is connected, but no text is submitted",
      ),
    campaign: Named.nullable().describe("the campaign of the next text"),
  }),
  campaign_stalled: z.object({
    campaign: Named,
    since: Instant,
    reason: z
      .enum(["preparing", "unfinished"])
      .describe(
        "preparing: it is resumed automatically; unfinished: none of its texts is queued, but it does not finish",
      ),
  }),
  carrier_down: z.object({
    carrier: Named,
    since: Instant,
    reason: z.enum(["down", "no_worker"]).describe("no_worker: no worker process reports its status"),
    last_error: z.string().nullable(),
  }),
  error_rate: z.object({
    minutes: z.number().int(),
    texts: z.number().int().describe("texts with an outcome within these minutes"),
    errors: z.number().int(),
    rate: z.number().describe("errors divided by texts, 0 to 1"),
    usual_rate: z.number().nullable().describe("the rate of the 24 hours before; null: too few texts to tell"),
    reasons: z.array(z.object({ reason: z.string(), n: z.number().int() })).describe("the most frequent ones"),
    campaign: Named.nullable().describe("the campaign with the most errors"),
  }),
  quota: z.object({
    threshold: z.literal(quotaThresholds).describe("percent of the allowance"),
    allowance: z.number().int(),
    used: z.number().int(),
    reserved: z.number().int(),
    period_end: Instant,
  }),
  quota_skipped: z.object({
    texts: z.number().int().describe("texts that were skipped in the ten minutes before the alert was raised"),
    allowance: z.number().int(),
    remaining: z.number().int().describe("segments that were left"),
    period_end: Instant,
  }),
  webhook_disabled: z.object({
    webhook: z.object({ id: Id, url: z.string().describe("without its path, which may contain a secret") }),
    since: Instant.describe("when its deliveries began to fail"),
    last_error: z.string().nullable(),
  }),
  work_overdue: z.object({
    work: z.string().describe("the name of the work, as in the metrics"),
    since: Instant.describe("when the oldest of it was due"),
  }),
  possible_opt_outs: z.object({
    since: Instant.describe("when the oldest of them was received"),
    waiting: z.number().int().describe("how many were undecided when the alert was raised"),
  }),
  quiet_hours: z.object({
    enabled: z.boolean(),
    reason: z
      .enum(["switched_on", "left_off"])
      .describe(
        "switched_on: with the first carrier; left_off: by the upgrade, since the workspace had a carrier already. It ends with PUT /quiet-hours, `{enabled}` alone too",
      ),
  }),
} as const;

const common = {
  id: Id,
  severity: AlertSeverity,
  raised_at: Instant.describe("the most recent time, if it was raised more than once"),
  resolved_at: Instant.nullable().describe("null while the alert is open"),
};

/** One problem, open or resolved. */
export const Alert = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("lane_stalled"), params: params.lane_stalled }),
  z.object({ ...common, kind: z.literal("campaign_stalled"), params: params.campaign_stalled }),
  z.object({ ...common, kind: z.literal("carrier_down"), params: params.carrier_down }),
  z.object({ ...common, kind: z.literal("error_rate"), params: params.error_rate }),
  z.object({ ...common, kind: z.literal("quota"), params: params.quota }),
  z.object({ ...common, kind: z.literal("quota_skipped"), params: params.quota_skipped }),
  z.object({ ...common, kind: z.literal("webhook_disabled"), params: params.webhook_disabled }),
  z.object({ ...common, kind: z.literal("work_overdue"), params: params.work_overdue }),
  z.object({ ...common, kind: z.literal("possible_opt_outs"), params: params.possible_opt_outs }),
  z.object({ ...common, kind: z.literal("quiet_hours"), params: params.quiet_hours }),
]);
export type Alert = z.infer<typeof Alert>;
export type AlertKind = Alert["kind"];

export const alerts = {
  list: endpoint({
    method: "GET",
    path: "/alerts",
    summary: "Alerts, newest first.",
    permission: "workspace:read",
    query: z.object({ ...Paging, state: z.enum(["open", "past"]).optional().describe("both unless given") }),
    answer: page(Alert),
  }),
  summary: endpoint({
    method: "GET",
    path: "/alerts/summary",
    summary: "How many alerts are open, and how many of those were raised after the caller last looked.",
    permission: "workspace:read",
    answer: z.object({
      open: z.number().int(),
      unseen: z.number().int().describe("all of them for an API key"),
      critical: z.array(Alert).describe("open alerts that keep texts from being sent; at most 5"),
    }),
  }),
  see: endpoint({
    method: "POST",
    path: "/alerts/seen",
    summary: "Records that the signed-in person has seen all alerts.",
    permission: "workspace:read",
    status: 204,
  }),
} satisfies Resource;
