/**
 * New passwords, by a mailed link or by somebody who is signed in. Whichever it is, everything that the old one had opened
 * ends in the same transaction: links under way, sessions, and through its signature every device's cookie.
 */
import { hash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import type { User } from "../kit/http.ts";
import { newId } from "../kit/id.ts";
import type { Jobs } from "../kit/jobs.ts";
import { countAttempt, forgetAttempts, uncountAttempt } from "./attempts.ts";
import { recordAboutPerson } from "./audit-events.ts";
import { checkNewPassword } from "./choose-password.ts";
import { findPerson, findPersonByEmail } from "./create-person.ts";
import type { Identity } from "./identity.ts";
import { membershipsOf } from "./members.ts";

const resetMinutes = 60;
const tokenOctets = 18; // 24 characters, as links have always had

/** The job that tells a person that their password is another now; its payload is `MailPasswordChanged`. */
export const mailPasswordChangedJob = "mail_password_changed";
export interface MailPasswordChanged {
  user_id: string;
  /** When it was, ISO 8601. */
  at: string;
}

interface Services {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  identity: Pick<Identity, "hashPassword" | "verifyPassword">;
}

/**
 * Whom an address is to be mailed a link, counted before the mail goes out. Null for an address that nobody has, and for one that
 * had its share of mails: then the last of them is still good.
 */
export async function countResetMail(tx: Tx, email: string, at: Date): Promise<User | null> {
  const user = await findPersonByEmail(tx, email);
  if (!user || (await countAttempt(tx, "reset_mail", user.id, at)) !== null) return null;
  return user;
}

/** Of a mail that did not go out: a relay that is away uses up nobody's share. */
export async function uncountResetMail(tx: Tx, user: User): Promise<void> {
  await uncountAttempt(tx, "reset_mail", user.id);
}

/** What a link carries. */
export const newResetToken = (): string => randomBytes(tokenOctets).toString("base64url");

/** Makes a token the one that sets this person's password, which ends every earlier one; kept as a hash, good for an hour. */
export async function setResetToken(tx: Tx, user: User, token: string, at: Date): Promise<void> {
  // Two at once would each leave the other's token alone: the second waits here.
  const there = await sql`select from users where id = ${user.id} for update`.execute(tx);
  if (there.rows.length === 0) return; // the person is gone
  await endResetTokens(tx, user.id);
  await sql`
    insert into verifications (id, identifier, value, expires_at, created_at, updated_at)
    values (${newId(at)}, ${identifierOf(token)}, ${user.id}, ${new Date(at.getTime() + resetMinutes * 60_000)}, ${at}, ${at})`.execute(
    tx,
  );
}

/** Sets the password of whoever the token was mailed to. Throws 422 `invalid_token`; of two at once with one token one does. */
export async function resetPassword(services: Services, token: string, password: string): Promise<User> {
  const { db, identity } = services;
  const at = services.clock.now();
  const userId = await db.asSystem(async (tx) => {
    const found = await sql<{ value: string }>`
      select value from verifications where identifier = ${identifierOf(token)} and expires_at > ${at}`.execute(tx);
    return found.rows[0]?.value;
  });
  if (!userId) throw invalidToken();
  await checkFor(db, userId, password);
  const passwordHash = await identity.hashPassword(password);
  return db.asSystem(async (tx) => {
    const used = await sql`
      delete from verifications where identifier = ${identifierOf(token)} and expires_at > ${at} returning id`.execute(
      tx,
    );
    if (used.rows.length === 0) throw invalidToken();
    await forgetAttempts(tx, "reset_mail", userId);
    return setPassword(tx, services.jobs, { userId, passwordHash, at, action: "password.reset" });
  });
}

/** Sets the password of somebody who knows the present one. Throws 422 `wrong_password`. Their sessions end, this one too. */
export async function changePassword(
  services: Services,
  user: User,
  input: { current: string; next: string },
): Promise<void> {
  const { db, identity, clock } = services;
  if (!(await identity.verifyPassword(user.id, input.current))) {
    throw new Problem(422, "wrong_password", "The current password is wrong.", { field: "currentPassword" });
  }
  await checkFor(db, user.id, input.next);
  const passwordHash = await identity.hashPassword(input.next);
  const set = { userId: user.id, passwordHash, at: clock.now(), action: "password.changed" } as const;
  await db.asSystem((tx) => setPassword(tx, services.jobs, set));
}

interface NewPassword {
  userId: string;
  passwordHash: string;
  at: Date;
  action: "password.reset" | "password.changed";
}

async function setPassword(tx: Tx, jobs: Jobs, { userId, passwordHash, at, action }: NewPassword): Promise<User> {
  const set = await sql`
    update accounts set password = ${passwordHash}, updated_at = ${at}
    where user_id = ${userId} and provider_id = 'credential' returning id`.execute(tx);
  if (set.rows.length !== 1) throw invalidToken(); // the person is gone
  await endResetTokens(tx, userId);
  await sql`delete from sessions where user_id = ${userId}`.execute(tx);
  const payload: MailPasswordChanged = { user_id: userId, at: at.toISOString() };
  await jobs.add(tx, mailPasswordChangedJob, payload);
  const user = await findPerson(tx, userId);
  if (!user) throw new Error("an account without its user");
  await recordAboutPerson(tx, user, action, { at });
  return user;
}

/** Links that are under way lead nowhere from now on. */
async function endResetTokens(tx: Tx, userId: string): Promise<void> {
  await sql`delete from verifications where value = ${userId}`.execute(tx);
}

/** Against the names and the address that everybody knows. */
async function checkFor(db: Db, userId: string, password: string): Promise<void> {
  const context = await db.asSystem(async (tx) => {
    const person = await findPerson(tx, userId);
    const workspaces = (await membershipsOf(tx, userId)).map((member) => member.workspace_name);
    return { email: person?.email ?? "", workspaces };
  });
  checkNewPassword(password, context, "newPassword");
}

// As better-auth writes them, so that links mailed by the version before are good too.
const identifierOf = (token: string) => hash("sha256", `reset-password:${token}`, "base64url");

const invalidToken = () =>
  new Problem(
    422,
    "invalid_token",
    "This link has been used or replaced, or is older than an hour; ask for a new one.",
    {
      field: "token",
    },
  );
