/** The SQL of lists and their members. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

export interface ListRow {
  id: string;
  name: string;
  members: number;
  created_at: Date;
}

export async function selectList(tx: Tx, workspaceId: string, id: string): Promise<ListRow | undefined> {
  const { rows } = await sql<ListRow>`
    select id, name, members, created_at from lists where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  return rows[0];
}

export async function selectListByName(tx: Tx, workspaceId: string, name: string): Promise<ListRow | undefined> {
  const { rows } = await sql<ListRow>`
    select id, name, members, created_at from lists
    where workspace_id = ${workspaceId} and name_key = name_key(${name})`.execute(tx);
  return rows[0];
}

/** Lists by name, found by any part of it without regard to case and accents; `after` is the last one of the previous page. */
export async function selectLists(
  tx: Tx,
  workspaceId: string,
  options: { query: string | null; after: { name: string; id: string } | null; limit: number },
): Promise<(ListRow & { sort_name: string })[]> {
  const { query, after, limit } = options;
  const { rows } = await sql<ListRow & { sort_name: string }>`
    select id, name, members, created_at, name_key as sort_name from lists
    where workspace_id = ${workspaceId}
      and (${query}::text is null or strpos(fold(name_key), fold(name_key(${query}))) > 0)
      and (${after?.name ?? null}::text is null or (name_key, id) > (${after?.name ?? null}, ${after?.id ?? null}::uuid))
    order by name_key, id limit ${limit}`.execute(tx);
  return rows;
}

/** False when a list of that name exists. */
export async function insertList(
  tx: Tx,
  workspaceId: string,
  list: { id: string; name: string; at: Date },
): Promise<boolean> {
  const { rows } = await sql`
    insert into lists (workspace_id, id, name, created_at) values (${workspaceId}, ${list.id}, ${list.name}, ${list.at})
    on conflict do nothing returning id`.execute(tx);
  return rows.length > 0;
}

export async function updateListName(tx: Tx, workspaceId: string, id: string, name: string): Promise<void> {
  await sql`update lists set name = ${name} where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
}

/** Locks the list: `for update` blocks new members, `for key share` blocks its deletion. */
export async function lockList(
  tx: Tx,
  workspaceId: string,
  id: string,
  strength: "for update" | "for key share",
): Promise<boolean> {
  const { rows } = await sql`
    select id from lists where workspace_id = ${workspaceId} and id = ${id} ${sql.raw(strength)}`.execute(tx);
  return rows.length > 0;
}

export async function deleteListRow(tx: Tx, workspaceId: string, id: string): Promise<void> {
  // The list is deleted first, so that its members need not be subtracted from its counts.
  await sql`delete from lists where workspace_id = ${workspaceId} and id = ${id}`.execute(tx);
  await sql`delete from list_members where workspace_id = ${workspaceId} and list_id = ${id}`.execute(tx);
  await sql`delete from list_kinds where workspace_id = ${workspaceId} and list_id = ${id}`.execute(tx);
}

/** An unsent campaign that includes or excludes the list. */
export async function selectUnsentCampaignNaming(
  tx: Tx,
  workspaceId: string,
  listId: string,
): Promise<{ id: string; name: string } | undefined> {
  const named = JSON.stringify([listId]);
  const { rows } = await sql<{ id: string; name: string }>`
    select id, name from campaigns
    where workspace_id = ${workspaceId}
      -- While it is sending, its audience is still being read until prepared_at.
      and (status in ('draft', 'failed', 'preparing') or status = 'sending' and prepared_at is null)
      and (include -> 'lists' @> ${named}::jsonb or exclude -> 'lists' @> ${named}::jsonb)
    order by updated_at desc limit 1`.execute(tx);
  return rows[0];
}

/** Those of `ids` that are contacts of the workspace, locked, so that their kinds do not change before the list counts them. */
export async function lockContactsOf(tx: Tx, workspaceId: string, ids: string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from contacts where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])
    order by id for share`.execute(tx);
  return rows.map((row) => row.id);
}

export async function insertMembers(tx: Tx, workspaceId: string, listId: string, ids: string[]): Promise<number> {
  const added = await sql`
    insert into list_members (workspace_id, list_id, contact_id)
    select w.workspace_id, ${listId}, u.id from workspaces w, unnest(${ids}::uuid[]) as u (id)
    where w.workspace_id = ${workspaceId} order by u.id
    on conflict do nothing`.execute(tx);
  return Number(added.numAffectedRows ?? 0);
}

export async function deleteMembers(tx: Tx, workspaceId: string, listId: string, ids: string[]): Promise<number> {
  const removed = await sql`
    delete from list_members
    where workspace_id = ${workspaceId} and list_id = ${listId} and contact_id = any(${ids}::uuid[])`.execute(tx);
  return Number(removed.numAffectedRows ?? 0);
}
