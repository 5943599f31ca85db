/** Jobs that mail people about their accounts. */
import { sql } from "kysely";
import type { Language } from "../../contract/shapes.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { User } from "../kit/http.ts";
import { forgetOldAnswers } from "../kit/idempotency.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { Mailer } from "../kit/mail.ts";
import { invitationMail, passwordResetMail } from "./account-mails.ts";
import { forgetOldAttempts } from "./attempts.ts";
import { createIdentity, type Identity } from "./identity.ts";
import { issueToken, type MailInvitation, mailInvitationJob } from "./invitations.ts";

interface Services {
  db: Db;
  clock: Clock;
  log: Logger;
  config: Pick<Config, "public_url" | "secret_key">;
  mailer: Mailer;
}

/** The job that mails a reset link; its payload is `MailPasswordReset`. */
export const mailPasswordResetJob = "mail_password_reset";
export interface MailPasswordReset {
  email: string;
}

const forgetJob = "forget_old_attempts_and_answers";

/** Once an hour, what is only kept for a day goes. */
export const accountPeriodicJobs: PeriodicJob[] = [{ name: forgetJob, pattern: "17 * * * *" }];

/** The handlers of this folder's jobs, by name. */
export function accountJobs(services: Services): Record<string, JobHandler> {
  const { db, clock, mailer, config } = services;
  const identity = identityOf(services);
  return {
    [mailInvitationJob]: async (payload: MailInvitation) => {
      // Mailed before the hash is committed: a mail that fails leaves an older link good, and the job tries again.
      await db.asSystem(async (tx) => {
        const issued = await issueToken(tx, payload);
        if (!issued) return;
        const { token, email: to, workspace, invited_by: invitedBy } = issued;
        await mailer.send(
          invitationMail(issued.language, {
            to,
            workspace,
            invitedBy,
            link: `${config.public_url}/invitations/${token}`,
          }),
        );
      });
    },
    [mailPasswordResetJob]: async ({ email }: MailPasswordReset) => {
      await identity.mailPasswordReset(email);
    },
    [forgetJob]: async () => {
      const at = clock.now();
      await forgetOldAttempts(db, at);
      await db.asSystem((tx) => forgetOldAnswers(tx, at));
    },
  };
}

/** The identity of a process, which mails reset links to the web app. */
export function identityOf(services: Services): Identity {
  const { db, clock, log, config, mailer } = services;
  const onReset = async (user: User, token: string) => {
    const language = await db.asSystem((tx) => languageOf(tx, user.id));
    const link = `${config.public_url}/reset-password?token=${encodeURIComponent(token)}`;
    await mailer.send(passwordResetMail(language, { to: user.email, name: user.name, link }));
  };
  return createIdentity({ db, clock, log, config, onReset });
}

/** Of the first workspace that somebody joined. */
async function languageOf(tx: Tx, userId: string): Promise<Language> {
  const found = await sql<{ language: Language }>`
    select w.language from memberships m join workspaces w using (workspace_id)
    where m.user_id = ${userId} order by m.created_at limit 1`.execute(tx);
  return found.rows[0]?.language ?? "en";
}
