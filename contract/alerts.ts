/** What is wrong right now, or was: raised and resolved by itself, from the state of things. */
import { z } from "zod";
import { quotaThresholds } from "../rules/quota-threshold.ts";
import { endpoint, type Resource } from "./endpoint.ts";
import { Id, Instant, Paging, page } from "./shapes.ts";

export const AlertSeverity = z.enum(["info", "warning", "critical"]);
export type AlertSeverity = z.infer<typeof AlertSeverity>;

const CampaignName = z.object({ id: Id, name: z.string() });

/** What each kind says of itself. */
const params = {
  lane_stalled: z.object({
    sender: z.object({ id: Id, address: z.string() }),
    since: Instant.describe("since when nothing of it was handed over"),
    waiting: z.number().int().describe("texts in its queue when the alert was raised; counted to 10,000"),
    reason: z
      .enum(["no_worker", "carrier_off", "carrier_down", "no_progress"])
      .describe(
        "no_worker: nobody serves it; carrier_off: its carrier is disabled; carrier_down: its carrier is not connected; no_progress: it is served by one that is, and nothing goes",
      ),
    campaign: CampaignName.nullable().describe("that the next text is of"),
  }),
  campaign_stalled: z.object({
    campaign: CampaignName,
    since: Instant,
    reason: z
      .enum(["preparing", "unfinished"])
      .describe("preparing: it is taken up again by itself; unfinished: nothing of it waits, and it does not end"),
  }),
  carrier_down: z.object({
    carrier: z.object({ id: Id, name: z.string() }),
    since: Instant,
    reason: z.enum(["down", "no_worker"]).describe("no_worker: no worker says anything of it"),
    last_error: z.string().nullable(),
  }),
  error_rate: z.object({
    minutes: z.number().int(),
    texts: z.number().int().describe("that had an outcome within the minutes"),
    errors: z.number().int(),
    rate: z.number().describe("errors of texts, 0 to 1"),
    usual_rate: z.number().nullable().describe("of the 24 hours before; null: too few texts to know"),
    reasons: z.array(z.object({ reason: z.string(), n: z.number().int() })).describe("the most frequent ones"),
    campaign: CampaignName.nullable().describe("with the most errors"),
  }),
  quota: z.object({
    threshold: z.literal(quotaThresholds).describe("percent of the allowance"),
    allowance: z.number().int(),
    used: z.number().int(),
    reserved: z.number().int(),
    period_end: Instant,
  }),
  webhook_disabled: z.object({
    webhook: z.object({ id: Id, url: z.string().describe("without its path, which may hold a secret") }),
    since: Instant.describe("since when nothing was taken"),
    last_error: z.string().nullable(),
  }),
  possible_opt_outs: z.object({
    since: Instant.describe("when the oldest of them was written"),
    waiting: z.number().int().describe("how many there were when the alert was raised"),
  }),
} as const;

const common = {
  id: Id,
  severity: AlertSeverity,
  raised_at: Instant.describe("the last time, where it came back"),
  resolved_at: Instant.nullable().describe("null: it is still so"),
};

/** One thing that is, or was, wrong. */
export const Alert = z.discriminatedUnion("kind", [
  z.object({ ...common, kind: z.literal("lane_stalled"), params: params.lane_stalled }),
  z.object({ ...common, kind: z.literal("campaign_stalled"), params: params.campaign_stalled }),
  z.object({ ...common, kind: z.literal("carrier_down"), params: params.carrier_down }),
  z.object({ ...common, kind: z.literal("error_rate"), params: params.error_rate }),
  z.object({ ...common, kind: z.literal("quota"), params: params.quota }),
  z.object({ ...common, kind: z.literal("webhook_disabled"), params: params.webhook_disabled }),
  z.object({ ...common, kind: z.literal("possible_opt_outs"), params: params.possible_opt_outs }),
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
    summary: "How many alerts are open, and how many of those came after the caller last looked.",
    permission: "workspace:read",
    answer: z.object({
      open: z.number().int(),
      unseen: z.number().int().describe("all of them for a key, which is nobody who looks"),
      critical: z.array(Alert).describe("the open ones that keep texts from going out; at most 5"),
    }),
  }),
  see: endpoint({
    method: "POST",
    path: "/alerts/seen",
    summary: "Notes that the signed-in person has seen every alert there is.",
    permission: "workspace:read",
    status: 204,
  }),
} satisfies Resource;
