/** The people of a workspace: members and open invitations. An actor cannot grant, remove or change a role above their own. */
import { sql } from "kysely";
import type { z } from "zod";
import type { Person } from "../../contract/accounts.ts";
import { coversRole, type Permission, permissionsOf, type Role } from "../../contract/permissions.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, forbidden, notFound } from "../kit/errors.ts";
import type { Actor } from "../kit/http.ts";
import { requirePermission } from "../kit/require-permission.ts";
import { publishAccessChange } from "./access-changes.ts";
import { revokeOrTakeOverKeys } from "./api-keys.ts";
import { lastInviterOf } from "./audit-events-store.ts";
import { recordAuditEvent, recordChange } from "./audit-events.ts";

type Presented = z.output<typeof Person>;

interface PersonRow {
  id: string;
  name: string;
  email: string;
  role: Role;
  sms_setup: boolean;
  joined_at: Date | null;
}

export interface PersonChange {
  role?: Role;
  sms_setup?: boolean;
}

/** Members by name, then open invitations. */
export async function listPeople(tx: Tx, workspaceId: string, at: Date): Promise<Presented[]> {
  const found = await sql<PersonRow>`
    select u.id, u.name, u.email, m.role, m.sms_setup, m.created_at as joined_at
    from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId}
    union all
    select id, '', email, role, sms_setup, null from invitations
    where workspace_id = ${workspaceId} and expires_at > ${at}
    order by 6 nulls last, 2, 3`.execute(tx);
  return found.rows.map(presentPerson);
}

/** Changes a member or an open invitation. A demoted member's invitations to more than they now have are withdrawn. */
export async function changePerson(
  tx: Tx,
  actor: Actor,
  id: string,
  change: PersonChange,
  at: Date,
): Promise<Presented> {
  const person = await lockPerson(tx, actor.workspaceId, id);
  checkRank(actor, person.role);
  if (change.role) checkRank(actor, change.role);
  const role = change.role ?? person.role;
  const smsSetup = change.sms_setup ?? person.sms_setup;
  if (smsSetup && !person.sms_setup) checkSmsSetup(actor);
  if (person.joined_at && person.role === "super_admin" && role !== "super_admin") {
    await keepLastSuperAdmin(tx, actor.workspaceId, id);
  }
  const table = person.joined_at ? sql`memberships` : sql`invitations`;
  const key = person.joined_at ? sql`user_id` : sql`id`;
  await sql`
    update ${table} set role = ${role}, sms_setup = ${smsSetup}
    where workspace_id = ${actor.workspaceId} and ${key} = ${id}`.execute(tx);
  if (person.joined_at) await publishAccessChange(tx, { workspace_id: actor.workspaceId, user_id: id });
  await recordChange(
    tx,
    {
      workspaceId: actor.workspaceId,
      at,
      action: person.joined_at ? "person.updated" : "invitation.updated",
      target: targetOf(person),
    },
    { role: person.role, sms_setup: person.sms_setup },
    { role, sms_setup: smsSetup },
  );
  if (person.joined_at) await withdrawBeyond(tx, actor, id, permissionsOf({ role, sms_setup: smsSetup }), at);
  return presentPerson({ ...person, role, sms_setup: smsSetup });
}

/**
 * Ends a membership or withdraws an invitation. The API keys that the person made are revoked, or taken over by the actor,
 * who then needs `api-keys:write`; the person's open invitations are withdrawn.
 */
export async function removePerson(
  tx: Tx,
  actor: Actor,
  id: string,
  { keys = "revoke", at }: { keys?: "revoke" | "take_over" | undefined; at: Date },
): Promise<void> {
  if (keys === "take_over") requirePermission(actor, "api-keys:write", "where keys are taken over");
  const person = await lockPerson(tx, actor.workspaceId, id);
  checkRank(actor, person.role);
  if (person.joined_at && person.role === "super_admin") await keepLastSuperAdmin(tx, actor.workspaceId, id);
  const table = person.joined_at ? sql`memberships` : sql`invitations`;
  const key = person.joined_at ? sql`user_id` : sql`id`;
  const ended = person.joined_at ? await revokeOrTakeOverKeys(tx, actor, id, keys, at) : null;
  await sql`delete from ${table} where workspace_id = ${actor.workspaceId} and ${key} = ${id}`.execute(tx);
  if (person.joined_at) await publishAccessChange(tx, { workspace_id: actor.workspaceId, user_id: id });
  await recordAuditEvent(tx, {
    workspaceId: actor.workspaceId,
    at,
    action: person.joined_at ? "person.removed" : "invitation.withdrawn",
    target: targetOf(person),
    before: { role: person.role, sms_setup: person.sms_setup },
    after: ended && { keys_revoked: ended.revoked, keys_taken_over: ended.taken_over },
  });
  if (person.joined_at) await withdrawBeyond(tx, actor, id, new Set(), at);
}

