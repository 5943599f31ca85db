/** Whom an address belongs to: what a mail is bound to when it is written, and who may read it afterwards. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Who had an address at a moment. */
export interface Recipient {
  user_id: string | null;
  /** That the account belongs or the address is invited to. */
  workspace_ids: string[];
}

/** Whom the address belongs to now. Needs a transaction that sees every workspace. */
export async function recipientOf(tx: Tx, email: string): Promise<Recipient> {
  const address = email.trim().toLowerCase();
  const users = await sql<{ id: string }>`select id from users where email = ${address}`.execute(tx);
  const user_id = users.rows[0]?.id ?? null;
  const joined = await sql<{ workspace_id: string }>`
    select workspace_id from memberships where user_id = ${user_id}::uuid`.execute(tx);
  const invited = await sql<{ workspace_id: string }>`
    select workspace_id from invitations where email = ${address}`.execute(tx);
  const ids = [...joined.rows, ...invited.rows].map((row) => row.workspace_id);
  return { user_id, workspace_ids: [...new Set(ids)] };
}

/** The people that have to do with a workspace and with no other. */
export interface OwnPeople {
  /** Members' accounts. */
  userIds: string[];
  /** Members' addresses, and invited ones. */
  addresses: string[];
}

/** Those of `workspaceId` alone. Needs a transaction that sees every workspace. */
export async function peopleOfAlone(tx: Tx, workspaceId: string): Promise<OwnPeople> {
  const members = await sql<{ id: string; address: string }>`
    select u.id, u.email as address from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId}`.execute(tx);
  const invited = await sql<{ address: string }>`
    select email as address from invitations where workspace_id = ${workspaceId}`.execute(tx);
  const accounts = await accountsOf(
    tx,
    invited.rows.map(({ address }) => address),
  );
  const everybody = [...members.rows, ...accounts];
  const addresses = [...new Set([...everybody, ...invited.rows].map(({ address }) => address))];
  const others = await elsewhere(
    tx,
    workspaceId,
    everybody.map(({ id }) => id),
    addresses,
  );
  const accountOf = new Map(everybody.map(({ id, address }) => [address, id]));
  const alone = (address: string) =>
    !others.addresses.has(address) && !others.userIds.has(accountOf.get(address) ?? "");
  return {
    userIds: members.rows.filter(({ address }) => alone(address)).map(({ id }) => id),
    addresses: addresses.filter(alone),
  };
}

/** Whether the address is no account, and invited to no workspace but this one. */
export async function isNobodys(tx: Tx, workspaceId: string, address: string): Promise<boolean> {
  if ((await accountsOf(tx, [address])).length > 0) return false;
  return (await elsewhere(tx, workspaceId, [], [address])).addresses.size === 0;
}

async function accountsOf(tx: Tx, addresses: string[]): Promise<{ id: string; address: string }[]> {
  const { rows } = await sql<{ id: string; address: string }>`
    select id, email as address from users where email = any(${addresses}::text[])`.execute(tx);
  return rows;
}

/** Which of these belong, or are invited, to another workspace. */
async function elsewhere(tx: Tx, workspaceId: string, userIds: string[], addresses: string[]) {
  const joined = await sql<{ user_id: string }>`
    select user_id from memberships
    where user_id = any(${userIds}::uuid[]) and workspace_id <> ${workspaceId}`.execute(tx);
  const invited = await sql<{ address: string }>`
    select email as address from invitations
    where email = any(${addresses}::text[]) and workspace_id <> ${workspaceId}`.execute(tx);
  return {
    userIds: new Set(joined.rows.map((row) => row.user_id)),
    addresses: new Set(invited.rows.map((row) => row.address)),
  };
}
