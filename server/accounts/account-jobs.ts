/** Jobs that mail people about their accounts. */
import type { Clock } from "../kit/clock.ts";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";
import { instantOf } from "../kit/id.ts";
import { purgeOldAnswers } from "../kit/idempotency.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { Mailer } from "../kit/mail.ts";
import { passwordResetMail } from "./account-mails.ts";
import { recordAboutPerson } from "./audit-events.ts";
import { findPerson } from "./create-person.ts";
import { createIdentity, type Identity } from "./identity.ts";
import { type InvitationKey, mailInvitation } from "./invitations.ts";
import { purgeLoginAttempts } from "./login-throttle.ts";
import {
  countResetMail,
  identifierOf,
  localeOf,
  mailPasswordChanged,
  newResetToken,
  resetMinutes,
  setResetToken,
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

/** Jobs of before mails had a queue of their own, which older versions may have queued. */
const mailInvitationJob = "mail_invitation";
const mailPasswordChangedJob = "mail_password_changed";

/** The handlers of this folder's jobs, by name. */
export function accountJobs(services: Services): Record<string, JobHandler> {
  const { db, clock, mailer, config } = services;
  return {
    [mailInvitationJob]: (invitation: InvitationKey) =>
      db.asSystem((tx) => mailInvitation(tx, services, invitation, clock.now())),
    // Counted, recorded, and mailed in one transaction: the link is valid if and only if its mail is queued.
    [mailPasswordResetJob]: ({ email, ip, request_id }: MailPasswordReset) =>
      db.asSystem(async (tx) => {
        const at = clock.now();
        const user = await countResetMail(tx, email, at);
        if (!user) return;
        const requested = request_id ? instantOf(request_id) : at;
        const event = { at: requested, anonymous: true, ip: ip ?? null, id: request_id };
        await recordAboutPerson(tx, user, "password.reset_requested", event);
        const token = newResetToken();
        await setResetToken(tx, user, token, at);
        const { language } = await localeOf(tx, user.id);
        const link = `${config.public_url}/reset-password?token=${encodeURIComponent(token)}`;
        await mailer.queue(tx, {
          ...passwordResetMail(language, { to: user.email, name: user.name, link }),
          workspace_id: null,
          source: { type: "account", id: user.id },
          key: identifierOf(token),
          confidential: true,
          at,
          expires_at: new Date(at.getTime() + resetMinutes * 60_000),
        });
      }),
    [mailPasswordChangedJob]: (changed: { user_id: string; at: string }) =>
      db.asSystem(async (tx) => {
        const person = await findPerson(tx, changed.user_id);
        if (person) await mailPasswordChanged(tx, services, person, new Date(changed.at));
      }),
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
