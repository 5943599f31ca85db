/**
 * Alerts: what is wrong right now, found by querying the database and never reported by the code that fails.
 *
 * condition   something wrong now, of a kind, about a subject: this lane does not move
 * suspect     what becomes a condition if it lasts: this lane has not moved since then
 * alert       a condition that people are notified of, open from when it is found until some time after it has ended
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

/** Something wrong now. `params` may be empty when the alert is open already: its params are not changed. */
export interface Condition {
  workspace_id: string;
  subject: string;
  params: object;
}

const second = 1_000;
const minute = 60 * second;

/** The kinds that finders look for; the thresholds of the quota have their own rules, see watch-quota.ts. */
export const watched = {
  carrier_down: { severity: "critical", resolve_after_ms: minute },
  lane_stalled: { severity: "critical", resolve_after_ms: minute },
  campaign_stalled: { severity: "warning", resolve_after_ms: minute },
  error_rate: { severity: "warning", resolve_after_ms: 5 * minute },
  quota_skipped: { severity: "critical", resolve_after_ms: minute },
  webhook_disabled: { severity: "warning", resolve_after_ms: 0 },
  work_overdue: { severity: "critical", resolve_after_ms: minute },
  possible_opt_outs: { severity: "warning", resolve_after_ms: 0 },
  quiet_hours: { severity: "info", resolve_after_ms: 0 },
} as const satisfies Partial<
  Record<
    AlertKind,
    {
      severity: AlertSeverity;
      /** It is resolved once the condition has not held for so long. */ resolve_after_ms: number;
    }
  >
>;
export type WatchedKind = keyof typeof watched;

/** A condition that returns within this time reopens its alert. */
export const reopenWithin = 60 * minute;

/** Members with one of these permissions are mailed. */
export const mailedTo: Record<AlertKind, readonly Permission[]> = {
  carrier_down: ["sms-setup:write", "workspace:write"],
  lane_stalled: ["sms-setup:write", "workspace:write"],
  error_rate: ["sms-setup:write", "workspace:write"],
  campaign_stalled: ["campaigns:send"],
  work_overdue: ["sms-setup:write", "workspace:write"],
  quota: ["subscription:write", "workspace:write"],
  quota_skipped: ["subscription:write", "workspace:write"],
  webhook_disabled: ["workspace:write"],
  possible_opt_outs: ["consent:write"],
  quiet_hours: ["workspace:write"],
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
