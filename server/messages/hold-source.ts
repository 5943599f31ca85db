/**
 * Pausing, resuming and cancelling what a source has in ledger and queue. The state is set at once, with the submit lock: when the
 * transaction has committed, no text of a paused or cancelled source leaves any more. The texts follow: those in the queue when they are
 * claimed, parked ones by `settleHolds`, in chunks.
 *
 * paused      claimed texts are parked, and due at no time
 * resumed     held texts become due again; then the hold is deleted
 * cancelled   texts end as cancelled, and their quota is given back; whoever cancelled deletes the hold once none waits
 */
import { sql } from "kysely";
import { takeSubmitLock } from "../consent/submit-lock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { type DueWork, dueInWorkspaces } from "../kit/due.ts";
import type { Logger } from "../kit/log.ts";
import { releaseQuota } from "../quota/quota.ts";
import { addCounts, counter } from "./counts.ts";
import * as parked from "./dispatch/parked-store.ts";

/** Texts that one transaction settles or moves. */
const chunk = 5_000;

/** Nothing of the source is submitted after the commit, until it is resumed. Waits for submissions under way. */
export async function pauseSource(tx: Tx, source: parked.SourceKey): Promise<void> {
  await takeSubmitLock(tx, source.workspace_id);
  await parked.setHold(tx, source, "paused");
}

/** Texts of the source are submitted again, each not before its moment. */
export async function resumeSource(tx: Tx, source: parked.SourceKey): Promise<void> {
  await takeSubmitLock(tx, source.workspace_id);
  await parked.setHold(tx, source, "resumed");
}

/** Nothing of the source is submitted after the commit; its waiting texts end as cancelled. Waits for submissions under way. */
export async function cancelSource(tx: Tx, source: parked.SourceKey): Promise<void> {
  await takeSubmitLock(tx, source.workspace_id);
  await parked.setHold(tx, source, "cancelled");
}

/** Forgets that a source was cancelled. Call it once none of its texts waits. */
export const forgetHold = parked.deleteHold;

/** What becomes due with parked texts: moving them into the queue, and settling sources that were resumed or cancelled. */
export function dueParked(services: { db: Db; log: Pick<Logger, "warn"> }): DueWork[] {
  return [
    dueInWorkspaces(services, {
      name: "messages.settle",
      share: chunk,
      find: parked.findSettling,
      claim: async (tx, _workspaceId, holds, now) => {
        let settled = 0;
        for (const hold of holds) settled += await settle(tx, hold, now);
        return settled;
      },
    }),
    dueInWorkspaces(services, {
      name: "messages.move",
      limit: chunk,
      find: parked.findDueParked,
      claim: async (tx, workspace_id, texts, now) => {
        let moved = 0;
        for (const [sender_id, some] of Map.groupBy(texts, (text) => text.sender_id)) {
          const ids = some.slice(0, chunk).map(({ message_id }) => message_id);
          moved += await parked.moveDue(tx, { workspace_id, sender_id }, ids, now);
        }
        return moved;
      },
    }),
  ];
}

/** The next chunk of a source that was resumed or cancelled. */
async function settle(tx: Tx, source: parked.SourceKey, now: Date): Promise<number> {
  const state = await parked.lockHold(tx, source);
  if (state === "cancelled") return cancelChunk(tx, source, now);
  if (state !== "resumed") return 0;
  const unheld = await parked.unholdParked(tx, source, chunk);
  if (unheld < chunk) await parked.deleteHold(tx, source);
  return unheld;
}

async function cancelChunk(tx: Tx, source: parked.SourceKey, now: Date): Promise<number> {
  const gone = await parked.deleteParkedOf(tx, source, now, chunk);
  await endCancelled(tx, source.workspace_id, gone, now, null);
  return gone.length;
}

/** Ends texts that were taken out of queue or parked ones, and gives their quota back. */
export async function endCancelled(
  tx: Tx,
  workspaceId: string,
  gone: readonly parked.Unparked[],
  now: Date,
  reason: "erased" | null,
): Promise<void> {
  if (gone.length === 0) return;
  const periods = new Map(gone.map((row) => [row.message_id, row.period_start.getTime()]));
  const { rows } = await sql<{ id: string; segments: number; source_type: string; source_id: string | null }>`
    update messages m set status = 'cancelled', reason = ${reason}, final_at = ${now}
    where m.workspace_id = ${workspaceId} and m.id = any(${`{${[...periods.keys()].join(",")}}`}::uuid[]) and m.status = 'queued'
    returning m.id, m.segments, m.source_type, m.source_id`.execute(tx);
  const { add, counts } = counter();
  for (const row of rows) add(row, "cancelled", reason);
  await addCounts(tx, workspaceId, now, counts);
  for (const [start, group] of Map.groupBy(rows, ({ id }) => periods.get(id) as number))
    await releaseQuota(
      tx,
      workspaceId,
      new Date(start),
      group.reduce((sum, { segments }) => sum + segments, 0),
    );
}
