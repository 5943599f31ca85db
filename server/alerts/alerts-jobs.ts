/** Jobs of alerts: mail people, and purge alerts that were resolved long ago. */
import { sql } from "kysely";
import type { Role } from "../../contract/permissions.ts";
import type { Language } from "../../contract/shapes.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { Mailer } from "../kit/mail.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { alertsMail } from "./alert-mails.ts";
import { presentAlert } from "./alert.ts";
import { purgeAlerts, openAmong } from "./alerts-store.ts";
import { isMailedAbout, type MailAlerts, mailAlertsJob } from "./queue-mails.ts";

interface Services {
  db: Db;
  clock: Clock;
  config: Pick<Config, "public_url">;
  mailer: Mailer;
}

const day = 24 * 3_600_000;
const keptFor = 90 * day;

const purgeJob = "forget_old_alerts"; // stored in the job tables of existing installations
export const alertPeriodicJobs: PeriodicJob[] = [{ name: purgeJob, pattern: "37 3 * * *" }];

/** The handlers of this folder's jobs, by name. */
export function alertJobs({ db, clock, config, mailer }: Services): Record<string, JobHandler> {
  return {
    // An alert that was resolved meanwhile is not mailed, nor is a member who lost the permission.
    [mailAlertsJob]: async ({ workspace_id, user_id, alert_ids }: MailAlerts) => {
      const mail = await db.inWorkspace(workspace_id, async (tx) => {
        const { rows } = await sql<{ email: string; role: Role; sms_setup: boolean }>`
          select u.email, m.role, m.sms_setup from memberships m join users u on u.id = m.user_id
          where m.workspace_id = ${workspace_id} and m.user_id = ${user_id}`.execute(tx);
        const [member] = rows;
        if (!member) return null;
        const alerts = (await openAmong(tx, workspace_id, alert_ids)).filter((alert) => isMailedAbout(member, alert));
        if (alerts.length === 0) return null;
        const { name, language, time_zone } = await getWorkspace(tx, workspace_id);
        const link = `${config.public_url}/alerts`;
        const about = { to: member.email, workspace: name, language: language as Language, time_zone, link };
        return alertsMail(about, alerts.map(presentAlert));
      });
      if (mail) await mailer.send(mail);
    },
    [purgeJob]: async (_payload, signal) => {
      const before = new Date(clock.now().getTime() - keptFor);
      while (await db.asSystem((tx) => purgeAlerts(tx, before))) signal.throwIfAborted();
    },
  };
}
