/**
 * Alerts: what is wrong right now, found in the state of things and never reported by whoever suffers from it.
 *
 * condition   something that is so now, of a kind, about a subject: this lane does not move
 * suspect     what becomes a condition if it stays so: this lane has not moved since then
 * alert       a condition that somebody has to know of, from when it was found until some time after it is gone
 */
import { Alert, type AlertKind, type AlertSeverity } from "../../contract/alerts.ts";
import type { Permission } from "../../contract/permissions.ts";

/** A row of alerts. */
export interface AlertRow {
  workspace_id: string;
  id: string;
  kind: AlertKind;
  subject: string;
  severity: AlertSeverity;
  params: Record<string, unknown>;
  raised_at: Date;
  resolved_at: Date | null;
}

export type ParamsOf<K extends AlertKind> = Extract<Alert, { kind: K }>["params"];

/** Something that is so. `params` may be left out where the alert is open already: they stay as they were. */
export interface Condition {
  workspace_id: string;
  subject: string;
  params: object;
}

const second = 1_000;
const minute = 60 * second;

/** What is told of kinds that are found by looking; quota goes by its own rules, see watch-quota.ts. */
export const watched = {
  carrier_down: { severity: "critical", calm_ms: minute },
  lane_stalled: { severity: "critical", calm_ms: minute },
  campaign_stalled: { severity: "warning", calm_ms: minute },
  error_rate: { severity: "warning", calm_ms: 5 * minute },
  webhook_disabled: { severity: "warning", calm_ms: 0 },
  possible_opt_outs: { severity: "warning", calm_ms: 0 },
} as const satisfies Partial<
  Record<AlertKind, { severity: AlertSeverity; /** It is resolved once it was not so for so long. */ calm_ms: number }>
>;
export type WatchedKind = keyof typeof watched;

/** What comes back within this time is the same alert again. */
export const sameWithin = 60 * minute;

/** Who is mailed: whoever holds one of these. */
export const toldTo: Record<AlertKind, readonly Permission[]> = {
  carrier_down: ["sms-setup:write", "workspace:write"],
  lane_stalled: ["sms-setup:write", "workspace:write"],
  error_rate: ["sms-setup:write", "workspace:write"],
  campaign_stalled: ["campaigns:send"],
  quota: ["subscription:write", "workspace:write"],
  webhook_disabled: ["workspace:write"],
  possible_opt_outs: ["consent:write"],
};

/** An alert as the API and webhooks show it. */
export function presentAlert(row: AlertRow): Alert {
  return Alert.parse({
    id: row.id,
    kind: row.kind,
    severity: row.severity,
    params: row.params,
    raised_at: row.raised_at.toISOString(),
    resolved_at: row.resolved_at?.toISOString() ?? null,
  } satisfies Record<keyof Alert, unknown>);
}
