/**
 * Quota for sources of which as many texts are sent as segments are left (`reserve-what-fits`).
 *
 * How many are left is read without a lock. What fits by that is written, and its segments are reserved last, by the conditional
 * UPDATE of all sends. Where others have reserved segments since, what was written is undone, and written again without what does not
 * fit any more. So overshoot is impossible, and who has the period's row waits for nobody. It ends, since each time less is left.
 */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { currentPeriod, reserveQuota } from "../../quota/quota.ts";
import { contactsOf } from "../messages-store.ts";
import type { MessageBatch } from "./batch.ts";
import { type BatchPlan, skipMessages, sumSegments } from "./plan-batch.ts";

/** Writes what fits of a plan with `write`, which returns the segments of what it has added. The others become skips of the plan. */
export async function writeWhatFits<T extends { segments: number }>(
  tx: Tx,
  batch: MessageBatch,
  plan: BatchPlan,
  write: (periodStart: Date) => Promise<T>,
): Promise<T> {
  const { workspace_id: workspaceId } = batch.workspace;
  for (;;) {
    const { period_start, remaining } = await currentPeriod(tx, workspaceId, batch.now);
    await skipWhatDoesNotFit(tx, batch, plan, remaining);
    await sql`savepoint what_fits`.execute(tx);
    const written = await write(period_start);
    if (written.segments === 0 || (await reserveQuota(tx, workspaceId, batch.now, written.segments)).ok) return written;
    await sql`rollback to savepoint what_fits`.execute(tx);
  }
}

/** In the order of the plan. A shorter text may fit where a longer one before it did not: it is no reason to send nobody else anything. */
async function skipWhatDoesNotFit(tx: Tx, batch: MessageBatch, plan: BatchPlan, remaining: number): Promise<void> {
  if (sumSegments(plan.messages) <= remaining) return;
  const ids = plan.messages.map(({ id }) => id);
  const known = batch.source.id === null ? null : await contactsOf(tx, batch.workspace.workspace_id, ids);
  let left = remaining;
  const beyond = plan.messages.filter(({ id, segments }) => {
    // What exists already was paid when it was written.
    if (known?.has(id)) return false;
    if (segments > left) return true;
    left -= segments;
    return false;
  });
  skipMessages(batch, plan, "quota_exceeded", beyond);
}
