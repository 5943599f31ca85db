/** Memberships: which people belong to which workspace, and their permissions there. */
import { sql } from "kysely";
import type { Session } from "../../contract/accounts.ts";
import { permissionsOf, type Role } from "../../contract/permissions.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Actor, User } from "../kit/http.ts";
import { getWorkspace, presentWorkspace } from "../workspaces/workspace.ts";

interface Membership {
  workspace_id: string;
  workspace_name: string;
  role: Role;
  sms_setup: boolean;
}

/** The memberships of a person, the oldest first. Needs a transaction that sees all workspaces. */
export async function membershipsOf(tx: Tx, userId: string): Promise<Membership[]> {
  const found = await sql<Membership>`
    select workspace_id, w.name as workspace_name, m.role, m.sms_setup
    from memberships m join workspaces w using (workspace_id)
    where m.user_id = ${userId} order by m.created_at, workspace_id`.execute(tx);
  return found.rows;
}

/**
 * The signed-in person as an actor in the given workspace, else in their first; null when they are not a member. It is read
 * on every request, so that a changed role takes effect at once.
 */
export async function findActor(db: Db, user: User, workspaceId: string | undefined): Promise<Actor | null> {
  const memberships = await db.asSystem((tx) => membershipsOf(tx, user.id));
  const member = workspaceId ? memberships.find((m) => m.workspace_id === workspaceId) : memberships[0];
  if (!member) return null;
  return {
    workspaceId: member.workspace_id,
    userId: user.id,
    key: null,
    role: member.role,
    name: user.name,
    permissions: permissionsOf(member),
  };
}

/** What a page needs to know about the signed-in person. */
export async function describeSession(
  db: Db,
  user: User,
  workspaceId: string | undefined,
  linkOrigin: string,
): Promise<Session> {
  return db.asSystem(async (tx) => {
    const memberships = await membershipsOf(tx, user.id);
    const member = workspaceId ? memberships.find((m) => m.workspace_id === workspaceId) : memberships[0];
    return {
      user,
      workspace: member ? presentWorkspace(await getWorkspace(tx, member.workspace_id)) : null,
      role: member?.role ?? null,
      permissions: member ? [...permissionsOf(member)] : [],
      workspaces: memberships.map((m) => ({ id: m.workspace_id, name: m.workspace_name })),
      link_origin: linkOrigin,
    };
  });
}
