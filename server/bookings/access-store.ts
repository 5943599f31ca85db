/** The SQL of access links and visits. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";

/** A person's page in a workspace. */
export interface Access {
  workspace_id: string;
  contact_id: string;
}

export async function insertLinks(
  tx: Tx,
  workspaceId: string,
  links: readonly { contact_id: string; code_hash: string }[],
  { created_at, expires_at }: { created_at: Date; expires_at: Date },
): Promise<void> {
  if (links.length === 0) return;
  await sql`
    insert into access_links (workspace_id, code_hash, contact_id, created_at, expires_at)
    select w.workspace_id, u.code_hash, u.contact_id, ${created_at}::timestamptz, ${expires_at}::timestamptz
    from workspaces w, unnest(${links.map((each) => each.code_hash)}::text[], ${links.map((each) => each.contact_id)}::uuid[])
      as u (code_hash, contact_id)
    where w.workspace_id = ${workspaceId}`.execute(tx);
}

/** Of all workspaces. */
export async function findLink(tx: Tx, codeHash: string, now: Date): Promise<Access | null> {
  const { rows } = await sql<Access>`
    select workspace_id, contact_id from access_links where code_hash = ${codeHash} and expires_at > ${now} limit 1`.execute(
    tx,
  );
  return rows[0] ?? null;
}

/** Marks the first use, which brings the end forward to `until`; answers whose link it is, null where it has expired. */
export async function useLink(
  tx: Tx,
  workspaceId: string,
  codeHash: string,
  now: Date,
  until: Date,
): Promise<string | null> {
  const { rows } = await sql<{ contact_id: string }>`
    update access_links as a
    set first_used_at = coalesce(a.first_used_at, ${now}), expires_at = least(a.expires_at, ${until})
    where a.workspace_id = ${workspaceId} and a.code_hash = ${codeHash} and a.expires_at > ${now}
    returning a.contact_id`.execute(tx);
  return rows[0]?.contact_id ?? null;
}

interface VisitRow {
  token_hash: string;
  contact_id: string;
  created_at: Date;
  expires_at: Date;
}

export async function insertVisit(tx: Tx, workspaceId: string, visit: VisitRow): Promise<void> {
  await sql`
    insert into customer_visits (workspace_id, token_hash, contact_id, created_at, expires_at)
    values (${workspaceId}, ${visit.token_hash}, ${visit.contact_id}, ${visit.created_at}, ${visit.expires_at})`.execute(
    tx,
  );
}

/** Of all workspaces. */
export async function findVisit(tx: Tx, tokenHash: string, now: Date): Promise<Access | null> {
  const { rows } = await sql<Access>`
    select workspace_id, contact_id from customer_visits where token_hash = ${tokenHash} and expires_at > ${now}
    limit 1`.execute(tx);
  return rows[0] ?? null;
}

export async function selectVisit(tx: Tx, workspaceId: string, tokenHash: string): Promise<VisitRow | undefined> {
  const { rows } = await sql<VisitRow>`
    select token_hash, contact_id, created_at, expires_at from customer_visits
    where workspace_id = ${workspaceId} and token_hash = ${tokenHash}`.execute(tx);
  return rows[0];
}

export async function updateVisit(tx: Tx, workspaceId: string, tokenHash: string, expires: Date): Promise<void> {
  await sql`
    update customer_visits set expires_at = ${expires}
    where workspace_id = ${workspaceId} and token_hash = ${tokenHash}`.execute(tx);
}

export async function deleteVisit(tx: Tx, workspaceId: string, tokenHash: string): Promise<void> {
  await sql`
    delete from customer_visits where workspace_id = ${workspaceId} and token_hash = ${tokenHash}`.execute(tx);
}

/** Ends all links and visits of a contact. */
export async function deleteAccessOf(tx: Tx, workspaceId: string, contactId: string): Promise<void> {
  await sql`delete from access_links where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
  await sql`delete from customer_visits where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
}

/** Purges up to `limit` links that expired before `before`, in all workspaces; returns how many. */
export async function purgeAccessLinks(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ workspace_id: string; code_hash: string }>`
    select workspace_id, code_hash from access_links where expires_at < ${before} limit ${limit}`.execute(tx);
  await inEachWorkspace(rows, (workspaceId, own) =>
    sql`
      delete from access_links
      where workspace_id = ${workspaceId} and code_hash = any(${own.map((each) => each.code_hash)}::text[])`.execute(
      tx,
    ),
  );
  return rows.length;
}

/** Purges up to `limit` visits that ended before `before`, in all workspaces; returns how many. */
export async function purgeVisits(tx: Tx, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ workspace_id: string; token_hash: string }>`
    select workspace_id, token_hash from customer_visits where expires_at < ${before} limit ${limit}`.execute(tx);
  await inEachWorkspace(rows, (workspaceId, own) =>
    sql`
      delete from customer_visits
      where workspace_id = ${workspaceId} and token_hash = any(${own.map((each) => each.token_hash)}::text[])`.execute(
      tx,
    ),
  );
  return rows.length;
}
