/** Jobs that mail people about their accounts. */
import { sql } from "kysely";
import type { Language } from "../../contract/shapes.ts";
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db, Tx } from "../kit/db.ts";
import { instantOf } from "../kit/id.ts";
import { purgeOldAnswers } from "../kit/idempotency.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { Mailer } from "../kit/mail.ts";
import { invitationMail, passwordChangedMail, passwordResetMail } from "./account-mails.ts";
import { recordAboutPerson } from "./audit-events.ts";
import { findPerson } from "./create-person.ts";
import { createIdentity, type Identity } from "./identity.ts";
import { findInvited, type MailInvitation, mailInvitationJob, newToken, setToken } from "./invitations.ts";
import { purgeLoginAttempts } from "./login-throttle.ts";
import {
  countResetMail,
  type MailPasswordChanged,
  mailPasswordChangedJob,
  newResetToken,
  setResetToken,
  uncountResetMail,
} from "./passwords.ts";

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
  /** The caller's address; missing in jobs that older versions queued. */
  ip?: string;
  /** The id of the audit event, the same at every attempt of the job; missing in jobs that older versions queued. */
  request_id?: string;
}

const purgeJob = "forget_old_attempts_and_answers"; // stored in the job tables of existing installations

/** Once an hour, sign-in attempts and idempotent responses that are past their window are purged. */
export const accountPeriodicJobs: PeriodicJob[] = [{ name: purgeJob, pattern: "17 * * * *" }];

/** The handlers of this folder's jobs, by name. */
export function accountJobs(services: Services): Record<string, JobHandler> {
  const { db, clock, log, mailer, config } = services;
  return {
    [mailInvitationJob]: async (payload: MailInvitation) => {
      const invitation = await db.asSystem((tx) => findInvited(tx, payload));
      if (!invitation) return;
      const { email: to, workspace, invited_by: invitedBy, language } = invitation;
      const token = newToken();
      const link = `${config.public_url}/invitations/${token}`;
      // Mailed before the token becomes valid, and outside of any transaction, which a slow relay would keep open: when the
      // mail fails, an older link stays valid and the job is retried.
      await mailer.send(invitationMail(language, { to, workspace, invitedBy, link }));
      await db.asSystem((tx) => setToken(tx, payload, token));
    },
    [mailPasswordResetJob]: async ({ email, ip, request_id }: MailPasswordReset) => {
      const found = await db.asSystem(async (tx) => {
        const user = await countResetMail(tx, email, clock.now());
        if (!user) return null;
        const at = request_id ? instantOf(request_id) : clock.now();
        const event = { at, anonymous: true, ip: ip ?? null, id: request_id };
        await recordAboutPerson(tx, user, "password.reset_requested", event);
        return { user, ...(await localeOf(tx, user.id)) };
      });
      if (!found) return;
      const { user, language } = found;
      const token = newResetToken();
      const link = `${config.public_url}/reset-password?token=${encodeURIComponent(token)}`;
      // Mailed before the token becomes valid, and outside of any transaction, as an invitation is.
      try {
        await mailer.send(passwordResetMail(language, { to: user.email, name: user.name, link }));
      } catch (error) {
        await db
          .asSystem((tx) => uncountResetMail(tx, user))
          .catch((err: unknown) => log.warn({ err }, "a reset mail that was not sent still counts against the limit"));
        throw error;
      }
      await db.asSystem((tx) => setResetToken(tx, user, token, clock.now()));
    },
    [mailPasswordChangedJob]: async (payload: MailPasswordChanged) => {
      const found = await db.asSystem(async (tx) => {
        const person = await findPerson(tx, payload.user_id);
        return person && { person, locale: await localeOf(tx, payload.user_id) };
      });
      if (!found) return; // removed meanwhile
      const { name, email: to } = found.person;
      const { language, timeZone } = found.locale;
      const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone });
      const when = `${format.format(new Date(payload.at))} (${timeZone})`;
      await mailer.send(
        passwordChangedMail(language, { to, name, when, link: `${config.public_url}/forgot-password` }),
      );
    },
    [purgeJob]: async () => {
      const at = clock.now();
      await purgeLoginAttempts(db, at);
      await db.asSystem((tx) => purgeOldAnswers(tx, at));
    },
  };
}

/** Builds the identity service of a process. */
export function identityOf(services: Omit<Services, "mailer">): Identity {
  const { db, clock, log, config } = services;
  return createIdentity({ db, clock, log, config });
}

/** Language and time zone of the first workspace that the person joined. */
async function localeOf(tx: Tx, userId: string): Promise<{ language: Language; timeZone: string }> {
  const found = await sql<{ language: Language; timeZone: string }>`
    select w.language, w.time_zone as "timeZone" from memberships m join workspaces w using (workspace_id)
    where m.user_id = ${userId} order by m.created_at limit 1`.execute(tx);
  return found.rows[0] ?? { language: "en", timeZone: "UTC" };
}
