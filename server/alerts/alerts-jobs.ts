/** Jobs of alerts: mail people, and purge alerts that were resolved long ago. */
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { Mailer } from "../kit/mail.ts";
import { purgeAlerts, openAmong } from "./alerts-store.ts";
import { mailMember, membersOf } from "./queue-mails.ts";

interface Services {
  db: Db;
  clock: Clock;
  config: Pick<Config, "public_url">;
  mailer: Mailer;
}

/** A job of before mails had a queue of their own, which older versions may have queued. */
const mailAlertsJob = "mail_alerts";
interface MailAlerts {
  workspace_id: string;
  user_id: string;
  alert_ids: string[];
}

const day = 24 * 3_600_000;
const keptFor = 90 * day;

const purgeJob = "forget_old_alerts"; // stored in the job tables of existing installations
export const alertPeriodicJobs: PeriodicJob[] = [{ name: purgeJob, pattern: "37 3 * * *" }];

/** The handlers of this folder's jobs, by name. */
export function alertJobs(services: Services): Record<string, JobHandler> {
  const { db, clock } = services;
  return {
    [mailAlertsJob]: ({ workspace_id, user_id, alert_ids }: MailAlerts) =>
      db.asSystem(async (tx) => {
        const at = clock.now();
        const alerts = await openAmong(tx, workspace_id, alert_ids);
        for (const member of await membersOf(tx, workspace_id, user_id))
          await mailMember(tx, services, { workspaceId: workspace_id, member, alerts, at });
      }),
    [purgeJob]: async (_payload, signal) => {
      const before = new Date(clock.now().getTime() - keptFor);
      while (await db.asSystem((tx) => purgeAlerts(tx, before))) signal.throwIfAborted();
    },
  };
}
