/** Invitations: a mailed link, valid for seven days and one person. Only the hash of the link's token is stored. */
import { hash, randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { z } from "zod";
import type { Person } from "../../contract/accounts.ts";
import type { Role } from "../../contract/permissions.ts";
import type { Language } from "../../contract/shapes.ts";
import type { Db, Tx } from "../kit/db.ts";
import { conflict, forbidden, invalid, Problem } from "../kit/errors.ts";
import type { Actor, User } from "../kit/http.ts";
import { newId } from "../kit/id.ts";
import type { Mailer } from "../kit/mail.ts";
import { invitationMail } from "./account-mails.ts";
import { recordAuditEvent } from "./audit-events.ts";
import { checkNewPassword } from "./choose-password.ts";
import { createPerson, findPersonByEmail, joinWorkspace } from "./create-person.ts";
import type { Identity } from "./identity.ts";
import { countAttempt, tooMany } from "./login-throttle.ts";
import { checkRank, checkSmsSetup, presentPerson } from "./people.ts";

const validFor = 7 * 24 * 3600 * 1000; // milliseconds
/** The most open invitations in a workspace. */
const maxOpen = 200;

interface InvitationRow {
  workspace_id: string;
  id: string;
  email: string;
  role: Role;
  sms_setup: boolean;
}

/** What writing a mail needs. */
interface MailServices {
  mailer: Mailer;
  config: { public_url: string };
}

/**
 * Invites an address, and mails the link. Inviting it again replaces the invitation and invalidates older links.
 * 409 `already_member` when the address belongs to a member.
 */
export async function invite(
  tx: Tx,
  services: MailServices,
  actor: Actor,
  input: { email: string; role: Role; sms_setup: boolean },
  at: Date,
): Promise<z.output<typeof Person>> {
  checkRank(actor, input.role);
  if (input.sms_setup) checkSmsSetup(actor);
  const email = input.email.toLowerCase();
  const member = await sql`
    select from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${actor.workspaceId} and u.email = ${email}`.execute(tx);
  if (member.rows.length > 0) {
    throw conflict("already_member", `${email} is a member of this workspace already.`, {
      field: "email",
      value: input.email,
    });
  }
  const inviter = actor.userId ?? actor.key?.maker?.id;
  if (inviter) {
    // Locks the membership: a concurrent removal of the inviter either commits first or then sees this invitation.
    const members = await sql`
      select 1 from memberships where workspace_id = ${actor.workspaceId} and user_id = ${inviter} for share`.execute(
      tx,
    );
    if (members.rows.length === 0) throw forbidden("no_workspace", "You are no member of this workspace any more.");
  }
  // Serialises concurrent invitations, or both could take the last place.
  await sql`select from workspaces where workspace_id = ${actor.workspaceId} for no key update`.execute(tx);
  const before = await sql<InvitationRow>`
    select * from invitations where workspace_id = ${actor.workspaceId} and email = ${email} for update`.execute(tx);
  if (before.rows[0]) checkRank(actor, before.rows[0].role);
  else await checkRoom(tx, actor.workspaceId, at);
  const made = await sql<InvitationRow>`
    insert into invitations (workspace_id, id, email, role, sms_setup, invited_by, created_at, expires_at)
    values (${actor.workspaceId}, ${newId(at)}, ${email}, ${input.role}, ${input.sms_setup}, ${actor.name},
      ${at}, ${new Date(at.getTime() + validFor)})
    on conflict (workspace_id, email) do update set role = excluded.role, sms_setup = excluded.sms_setup,
      token_hash = null, invited_by = excluded.invited_by, expires_at = excluded.expires_at
    returning *`.execute(tx);
  const row = made.rows[0];
  if (!row) throw new Error("insert into invitations returned no row");
  await mailInvitation(tx, services, { workspace_id: row.workspace_id, invitation_id: row.id }, at);
  await recordAuditEvent(tx, {
    workspaceId: actor.workspaceId,
    at,
    action: "person.invited",
    target: { type: "invitation", id: row.id, name: email },
    after: { role: input.role, sms_setup: input.sms_setup },
  });
  return presentPerson({ ...row, name: "", joined_at: null });
}

/**
 * Counts an invitation before it is made; 429 `too_many_invitations`. Invitations are mails to strangers in our name, so
 * they are limited by inviter, by workspace, and by address over all workspaces, which needs a system transaction. What a
 * person's keys send counts as the person's, or the limit could be evaded by making more keys.
 */
export async function countInvitation(tx: Tx, actor: Actor, email: string, at: Date): Promise<void> {
  const counts = [
    ["invitations_by", actor.userId ?? actor.key?.maker?.id ?? `key ${actor.key?.id}`, "from you"],
    ["invitations_of", actor.workspaceId, "from this workspace"],
    ["invitations_to", email.toLowerCase(), `to ${email}`],
  ] as const;
  for (const [kind, about, whose] of counts) {
    const wait = await countAttempt(tx, kind, about, at);
    if (wait !== null) throw tooMany(wait, "too_many_invitations", `invitations ${whose}`);
  }
}

async function checkRoom(tx: Tx, workspaceId: string, at: Date): Promise<void> {
  const { rows } = await sql<{ open: number }>`
    select count(*) as open from invitations where workspace_id = ${workspaceId} and expires_at > ${at}`.execute(tx);
  if ((rows[0]?.open ?? 0) < maxOpen) return;
  throw conflict(
    "too_many_open_invitations",
    `${maxOpen} invitations of this workspace wait for an answer; withdraw those that are not needed.`,
  );
}

/** Gives an invitation a new token, and queues the mail with its link; nothing for one that was withdrawn meanwhile. */
export async function mailInvitation(
  tx: Tx,
  { mailer, config }: MailServices,
  invitation: InvitationKey,
  at: Date,
): Promise<void> {
  const found = await findInvited(tx, invitation);
  if (!found) return;
  const { email: to, workspace, invited_by: invitedBy, language } = found;
  const token = randomBytes(32).toString("base64url");
  const link = `${config.public_url}/invitations/${token}`;
  await setToken(tx, invitation, token);
  await mailer.queue(tx, {
    ...invitationMail(language, { to, workspace, invitedBy, link }),
    workspace_id: invitation.workspace_id,
    source: { type: "invitation", id: invitation.invitation_id },
    key: hashToken(token),
    confidential: true,
    at,
  });
}

/** Those of these invitations that were accepted or withdrawn, whose mails need not leave any more. */
export async function findEndedInvitations(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from invitations where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx);
  const open = new Set(rows.map(({ id }) => id));
  return new Set(ids.filter((id) => !open.has(id)));
}

