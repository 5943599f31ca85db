/** Texts of a person who is erased: queued ones are cancelled, sent ones anonymised. Figures stay as they are. */
import { sql } from "kysely";
import { receiptsAwaited } from "../../rules/campaign-validity.ts";
import { erasedNumber } from "../../rules/erased-number.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { releaseQuota } from "../quota/quota.ts";
import { addCounts, counter } from "./counts.ts";
import { isUnrecorded } from "./dispatch/unrecorded.ts";

/** How long after its creation, which may be long before its submission, a message can still get a receipt. */
const receiptsWithin = receiptsAwaited * 1000;

interface Cancelled {
  period_start: Date;
  segments: number;
  source_type: string;
  source_id: string | null;
}

/**
 * Deletes the contact's texts from the queue and releases their segments. Call it with the submit lock taken: then nothing of the
 * queue is under way except what a crash left in the journal. Those texts, and ones that may have gone and wait to be sent again,
 * are marked, so that reconciliation and dispatcher end and pay them. They also record texts that a receipt has ended.
 */
export async function cancelQueuedOf(tx: Tx, workspaceId: string, contactId: string, now: Date): Promise<number> {
  const waiting = await sql<{ id: string }>`
    select id from messages
    where workspace_id = ${workspaceId} and contact_id = ${contactId} and status = 'queued'
    -- Locked against receipts: what is cancelled below must not be ended by one at the same moment.
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
    from taken t cross join lateral (
      select segments, source_type, source_id from messages where workspace_id = ${workspaceId} and id = t.message_id offset 0) m`.execute(
    tx,
  );
  const { add, counts } = counter();
  for (const row of rows) add(row, "cancelled", "erased");
  await addCounts(tx, workspaceId, now, counts);
  for (const [start, group] of Map.groupBy(rows, (row) => row.period_start.getTime())) {
    const segments = group.reduce((total, row) => total + row.segments, 0);
    await releaseQuota(tx, workspaceId, new Date(start), segments);
  }
  return rows.length;
}

/** The numbers of the contact's texts. */
export async function numbersOf(tx: Tx, workspaceId: string, contactId: string): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select distinct number from messages
    where workspace_id = ${workspaceId} and contact_id = ${contactId} and number not in ('', ${erasedNumber})`.execute(
    tx,
  );
  return rows.map((row) => row.number);
}

/**
 * The columns that are overwritten. The id of a source's message is derived from its number, so it is replaced by a random one
 * within its millisecond; a message whose receipt may still come keeps id, contact and reference until then, but neither number nor
 * text. One whose submission is still to be recorded is left as it is: the record and lookups need the row.
 */
function anonymous(final: ReturnType<typeof sql>) {
  return sql`number = ${erasedNumber}, text = '',
    id = case when ${final} then (left(m.id::text, 15) || right(gen_random_uuid()::text, 21))::uuid else m.id end,
    contact_id = case when ${final} then null else m.contact_id end,
    carrier_reference = case when ${final} then null else m.carrier_reference end`;
}

const finalBy = (workspaceId: string, now: Date) =>
  sql`((m.status not in ('queued', 'submitted', 'sent') and not ${isUnrecorded(workspaceId)})
    or (m.status = 'sent' and m.id < ${firstIdAt(new Date(now.getTime() - receiptsWithin))}::uuid))`;

/** Makes up to `limit` of the contact's texts anonymous; answers how many. Queued ones are anonymised once they have ended. */
export async function eraseMessagesOf(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  now: Date,
  limit: number,
): Promise<number> {
  const final = finalBy(workspaceId, now);
  const { numAffectedRows } = await sql`
    update messages m set ${anonymous(final)}
    where m.workspace_id = ${workspaceId} and m.id = any(array(
      select m.id from messages m
      where m.workspace_id = ${workspaceId} and m.contact_id = ${contactId}
        and (${final} or (m.status in ('submitted', 'sent') and m.number <> ${erasedNumber}))
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
 * Searches the next `limit` rows of the ledger for texts by number that are no other contact's (sent before the contact
 * existed, or to one that was deleted), and assigns them to the erased contact, whose texts are erased next. Answers how far it
 * got, null at the end. There is no index by number: it would slow down every text, for a rare search.
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
      and not exists (select from contacts c where c.workspace_id = ${workspaceId} and c.id = m.contact_id offset 0)`.execute(
    tx,
  );
  return to;
}
