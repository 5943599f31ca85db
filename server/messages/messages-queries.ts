/** Reading messages of the ledger: one by its id, and pages of them. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { type MessageRow, messageColumns } from "./present-message.ts";

export async function findMessage(tx: Tx, workspaceId: string, id: string): Promise<MessageRow | undefined> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns(workspaceId)} from messages m
    left join senders s on s.workspace_id = ${workspaceId} and s.id = m.sender_id
    where m.workspace_id = ${workspaceId} and m.id = ${id}`.execute(tx);
  return rows[0];
}

/** Those of the messages that are in the ledger. */
export async function findMessages(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<MessageRow[]> {
  const { rows } = await sql<MessageRow>`
    select ${messageColumns(workspaceId)} from messages m
    left join senders s on s.workspace_id = ${workspaceId} and s.id = m.sender_id
    where m.workspace_id = ${workspaceId} and m.id = any(${ids}::uuid[])`.execute(tx);
  return rows;
}

export interface MessageFilter {
  cursor: string | undefined;
  source: { type: string | null; id: string | null } | null;
  status: string | undefined;
  contact: string | undefined;
  limit: number;
}

/** The oldest message that a call reads, where it does not read all; the next page begins before it. */
export async function floorOf(
  tx: Tx,
  workspaceId: string,
  filter: MessageFilter,
  most: number,
): Promise<string | null> {
  const { cursor, source, status, contact } = filter;
  const indexed = contact !== undefined || source?.id;
  if (indexed || (status === undefined && !source?.type)) return null;
  const { rows } = await sql<{ id: string }>`
    select id from messages where workspace_id = ${workspaceId} ${cursor ? sql`and id < ${cursor}` : sql``}
    order by id desc limit 2 offset ${most - 1}`.execute(tx);
  return rows.length === 2 ? (rows[0]?.id ?? null) : null;
}

export async function listMessages(
  tx: Tx,
  workspaceId: string,
  filter: MessageFilter & { floor: string | null },
): Promise<MessageRow[]> {
  const { cursor, source, status, contact, limit, floor } = filter;
  const { rows } = await sql<MessageRow>`
    select ${messageColumns(workspaceId)} from messages m
    left join senders s on s.workspace_id = ${workspaceId} and s.id = m.sender_id
    where m.workspace_id = ${workspaceId}
      ${cursor ? sql`and m.id < ${cursor}` : sql``}
      ${floor ? sql`and m.id >= ${floor}` : sql``}
      ${source?.type ? sql`and m.source_type = ${source.type}` : sql``}
      ${source?.id ? sql`and m.source_id = ${source.id}` : sql``}
      ${status ? sql`and m.status = ${status}` : sql``}
      ${contact ? sql`and m.contact_id = ${contact}` : sql``}
    order by m.id desc limit ${limit}`.execute(tx);
  return rows;
}
