/** Which members are mailed about which alerts: decided in one transaction, mailed by one job per person. */
import { sql } from "kysely";
import { permissionsOf, type Role } from "../../contract/permissions.ts";
import type { Tx } from "../kit/db.ts";
import type { Jobs } from "../kit/jobs.ts";
import { type AlertRow, mailedTo } from "./alert.ts";
import { lockKind, takeUnmailed } from "./alerts-store.ts";

/** The job that mails one person; it holds ids, the alerts are read when the mail is written. */
export const mailAlertsJob = "mail_alerts";
export interface MailAlerts {
  workspace_id: string;
  user_id: string;
  alert_ids: string[];
}

const minute = 60_000;
/** A carrier that flaps is mailed about once an hour. */
const againAfter = 60 * minute;
/** A workspace's alerts within this time of a mail are collected for the next one. */
const pause = 5 * minute;

/** Queues mails about new alerts. */
export async function queueMails(tx: Tx, jobs: Jobs, at: Date): Promise<void> {
  await lockKind(tx, "mails");
  const fresh = await takeUnmailed(tx, at, {
    againBefore: new Date(at.getTime() - againAfter),
    pauseFrom: new Date(at.getTime() - pause),
  });
  if (fresh.length === 0) return;
  const workspaces = Map.groupBy(fresh, (alert) => alert.workspace_id);
  const { rows } = await sql<{ workspace_id: string; user_id: string; role: Role; sms_setup: boolean }>`
    select workspace_id, user_id, role, sms_setup from memberships
    where workspace_id = any(${[...workspaces.keys()]}::uuid[]) order by workspace_id, user_id`.execute(tx);
  for (const { workspace_id, user_id, ...member } of rows) {
    const alerts = (workspaces.get(workspace_id) ?? []).filter((alert) => isMailedAbout(member, alert));
    if (alerts.length === 0) continue;
    const payload: MailAlerts = { workspace_id, user_id, alert_ids: alerts.map((alert) => alert.id) };
    await jobs.add(tx, mailAlertsJob, payload);
  }
}

/** Whether a member with these permissions is mailed about an alert. */
export function isMailedAbout(member: { role: Role; sms_setup: boolean }, { kind }: Pick<AlertRow, "kind">): boolean {
  const held = permissionsOf(member);
  return mailedTo[kind].some((permission) => held.has(permission));
}
