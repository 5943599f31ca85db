/** Texts of a person who is erased: queued ones are cancelled, sent ones anonymised. Figures stay as they are. */
import { sql } from "kysely";
import { receiptsAwaited } from "../../rules/campaign-validity.ts";
import { erasedNumber } from "../../rules/erased-number.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { closeLinks, renameMessagesOfLinks } from "../links/erase-links.ts";
import { isUnrecorded } from "./dispatch/unrecorded.ts";
import { endCancelled } from "./hold-source.ts";
import { takeWaiting } from "./withdraw-messages.ts";

/** How long after its creation, which may be long before its submission, a message can still get a receipt. */
const receiptsWithin = receiptsAwaited * 1000;

/**
 * Deletes the contact's texts from the queue and from the parked ones, and releases their segments. Call it with the submit lock taken: then nothing of the
 * queue is under way except what a crash left in the journal. Those texts, and ones that may have gone and wait to be sent again,
 * are marked, so that reconciliation and dispatcher end and pay them. They also record texts that a receipt has ended.
 */
export async function cancelQueuedOf(tx: Tx, workspaceId: string, contactId: string, now: Date): Promise<number> {
  const { rows: waiting } = await sql<{ id: string }>`
    select id from messages
    where workspace_id = ${workspaceId} and contact_id = ${contactId} and status = 'queued'
    -- Locked against receipts: what is cancelled below must not be ended by one at the same moment.
    order by id for no key update`.execute(tx);
  if (waiting.length === 0) return 0;
  const taken = await takeWaiting(
    tx,
    workspaceId,
    waiting.map(({ id }) => id),
  );
  const gone = new Set(taken.map((row) => row.message_id));
  const others = waiting.filter(({ id }) => !gone.has(id));
  if (others.length > 0)
    await sql`
      update messages set reason = 'erased'
      where workspace_id = ${workspaceId} and id = any(${arrayOf(others)}::uuid[])`.execute(tx);
  await endCancelled(tx, workspaceId, taken, now, "erased");
  return taken.length;
}

const arrayOf = (rows: readonly { id: string }[]) => `{${rows.map((row) => row.id).join(",")}}`;

/** Closes the links in the contact's texts, and deletes the clicks on them, at once. */
export async function closeLinksOf(tx: Tx, workspaceId: string, contactId: string): Promise<void> {
  const { rows } = await sql<{ id: string }>`
    select id from messages where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
  await closeLinks(
    tx,
    workspaceId,
    rows.map((row) => row.id),
  );
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
 * Makes up to `limit` of the contact's texts anonymous; answers how many. Queued ones are anonymised once they have ended. The id of
 * a source's message is derived from its number, so it is replaced by a random one within its millisecond; a message whose receipt
 * may still come keeps id, contact and reference until then, but neither number nor text. One whose submission is still to be
 * recorded is left as it is: the record and lookups need the row.
 */
export async function eraseMessagesOf(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  now: Date,
  limit: number,
): Promise<number> {
  const isGivenUp = sql`(m.status = 'sent' and m.id < ${firstIdAt(new Date(now.getTime() - receiptsWithin))}::uuid)`;
  // Locked, so that no receipt changes what is final between this and the updates.
  const { rows } = await sql<{ id: string; source_id: string | null; final: boolean; new_id: string }>`
    select m.id, m.source_id, m.status not in ('submitted', 'sent') or ${isGivenUp} as final,
      left(m.id::text, 15) || right(gen_random_uuid()::text, 21) as new_id
    from messages m
    where m.workspace_id = ${workspaceId} and m.contact_id = ${contactId} and (
      (m.status not in ('queued', 'submitted', 'sent') and not ${isUnrecorded(workspaceId)})
      or ${isGivenUp} or (m.status in ('submitted', 'sent') and m.number <> ${erasedNumber}))
    order by m.id limit ${limit} for update of m`.execute(tx);
  const ended = rows.filter((row) => row.final);
  const awaited = rows.filter((row) => !row.final);
  await closeLinks(
    tx,
    workspaceId,
    rows.map((row) => row.id),
  );
  if (ended.length > 0) {
    await renameMessagesOfLinks(tx, workspaceId, ended);
    await sql`
      update messages m
      set number = ${erasedNumber}, text = '', id = u.new_id, contact_id = null, carrier_reference = null
      from unnest(${arrayOf(ended)}::uuid[], ${`{${ended.map((row) => row.new_id).join(",")}}`}::uuid[]) as u (id, new_id)
      where m.workspace_id = ${workspaceId} and m.id = any(${arrayOf(ended)}::uuid[]) and m.id = u.id`.execute(tx);
  }
  if (awaited.length > 0)
    await sql`
      update messages set number = ${erasedNumber}, text = ''
      where workspace_id = ${workspaceId} and id = any(${arrayOf(awaited)}::uuid[])`.execute(tx);
  return rows.length;
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
