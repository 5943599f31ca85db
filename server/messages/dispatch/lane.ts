/**
 * Serves one lane: claims a batch while holding the submit lock, journals it, submits it, records it. While one batch is being
 * recorded the next is submitted already.
 */
import { setTimeout as delay } from "node:timers/promises";
import { rateOf } from "../send/choose-carrier.ts";
import { afterBatch, claimBatch } from "./claim-batch.ts";
import { connectionPair } from "./connection-pair.ts";
import type { LaneContext, LaneState } from "./lane-context.ts";
import { clearLane } from "./lanes-store.ts";
import { nextSubmit, paceOf } from "./pacing.ts";
import type { Cursor } from "./queue-store.ts";
import { quarantineOpen, reconcileJournals } from "./reconcile-journal.ts";
import { recordBatch } from "./record-batch.ts";
import { LeaseLost } from "./record-outcomes.ts";
import { sortOutcomes } from "./sort-outcomes.ts";
import { submit, submitSignal } from "./submit.ts";

/** Why a lane pauses: empty; empty and released already (`left`); its turn is over; or not before `at`. */
export type Pause = { kind: "empty" } | { kind: "left" } | { kind: "quantum" } | { kind: "until"; at: Date };

const mostTexts = 1_000;
const busyDelay = 3;
/**
 * After a batch of a few texts the lane waits for more: they arrive at short intervals, and the round trips of many small batches
 * would cost more than the texts. After a single text it does not wait.
 */
const smallBatch = 100;
const gatherFor = 20;
const shortestBackOff = 200;
const longestBackOff = 30_000;

/** Serves the lane until it has a reason to pause. Throws `LeaseLost` when another worker has it. */
export async function serveLane(context: LaneContext, state: LaneState): Promise<Pause> {
  const { lane, carriers, now, signal } = context;
  const rate = rateOf(carriers, lane);
  const pace = rate === null ? null : paceOf(rate);
  const own = carriers.get(lane.workspace_id, lane.carrier_id)?.limits.batch ?? mostTexts;
  const limit = Math.min(mostTexts, own, pace?.burst ?? mostTexts);
  const end = now().getTime() + context.quantum_ms;
  const connections = connectionPair(context.pool);
  let cursor: Cursor = { transactional: 0, marketing: 0 };
  let recording: Promise<void> = Promise.resolve();
  let gather = false;
  try {
    if (state.reconcileAt === undefined || (state.reconcileAt && state.reconcileAt <= now())) {
      const reconciling = { ...context, connection: await connections.next(recording) };
      if (state.reconcileAt === undefined && !(await quarantineOpen(reconciling))) state.reconcileAt = null;
      else state.reconcileAt = await reconcileJournals(reconciling);
    }
    while (true) {
      if (signal.aborted) throw new LeaseLost("the lease could not be renewed");
      if (state.nextAt && state.nextAt > now()) return { kind: "until", at: state.nextAt };
      if (context.pausing() || now().getTime() > end) return { kind: "quantum" };
      if (gather && !context.crowded()) await delay(gatherFor);
      gather = false;
      const connection = await connections.next(recording);
      const fresh = cursor.transactional === 0 && cursor.marketing === 0;
      const halt = submitSignal([signal, connection.lost], context.leaseHolds);
      const batch = await claimBatch(connection, context, state, { cursor, limit, halt });
      if (batch === null) {
        await connection.releaseSubmitLock();
        await recording;
        cursor = { transactional: 0, marketing: 0 };
        if (!fresh) continue;
        const { workspace_id } = lane;
        const cleared = await connection.inWorkspace(workspace_id, (tx) => clearLane(tx, lane, context.worker));
        if (cleared === "idle") return { kind: "empty" };
        if (cleared === "busy") await delay(busyDelay);
        continue;
      }
      cursor = afterBatch(cursor, batch.rows);
      gather = batch.rows.length > 1 && batch.rows.length < smallBatch;
      // The submit lock is held until all submissions have ended; none rejects.
      await Promise.all(batch.submissions.map((each) => submit(context, halt, each)));
      const submittedAt = now();
      await recording;
      const sorted = sortOutcomes(context, state, batch, submittedAt);
      const last = batch.rows.length < limit && sorted.later === 0 && sorted.reconcileAfter === null;
      const leave = last && !pace && !state.reconcileAt && context.crowded();
      const leaving = recordBatch(connections, connection, context, sorted, leave);
      recording = leaving.then(() => {});
      recording.catch(() => {}); // handled where it is awaited
      const submitted = batch.submissions.reduce((sum, { rows }) => sum + rows.length, 0);
      if (pace && submitted > 0) state.nextAt = nextSubmit(pace, submittedAt, submitted);
      if (sorted.reconcileAfter !== null) state.reconcileAt = new Date(submittedAt.getTime() + sorted.reconcileAfter);
      // A carrier that accepts some of each batch is slow, not down: growing pauses would only make it slower.
      const acceptsSome = sorted.results.some(({ result }) => result.status === "sent");
      state.throttled = sorted.busy ? (acceptsSome ? 1 : state.throttled + 1) : 0;
      if (leave && (await leaving)) return { kind: "left" };
      if (sorted.later > 0) {
        await recording; // texts that are offered again must be back in the queue first
        cursor = { transactional: 0, marketing: 0 };
      }
      if (sorted.busy) {
        const backOff = Math.max(
          sorted.after_ms,
          Math.min(longestBackOff, shortestBackOff * 2 ** (state.throttled - 1)),
        );
        state.nextAt = new Date(Math.max(submittedAt.getTime() + backOff, state.nextAt?.getTime() ?? 0));
      }
    }
  } finally {
    await connections.release(recording);
  }
}
