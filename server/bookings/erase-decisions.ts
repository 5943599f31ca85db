/** Removes people from the decisions of workflows: those who are erased, and those whose messages are purged. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import { addSent } from "./workflows/workflows-store.ts";

interface Key {
  booking_id: string;
  workflow_id: string;
  /** As PostgreSQL writes it, which is exact. */
  occurrence: string;
  action: string;
  recipient: string;
}

const keyColumns = sql.raw("booking_id, workflow_id, occurrence::text as occurrence, action, recipient");

/** Erases a contact from the decisions about it, and numbers and addresses from those that had them typed. */
export async function eraseRecipients(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  addresses: readonly string[],
  at: Date,
): Promise<void> {
  // About nothing but that the contact became a customer.
  await sql`
    delete from workflow_decisions where workspace_id = ${workspaceId} and booking_id = ${contactId}`.execute(tx);
  const { rows } = await sql<Key>`
    select ${keyColumns} from workflow_decisions
    where workspace_id = ${workspaceId} and (contact_id = ${contactId} or "to" = any(${addresses}::text[]))`.execute(
    tx,
  );
  await skipCancelled(tx, workspaceId, contactId, at);
  await empty(tx, workspaceId, rows, /^(customer|number|address):/, at);
  await sql`
    update workflow_decisions set contact_id = null
    where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
}

/** Texts that waited when the contact was erased have not been sent. */
async function skipCancelled(tx: Tx, workspaceId: string, contactId: string, at: Date): Promise<void> {
  const { rows: decided } = await sql<{ workflow_id: string; message_id: string }>`
    select workflow_id, message_id from workflow_decisions
    where workspace_id = ${workspaceId} and contact_id = ${contactId} and state = 'sent' and message_id is not null`.execute(
    tx,
  );
  const { rows: cancelled } = await sql<{ id: string }>`
    select id from messages
    where workspace_id = ${workspaceId} and id = any(${decided.map(({ message_id }) => message_id)}::uuid[])
      and status = 'cancelled'`.execute(tx);
  const ids = new Set(cancelled.map(({ id }) => id));
  const unsent = decided.filter(({ message_id }) => ids.has(message_id));
  if (unsent.length === 0) return;
  await sql`
    update workflow_decisions set state = 'skipped', reason = 'erased'
    where workspace_id = ${workspaceId} and contact_id = ${contactId}
      and message_id = any(${unsent.map(({ message_id }) => message_id)}::uuid[])`.execute(tx);
  const byWorkflow = Map.groupBy(unsent, ({ workflow_id }) => workflow_id);
  await addSent(tx, workspaceId, new Map([...byWorkflow].map(([id, own]) => [id, -own.length])), at);
}

/** Empties numbers, addresses and names of up to `limit` decisions from before `before`; returns of how many. */
export async function emptyOldDecisions(tx: Tx, workspaceId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<Key>`
    select ${keyColumns} from workflow_decisions
    where workspace_id = ${workspaceId} and decided_at < ${before} and "to" is not null
    order by decided_at limit ${limit}`.execute(tx);
  await empty(tx, workspaceId, rows, /^(number|address):/, before);
  return rows.length;
}

/** The recipients that `named` matches hold whom they mean, so they get a key that says nothing. */
async function empty(tx: Tx, workspaceId: string, keys: readonly Key[], named: RegExp, at: Date): Promise<void> {
  if (keys.length === 0) return;
  const next = keys.map(({ recipient }) => (named.test(recipient) ? `erased:${newId(at)}` : recipient));
  await sql`
    update workflow_decisions d set name = null, "to" = null, recipient = k.next
    from unnest(${keys.map((key) => key.booking_id)}::uuid[], ${keys.map((key) => key.workflow_id)}::uuid[],
      ${keys.map((key) => key.occurrence)}::timestamptz[], ${keys.map((key) => key.action)}::text[],
      ${keys.map((key) => key.recipient)}::text[], ${next}::text[])
      as k (booking_id, workflow_id, occurrence, action, recipient, next)
    where d.workspace_id = ${workspaceId} and d.booking_id = k.booking_id and d.workflow_id = k.workflow_id
      and d.occurrence = k.occurrence and d.action = k.action and d.recipient = k.recipient`.execute(tx);
}
