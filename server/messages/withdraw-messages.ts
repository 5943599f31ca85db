/** Takes back texts that are not under way yet. */
import { sql } from "kysely";
import { takeSubmitLock } from "../consent/submit-lock.ts";
import type { Tx } from "../kit/db.ts";
import { deleteParked, type Unparked } from "./dispatch/parked-store.ts";
import { endCancelled } from "./hold-source.ts";

/**
 * Cancels those of the texts that wait for their submission, gives their segments back, and answers which they were. What a carrier has,
 * or may have, stays. Waits for submissions under way if any text waits: call it before the quota's row is locked.
 */
export async function withdrawMessages(
  tx: Tx,
  workspaceId: string,
  ids: readonly string[],
  now: Date,
): Promise<string[]> {
  if ((await selectWaiting(tx, workspaceId, ids)).length === 0) return [];
  await takeSubmitLock(tx, workspaceId);
  const waiting = await selectWaiting(tx, workspaceId, ids);
  const taken = await takeWaiting(tx, workspaceId, waiting);
  await endCancelled(tx, workspaceId, taken, now, null);
  return taken.map(({ message_id }) => message_id);
}

/**
 * Deletes texts from the queue and from the parked ones, but for those that a journal has or that may have gone. Call it with the submit
 * lock taken: then nothing else of the queue is under way.
 */
export async function takeWaiting(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<Unparked[]> {
  const { rows } = await sql<Unparked>`
    delete from message_queue q
    where q.workspace_id = ${workspaceId} and q.message_id = any(${arrayOf(ids)}::uuid[]) and q.resent = 0
      and not exists (select 1 from dispatch_journal j
        where j.workspace_id = ${workspaceId} and j.sender_id = q.sender_id and q.seq = any(j.seqs))
    returning q.message_id, q.period_start`.execute(tx);
  return [...rows, ...(await deleteParked(tx, workspaceId, ids))];
}

/** Locked against receipts: what is cancelled must not be ended by one at the same moment. */
async function selectWaiting(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from messages
    where workspace_id = ${workspaceId} and id = any(${arrayOf(ids)}::uuid[]) and status = 'queued'
    order by id for no key update`.execute(tx);
  return rows.map(({ id }) => id);
}

const arrayOf = (ids: readonly string[]) => `{${ids.join(",")}}`;