export interface InvitationKey {
  workspace_id: string;
  invitation_id: string;
}

async function findInvited(
  tx: Tx,
  invitation: InvitationKey,
): Promise<{ email: string; invited_by: string; workspace: string; language: Language } | null> {
  const { workspace_id, invitation_id } = invitation;
  const found = await sql<{ email: string; invited_by: string; workspace: string; language: Language }>`
    select i.email, i.invited_by, w.name as workspace, w.language
    from invitations i join workspaces w on w.workspace_id = ${workspace_id}
    where i.workspace_id = ${workspace_id} and i.id = ${invitation_id}`.execute(tx);
  return found.rows[0] ?? null;
}

/** Sets the token of an invitation; earlier ones become invalid. */
export async function setToken(tx: Tx, invitation: InvitationKey, token: string): Promise<void> {
  await sql`
    update invitations set token_hash = ${hashToken(token)}
    where workspace_id = ${invitation.workspace_id} and id = ${invitation.invitation_id}`.execute(tx);
}

/** What the page behind the link shows; 404 when the link is used, withdrawn or expired. */
export async function findInvitation(
  tx: Tx,
  token: string,
  at: Date,
): Promise<{ email: string; workspace: string; has_account: boolean }> {
  const found = await sql<{ email: string; workspace: string; has_account: boolean }>`
    select i.email, w.name as workspace, exists (select from users u where u.email = i.email) as has_account
    from invitations i join workspaces w using (workspace_id)
    where i.token_hash = ${hashToken(token)} and i.expires_at > ${at}`.execute(tx);
  const row = found.rows[0];
  if (!row) throw noSuchInvitation();
  return row;
}

/**
 * Joins the workspace. A person with an account must give its password; otherwise an account is made with the given name and
 * password. Returns the workspace joined and the person.
 */
export async function acceptInvitation(
  services: { db: Db; identity: Identity },
  token: string,
  input: { name?: string | undefined; password: string },
  at: Date,
): Promise<{ user: User; workspaceId: string }> {
  const { db, identity } = services;
  const { email, workspace, known } = await db.asSystem(async (tx) => {
    const invitation = await findInvitation(tx, token, at);
    return { ...invitation, known: await findPersonByEmail(tx, invitation.email) };
  });
  if (!known) checkNewPassword(input.password, { email, workspaces: [workspace] }, "password");
  // Hashing takes a tenth of a second: not inside a transaction.
  const passwordHash = known ? null : await identity.hashPassword(input.password);
  if (known && !(await identity.verifyPassword(known.id, input.password))) {
    throw new Problem(422, "wrong_password", "This is not the password of your account.", { field: "password" });
  }
  if (!known && !input.name) throw invalid("invalid", "A new account needs a name.", "name", input.name ?? null);
  return db.asSystem(async (tx) => {
    const invitation = await useInvitation(tx, hashToken(token), at);
    if (!invitation) throw noSuchInvitation();
    const user =
      known ??
      (await createPerson(
        tx,
        // The link came to this address, which proves it.
        { name: input.name ?? email, email, passwordHash: passwordHash ?? "", verified: true },
        at,
      ));
    const { workspace_id: workspaceId, role, sms_setup: smsSetup } = invitation;
    await joinWorkspace(tx, { workspaceId, userId: user.id, role, smsSetup }, at);
    await recordAuditEvent(tx, {
      workspaceId,
      at,
      action: "person.joined",
      target: { type: "invitation", id: invitation.id, name: email },
      after: { role, sms_setup: smsSetup },
      person: user,
    });
    return { user, workspaceId };
  });
}

/** Deletes the invitation of a link, and returns it. */
async function useInvitation(tx: Tx, tokenHash: string, at: Date): Promise<InvitationRow | undefined> {
  const found = await sql<Pick<InvitationRow, "workspace_id" | "id">>`
    select workspace_id, id from invitations where token_hash = ${tokenHash} and expires_at > ${at}`.execute(tx);
  const key = found.rows[0];
  if (!key) return undefined;
  // Of two concurrent uses of one link, the second waits here and then finds no row.
  const used = await sql<InvitationRow>`
    delete from invitations
    where workspace_id = ${key.workspace_id} and id = ${key.id} and token_hash = ${tokenHash} and expires_at > ${at}
    returning *`.execute(tx);
  return used.rows[0];
}

function hashToken(token: string): string {
  return hash("sha256", token, "base64url");
}

function noSuchInvitation(): Problem {
  const message = "There is no invitation behind this link: it was used or withdrawn, or is older than 7 days.";
  return new Problem(404, "not_found", message, { field: "token" });
}
