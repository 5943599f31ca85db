/**
 * New passwords, by a mailed link or by a person who is signed in. Either way everything that the old password gave access to
 * ends in the same transaction: open links, sessions, and by their signature all device cookies.
 */
import { hash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Language } from "../../contract/shapes.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import type { User } from "../kit/http.ts";
import { newId } from "../kit/id.ts";
import type { Mailer } from "../kit/mail.ts";
import { passwordChangedMail } from "./account-mails.ts";
import { recordAboutPerson } from "./audit-events.ts";
import { checkNewPassword } from "./choose-password.ts";
import { findPerson, findPersonByEmail } from "./create-person.ts";
import type { Identity } from "./identity.ts";
import { countAttempt, clearAttempts } from "./login-throttle.ts";
import { membershipsOf } from "./members.ts";

export const resetMinutes = 60;
const tokenOctets = 18; // 24 characters, as links have always had

interface Services {
  db: Db;
  clock: Clock;
  mailer: Mailer;
  config: { public_url: string };
  identity: Pick<Identity, "hashPassword" | "verifyPassword">;
}

/**
 * The person to mail a link to, counted before the mail is sent. Null for an address without an account, and for one that has
 * reached its limit of mails: then the last link is still valid.
 */
export async function countResetMail(tx: Tx, email: string, at: Date): Promise<User | null> {
  const user = await findPersonByEmail(tx, email);
  if (!user || (await countAttempt(tx, "reset_mail", user.id, at)) !== null) return null;
  return user;
}

/** The token of a link. */
export const newResetToken = (): string => randomBytes(tokenOctets).toString("base64url");

/** Stores the hash of a token that may set this person's password within an hour; earlier tokens become invalid. */
export async function setResetToken(tx: Tx, user: User, token: string, at: Date): Promise<void> {
  // Of two concurrent calls the second waits here; otherwise neither would delete the other's token.
  const there = await sql`select from users where id = ${user.id} for update`.execute(tx);
  if (there.rows.length === 0) return; // the person was removed
  await endResetTokens(tx, user.id);
  await sql`
    insert into verifications (id, identifier, value, expires_at, created_at, updated_at)
    values (${newId(at)}, ${identifierOf(token)}, ${user.id}, ${new Date(at.getTime() + resetMinutes * 60_000)}, ${at}, ${at})`.execute(
    tx,
  );
}

/** Sets the password of the person the token was mailed to. Throws 422 `invalid_token`; a token works once, also concurrently. */
export async function resetPassword(services: Services, token: string, password: string): Promise<User> {
  const { db, identity } = services;
  const at = services.clock.now();
  const userId = await db.asSystem(async (tx) => {
    const found = await sql<{ value: string }>`
      select value from verifications where identifier = ${identifierOf(token)} and expires_at > ${at}`.execute(tx);
    return found.rows[0]?.value;
  });
  if (!userId) throw invalidToken();
  await checkPasswordOf(db, userId, password);
  const passwordHash = await identity.hashPassword(password);
  return db.asSystem(async (tx) => {
    const used = await sql`
      delete from verifications where identifier = ${identifierOf(token)} and expires_at > ${at} returning id`.execute(
      tx,
    );
    if (used.rows.length === 0) throw invalidToken();
    await clearAttempts(tx, "reset_mail", userId);
    return setPassword(tx, services, { userId, passwordHash, at, action: "password.reset" });
  });
}

/** Sets the password of a person who gives the current one. Throws 422 `wrong_password`. All their sessions end. */
export async function changePassword(
  services: Services,
  user: User,
  input: { current: string; next: string },
): Promise<void> {
  const { db, identity, clock } = services;
  if (!(await identity.verifyPassword(user.id, input.current))) {
    throw new Problem(422, "wrong_password", "The current password is wrong.", { field: "currentPassword" });
  }
  await checkPasswordOf(db, user.id, input.next);
  const passwordHash = await identity.hashPassword(input.next);
  const set = { userId: user.id, passwordHash, at: clock.now(), action: "password.changed" } as const;
  await db.asSystem((tx) => setPassword(tx, services, set));
}

interface NewPassword {
  userId: string;
  passwordHash: string;
  at: Date;
  action: "password.reset" | "password.changed";
}

async function setPassword(
  tx: Tx,
  services: Pick<Services, "mailer" | "config">,
  { userId, passwordHash, at, action }: NewPassword,
): Promise<User> {
  const set = await sql`
    update accounts set password = ${passwordHash}, updated_at = ${at}
    where user_id = ${userId} and provider_id = 'credential' returning id`.execute(tx);
  if (set.rows.length !== 1) throw invalidToken(); // the person was removed
  await endResetTokens(tx, userId);
  await sql`delete from sessions where user_id = ${userId}`.execute(tx);
  const user = await findPerson(tx, userId);
  if (!user) throw new Error("an account without its user");
  await mailPasswordChanged(tx, services, user, at);
  await recordAboutPerson(tx, user, action, { at });
  return user;
}

/** Queues the mail that notifies a person that their password was changed. */
export async function mailPasswordChanged(
  tx: Tx,
  { mailer, config }: Pick<Services, "mailer" | "config">,
  { id, name, email: to }: User,
  at: Date,
): Promise<void> {
  const { language, timeZone } = await localeOf(tx, id);
  const format = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "short", timeZone });
  const when = `${format.format(at)} (${timeZone})`;
  const mail = passwordChangedMail(language, { to, name, when, link: `${config.public_url}/forgot-password` });
  const source = { type: "account", id } as const;
  await mailer.queue(tx, { ...mail, workspace_id: null, source, key: "password_changed", confidential: false, at });
}

/** Language and time zone of the first workspace that the person joined. */
export async function localeOf(tx: Tx, userId: string): Promise<{ language: Language; timeZone: string }> {
  const found = await sql<{ language: Language; timeZone: string }>`
    select w.language, w.time_zone as "timeZone" from memberships m join workspaces w using (workspace_id)
    where m.user_id = ${userId} order by m.created_at limit 1`.execute(tx);
  return found.rows[0] ?? { language: "en", timeZone: "UTC" };
}

/** Invalidates the person's open links. */
async function endResetTokens(tx: Tx, userId: string): Promise<void> {
  await sql`delete from verifications where value = ${userId}`.execute(tx);
}

/** Checks a password against the person's address and workspaces. */
async function checkPasswordOf(db: Db, userId: string, password: string): Promise<void> {
  const context = await db.asSystem(async (tx) => {
    const person = await findPerson(tx, userId);
    const workspaces = (await membershipsOf(tx, userId)).map((member) => member.workspace_name);
    return { email: person?.email ?? "", workspaces };
  });
  checkNewPassword(password, context, "newPassword");
}

/** A token as it is stored: the form that better-auth writes, so that links mailed by older versions stay valid. */
export const identifierOf = (token: string) => hash("sha256", `reset-password:${token}`, "base64url");

const invalidToken = () =>
  new Problem(
    422,
    "invalid_token",
    "This link has been used or replaced, or is older than an hour; ask for a new one.",
    {
      field: "token",
    },
  );