/**
 * Withdraws the open invitations of a member who is removed or demoted, as far as they grant more than the member still
 * holds: the member could regain it by an invited second address. An invitation counts as its last sender's.
 */
async function withdrawBeyond(
  tx: Tx,
  { workspaceId }: Actor,
  userId: string,
  held: ReadonlySet<Permission>,
  at: Date,
): Promise<void> {
  const open = await sql<PersonRow>`
    select id, '' as name, email, role, sms_setup, null::timestamptz as joined_at from invitations
    where workspace_id = ${workspaceId} order by id for update`.execute(tx);
  for (const row of open.rows) {
    const may =
      held.has("people:write") && coversRole(held, row.role) && (!row.sms_setup || held.has("sms-setup:write"));
    if (may || (await lastInviterOf(tx, workspaceId, row.id)) !== userId) continue;
    await sql`delete from invitations where workspace_id = ${workspaceId} and id = ${row.id}`.execute(tx);
    await recordAuditEvent(tx, {
      workspaceId,
      at,
      action: "invitation.withdrawn",
      target: targetOf(row),
      before: { role: row.role, sms_setup: row.sms_setup },
    });
  }
}

/** A person or an invitation as the target of an audit event. */
const targetOf = ({ id, name, email, joined_at }: PersonRow) => ({
  type: joined_at ? "person" : "invitation",
  id,
  name: joined_at ? name : email,
});

/** 403 unless the role may do no more than the actor. */
export function checkRank(actor: Actor, role: Role): void {
  if (coversRole(actor.permissions, role)) return;
  throw forbidden("role_above_own", `The role ${role} may do more than you.`, {
    field: "role",
    value: role,
  });
}

/** 403 unless the actor holds the SMS set-up permission. */
export function checkSmsSetup(actor: Actor): void {
  if (actor.permissions.has("sms-setup:write")) return;
  throw forbidden("permission_not_yours", "You cannot give the SMS set-up permission, since you don't have it.", {
    field: "sms_setup",
    value: true,
  });
}

/** A person as the API shows them. */
export function presentPerson(row: PersonRow): Presented {
  return { ...row, joined_at: row.joined_at?.toISOString() ?? null };
}

/**
 * Refuses to remove the last super admin. The super admins' rows are locked in one order, so that of two who demote each other
 * at the same time the second finds that it is the last.
 */
async function keepLastSuperAdmin(tx: Tx, workspaceId: string, userId: string): Promise<void> {
  const found = await sql<{ user_id: string }>`
    select user_id from memberships where workspace_id = ${workspaceId} and role = 'super_admin'
    order by user_id for update`.execute(tx);
  if (found.rows.some((row) => row.user_id !== userId)) return;
  throw conflict("last_super_admin", "A workspace keeps at least one super admin; make somebody else one first.", {
    field: "id",
    value: userId,
  });
}

async function lockPerson(tx: Tx, workspaceId: string, id: string): Promise<PersonRow> {
  // The locks of keepLastSuperAdmin, taken first and in the same order, so that changes of super admins don't deadlock.
  await sql`
    select from memberships where workspace_id = ${workspaceId} and (role = 'super_admin' or user_id = ${id})
    order by user_id for update`.execute(tx);
  const member = await sql<PersonRow>`
    select u.id, u.name, u.email, m.role, m.sms_setup, m.created_at as joined_at
    from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId} and m.user_id = ${id}`.execute(tx);
  if (member.rows[0]) return member.rows[0];
  const invited = await sql<PersonRow>`
    select id, '' as name, email, role, sms_setup, null::timestamptz as joined_at from invitations
    where workspace_id = ${workspaceId} and id = ${id} for update`.execute(tx);
  if (invited.rows[0]) return invited.rows[0];
  throw notFound("person", id);
}
