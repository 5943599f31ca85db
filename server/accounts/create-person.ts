import { sql } from "kysely";
import type { Role } from "../../contract/permissions.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, notFound } from "../kit/errors.ts";
import type { User } from "../kit/http.ts";
import { newId } from "../kit/id.ts";

/**
 * Creates a person who signs in with e-mail and password; 409 when the address has an account. It writes better-auth's tables
 * itself, so that a person and their first membership are created in one transaction.
 */
export async function createPerson(
  tx: Tx,
  input: { name: string; email: string; passwordHash: string; verified: boolean },
  at: Date,
): Promise<User> {
  const user = { id: newId(at), name: input.name, email: input.email.toLowerCase() };
  const made = await sql`
    insert into users (id, name, email, email_verified, created_at, updated_at)
    values (${user.id}, ${user.name}, ${user.email}, ${input.verified}, ${at}, ${at})
    on conflict (email) do nothing returning id`.execute(tx);
  if (made.rows.length === 0) {
    throw conflict("account_exists", "This e-mail address has an account already.", {
      field: "email",
      value: user.email,
    });
  }
  await sql`
    insert into accounts (id, user_id, account_id, provider_id, password, created_at, updated_at)
    values (${newId(at)}, ${user.id}, ${user.id}, 'credential', ${input.passwordHash}, ${at}, ${at})`.execute(tx);
  return user;
}

/** The person with an e-mail address, if any. */
export async function findPersonByEmail(tx: Tx, email: string): Promise<User | null> {
  const found = await sql<User>`select id, name, email from users where email = ${email.toLowerCase()}`.execute(tx);
  return found.rows[0] ?? null;
}

/** The person with an id, if any. */
export async function findPerson(tx: Tx, id: string): Promise<User | null> {
  const found = await sql<User>`select id, name, email from users where id = ${id}`.execute(tx);
  return found.rows[0] ?? null;
}

/** Changes a person's name. */
export async function renamePerson(tx: Tx, id: string, name: string, at: Date): Promise<User> {
  const changed = await sql<User>`
    update users set name = ${name}, updated_at = ${at} where id = ${id} returning id, name, email`.execute(tx);
  const user = changed.rows[0];
  if (!user) throw notFound("person", id);
  return user;
}

/** Makes a person a member; false when they were one already: their role is then unchanged. */
export async function joinWorkspace(
  tx: Tx,
  member: { workspaceId: string; userId: string; role: Role; smsSetup: boolean },
  at: Date,
): Promise<boolean> {
  const made = await sql`
    insert into memberships (workspace_id, user_id, role, sms_setup, created_at)
    values (${member.workspaceId}, ${member.userId}, ${member.role}, ${member.smsSetup}, ${at})
    on conflict do nothing returning user_id`.execute(tx);
  return made.rows.length === 1;
}
