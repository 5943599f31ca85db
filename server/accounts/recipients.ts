/** The person and workspaces of an e-mail address: a sandbox mail is stored with them, and they decide who may read it. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** The person and workspaces of an address at a moment. */
export interface Recipient {
  user_id: string | null;
  /** Those that the account is a member of or the address is invited to. */
  workspace_ids: string[];
}

/** The current person and workspaces of an address. Needs a transaction that sees every workspace. */
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

/** The people of one workspace and of no other. */
export interface OwnPeople {
  /** Members' accounts. */
  userIds: string[];
  /** Members' addresses, and invited ones. */
  addresses: string[];
}

/** The people of `workspaceId` and of no other workspace. Needs a transaction that sees every workspace. */
export async function peopleOnlyOf(tx: Tx, workspaceId: string): Promise<OwnPeople> {
  const members = await sql<{ id: string; address: string }>`
    select u.id, u.email as address from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${workspaceId}`.execute(tx);
  const invited = await sql<{ address: string }>`
    select email as address from invitations where workspace_id = ${workspaceId}`.execute(tx);
  const accounts = await accountsOf(
    tx,
    invited.rows.map(({ address }) => address),
  );
  const known = [...members.rows, ...accounts];
  const addresses = [...new Set([...known, ...invited.rows].map(({ address }) => address))];
  const others = await elsewhere(
    tx,
    workspaceId,
    known.map(({ id }) => id),
    addresses,
  );
  const accountOf = new Map(known.map(({ id, address }) => [address, id]));
  const alone = (address: string) =>
    !others.addresses.has(address) && !others.userIds.has(accountOf.get(address) ?? "");
  return {
    userIds: members.rows.filter(({ address }) => alone(address)).map(({ id }) => id),
    addresses: addresses.filter(alone),
  };
}

/** Whether the address has no account and is invited to no other workspace. */
export async function isKnownNowhereElse(tx: Tx, workspaceId: string, address: string): Promise<boolean> {
  if ((await accountsOf(tx, [address])).length > 0) return false;
  return (await elsewhere(tx, workspaceId, [], [address])).addresses.size === 0;
}

async function accountsOf(tx: Tx, addresses: string[]): Promise<{ id: string; address: string }[]> {
  const { rows } = await sql<{ id: string; address: string }>`
    select id, email as address from users where email = any(${addresses}::text[])`.execute(tx);
  return rows;
}

/** Which of these people and addresses belong, or are invited, to another workspace. */
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
