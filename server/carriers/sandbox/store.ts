/** All SQL of the sandbox carrier's records: handsets, texts on them, receipts to come. */
import { sql } from "kysely";
import type { Behaviour } from "../../../contract/sandbox.ts";
import type { Tx } from "../../kit/db.ts";

export interface SandboxPhone {
  number: string;
  behaviour: Behaviour;
  error_code: string | null;
  delay_ms: number | null;
}

/** A text on a handset. */
export interface SandboxText {
  id: string;
  phone: string;
  outbound: boolean;
  address: string;
  text: string;
  workspace_id: string;
  message_id: string | null;
}

/** A receipt to come: workspace, message, our reference, and the error code or null for delivered. */
export type PendingReceipt = [workspaceId: string, messageId: string, reference: string, code: string | null];

/** Those of these handsets whose behaviour the workspace has set. */
export async function findPhones(
  tx: Tx,
  workspaceId: string,
  numbers: readonly string[],
): Promise<Map<string, SandboxPhone>> {
  const { rows } = await sql<SandboxPhone>`
    select number, behaviour, error_code, delay_ms from sandbox_phones
    where workspace_id = ${workspaceId} and number = any(${numbers}::text[])`.execute(tx);
  return new Map(rows.map((row) => [row.number, row]));
}

export async function setPhone(tx: Tx, workspaceId: string, phone: SandboxPhone): Promise<void> {
  await sql`
    insert into sandbox_phones (workspace_id, number, behaviour, error_code, delay_ms)
    values (${workspaceId}, ${phone.number}, ${phone.behaviour}, ${phone.error_code}, ${phone.delay_ms})
    on conflict (workspace_id, number) do update set behaviour = excluded.behaviour, error_code = excluded.error_code,
      delay_ms = excluded.delay_ms`.execute(tx);
}

/** Stores the texts of one submit: one workspace, one sender. */
export async function insertOutbound(
  tx: Tx,
  common: Pick<SandboxText, "workspace_id" | "address">,
  texts: readonly Pick<SandboxText, "id" | "phone" | "text" | "message_id">[],
): Promise<void> {
  if (texts.length === 0) return;
  await sql`
    insert into sandbox_messages (phone, id, outbound, address, text, workspace_id, message_id)
    select u.phone, u.id, true, ${common.address}, u.text, ${common.workspace_id}::uuid, u.message_id
    from unnest(${texts.map((t) => t.phone)}::text[], ${`{${texts.map((t) => t.id).join(",")}}`}::uuid[],
      ${texts.map((t) => t.text)}::text[], ${`{${texts.map((t) => t.message_id).join(",")}}`}::uuid[])
      as u (phone, id, text, message_id)`.execute(tx);
}

export async function insertReply(tx: Tx, text: Omit<SandboxText, "outbound" | "message_id">): Promise<void> {
  await sql`
    insert into sandbox_messages (phone, id, outbound, address, text, workspace_id)
    values (${text.phone}, ${text.id}, false, ${text.address}, ${text.text}, ${text.workspace_id})`.execute(tx);
}

/** What a workspace and a handset sent each other: the newest `limit`, oldest first. */
export async function textsOf(tx: Tx, workspaceId: string, phone: string, limit: number): Promise<SandboxText[]> {
  const { rows } = await sql<SandboxText>`
    select * from sandbox_messages where phone = ${phone} and workspace_id = ${workspaceId}
    order by id desc limit ${limit}`.execute(tx);
  return rows.reverse();
}

/** Texts by our reference, taken at or after the instant of `sinceId`. */
export async function findByReference(
  tx: Tx,
  messageIds: readonly string[],
  sinceId: string,
): Promise<Pick<SandboxText, "id" | "message_id">[]> {
  const { rows } = await sql<Pick<SandboxText, "id" | "message_id">>`
    select id, message_id from sandbox_messages
    where id >= ${sinceId} and message_id = any(${messageIds}::uuid[]) order by id`.execute(tx);
  return rows;
}

/** Stores receipts that are due at the same time. */
export async function insertReceipts(
  tx: Tx,
  due: Date,
  id: string,
  receipts: readonly PendingReceipt[],
): Promise<void> {
  await sql`insert into sandbox_receipts (due, id, receipts) values (${due}, ${id}, ${JSON.stringify(receipts)})`.execute(
    tx,
  );
}

/** Batches of receipts whose time has come and that no other process is delivering. */
export async function dueReceipts(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<{ id: string; receipts: PendingReceipt[] }[]> {
  const { rows } = await sql<{ id: string; receipts: PendingReceipt[] }>`
    select id, receipts from sandbox_receipts where due <= ${now}
    order by due limit ${limit} for update skip locked`.execute(tx);
  return rows;
}

export async function deleteReceipts(tx: Tx, now: Date, ids: readonly string[]): Promise<void> {
  await sql`delete from sandbox_receipts where due <= ${now} and id = any(${ids}::uuid[])`.execute(tx);
}

/** When the next receipts after `now` are due, or null. */
export async function nextDue(tx: Tx, now: Date): Promise<Date | null> {
  const { rows } = await sql<{ due: Date | null }>`
    select min(due) as due from sandbox_receipts where due > ${now}`.execute(tx);
  return rows[0]?.due ?? null;
}
