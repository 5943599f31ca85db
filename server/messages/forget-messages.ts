/** Texts of a person who is erased: cancelled where they wait, anonymous where they went. Figures stay as they are. */
import { sql } from "kysely";
import { receiptsAwaited } from "../../rules/campaign-validity.ts";
import { erasedNumber } from "../../rules/erased-number.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { releaseQuota } from "../workspaces/quota.ts";
import { addCounts, counter } from "./counts.ts";
import { isUnrecorded } from "./unrecorded.ts";

/** A receipt is awaited for so long after the message was made, which may have waited for its hand-over; then nothing can come for it. */
const receiptsWithin = receiptsAwaited * 1000;

interface Cancelled {
  period_start: Date;
  segments: number;
  source_type: string;
  source_id: string | null;
}

/**
 * Takes the contact's texts out of the queue and gives their segments back. Call it with the gate closed: then nothing of
 * the queue is under way but what a crash left in the journal. That, and what may have gone before and waits to be sent
 * again, is marked, for its settlement and the dispatcher, who end and pay it. So do they what a receipt ended meanwhile.
 */
export async function cancelQueuedOf(tx: Tx, workspaceId: string, contactId: string, now: Date): Promise<number> {
  const waiting = await sql<{ id: string }>`
    select id from messages
    where workspace_id = ${workspaceId} and contact_id = ${contactId} and status = 'queued'
    -- Against receipts: what is cancelled below is not ended by one at the same moment.
    order by id for no key update`.execute(tx);
  if (waiting.rows.length === 0) return 0;
  const ids = `{${waiting.rows.map((row) => row.id).join(",")}}`;
  const { rows } = await sql<Cancelled>`
    with open as (
      select sender_id, unnest(seqs) as seq from dispatch_journal where workspace_id = ${workspaceId}
    ), taken as (
      delete from message_queue q
      where q.workspace_id = ${workspaceId} and q.message_id = any(${ids}::uuid[]) and q.resent = 0
        and not exists (select from open o where o.sender_id = q.sender_id and o.seq = q.seq)
      returning q.message_id, q.period_start
    ), ended as (
      update messages set status = 'cancelled', reason = 'erased', final_at = ${now}
      where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and id in (select message_id from taken)
    ), marked as (
      update messages set reason = 'erased'
      where workspace_id = ${workspaceId} and id = any(${ids}::uuid[]) and id not in (select message_id from taken)
    )
    select t.period_start, m.segments, m.source_type, m.source_id
    from taken t join messages m on m.workspace_id = ${workspaceId} and m.id = t.message_id`.execute(tx);
  const { add, counts } = counter();
  for (const row of rows) add(row, "cancelled", "erased");
  await addCounts(tx, workspaceId, now, counts);
  for (const [start, group] of Map.groupBy(rows, (row) => row.period_start.getTime())) {
    const segments = group.reduce((total, row) => total + row.segments, 0);
    await releaseQuota(tx, workspaceId, new Date(start), segments);
  }
  return rows.length;
}

/** Numbers that the contact's texts went to or came from. */
export async function numbersOf(tx: Tx, workspaceId: string, contactId: string): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select distinct number from messages
    where workspace_id = ${workspaceId} and contact_id = ${contactId} and number not in ('', ${erasedNumber})`.execute(
    tx,
  );
  return rows.map((row) => row.number);
}

/**
 * What is written over. The id of a source's message is named by its number, so it is drawn anew, within its millisecond;
 * a message whose receipt may still come keeps id, contact and reference until then, but neither number nor text. One whose
 * hand-over is still to be recorded is left as it is: the record, and what the carrier is asked, go by the row.
 */
function anonymous(settled: ReturnType<typeof sql>) {
  return sql`number = ${erasedNumber}, text = '',
    id = case when ${settled} then (left(m.id::text, 15) || right(gen_random_uuid()::text, 21))::uuid else m.id end,
    contact_id = case when ${settled} then null else m.contact_id end,
    carrier_reference = case when ${settled} then null else m.carrier_reference end`;
}

const settledBy = (workspaceId: string, now: Date) =>
  sql`((m.status not in ('queued', 'submitted', 'sent') and not ${isUnrecorded(workspaceId)})
    or (m.status = 'sent' and m.id < ${firstIdAt(new Date(now.getTime() - receiptsWithin))}::uuid))`;

/** Makes up to `limit` of the contact's texts anonymous; answers how many. What is queued waits for its end. */
export async function forgetMessagesOf(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  now: Date,
  limit: number,
): Promise<number> {
  const settled = settledBy(workspaceId, now);
  const { numAffectedRows } = await sql`
    update messages m set ${anonymous(settled)}
    where m.workspace_id = ${workspaceId} and m.id = any(array(
      select m.id from messages m
      where m.workspace_id = ${workspaceId} and m.contact_id = ${contactId}
        and (${settled} or (m.status in ('submitted', 'sent') and m.number <> ${erasedNumber}))
      order by m.id limit ${limit}))`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Whether anything in the ledger still leads to the contact. */
export async function hasMessagesOf(tx: Tx, workspaceId: string, contactId: string): Promise<boolean> {
  const { rows } = await sql`
    select 1 from messages where workspace_id = ${workspaceId} and contact_id = ${contactId} limit 1`.execute(tx);
  return rows.length > 0;
}

/**
 * Looks through the next `limit` rows of the ledger for texts by number that are no other contact's (sent before the
 * contact was known, or to one that was deleted), and gives them to the erased contact, whose texts are forgotten next.
 * Answers how far it came, null at the end. There is no index by number: it would cost every text, for a rare search.
 */
export async function claimByNumber(
  tx: Tx,
  workspaceId: string,
  erased: { contact_id: string; numbers: readonly string[] },
  after: string | null,
  limit: number,
): Promise<string | null> {
  const from = after ?? "00000000-0000-0000-0000-000000000000";
  const { rows } = await sql<{ id: string }>`
    select id from messages where workspace_id = ${workspaceId} and id > ${from}::uuid
    order by id offset ${limit - 1} limit 1`.execute(tx);
  const to = rows[0]?.id ?? null;
  await sql`
    update messages m set contact_id = ${erased.contact_id}
    where m.workspace_id = ${workspaceId} and m.id > ${from}::uuid ${to ? sql`and m.id <= ${to}::uuid` : sql``}
      and m.number = any(${erased.numbers}::text[]) and m.contact_id is distinct from ${erased.contact_id}::uuid
      and not exists (select from contacts c where c.workspace_id = ${workspaceId} and c.id = m.contact_id)`.execute(
    tx,
  );
  return to;
}
