/** The next batch of a lane: claimed while holding the submit lock, divided by carrier, and journalled. */
import type { Carrier, Outcome } from "../../carriers/carrier.ts";
import type { Tx } from "../../kit/db.ts";
import { newId } from "../../kit/id.ts";
import { atCommit } from "../../kit/prepared.ts";
import { chooseCarrier } from "../send/choose-carrier.ts";
import type { LaneConnection } from "./lane-connection.ts";
import type { LaneContext, LaneState } from "./lane-context.ts";
import { findClosed } from "./lane-hours.ts";
import { holdLease } from "./lanes-store.ts";
import { type Deferred, parkClaimed } from "./parked-store.ts";
import { type Claimed, type ClaimedMessage, type Cursor, claim, writeJournal } from "./queue-store.ts";
import { LeaseLost, type Result, type TextResult } from "./record-outcomes.ts";

/** The texts of a batch that go to one carrier. */
export interface Submission {
  carrier: Carrier;
  journal: string;
  rows: ClaimedMessage[];
  /** Filled when it was submitted. */
  outcomes: Outcome[];
}

export interface Batch {
  rows: Claimed[];
  submissions: Submission[];
  /** Texts that are not submitted after all. */
  stopped: TextResult[];
  /** Texts for which no carrier is available right now. */
  waiting: Claimed[];
}

/**
 * Takes the submit lock, shared, and claims; null when the queue is empty. Texts that may no longer be sent are not journalled, and
 * none is where the submission could no longer begin.
 */
export async function claimBatch(
  connection: LaneConnection,
  { carriers, lane, worker, now }: LaneContext,
  state: LaneState,
  { cursor, limit, halt }: { cursor: Cursor; limit: number; halt: AbortSignal },
): Promise<Batch | null> {
  let written = true;
  const claiming = async (tx: Tx): Promise<Batch | null> => {
    const rows = await claim(tx, lane, cursor, limit);
    if (rows.length === 0) return null;
    const at = now();
    const sending = new Map<Carrier, ClaimedMessage[]>();
    const stopped: TextResult[] = [];
    const parked: Deferred[] = [];
    const opensFor = await findClosed(tx, lane, state, rows, at);
    const waiting: Claimed[] = [];
    for (const row of rows) {
      if (row.status === null) {
        stopped.push({ row, result: { status: "gone" }, carrier: null });
        continue;
      }
      const result = stoppedBy(row, at);
      if (!result && row.hold === "paused") {
        parked.push({ row, not_before: null });
        continue;
      }
      const opens = result ? null : opensFor(row);
      if (opens) {
        parked.push({ row, not_before: opens });
        continue;
      }
      const carrier = result ? null : chooseCarrier(carriers, lane, row, state.rejectedBy);
      if (result) stopped.push({ row, result, carrier: null });
      else if (carrier) sending.getOrInsertComputed(carrier, () => []).push(row);
      else waiting.push(row);
    }
    const submissions = [...sending].flatMap(([carrier, all]) =>
      chunks(all, carrier.limits.batch).map((part) => ({ carrier, journal: newId(at), rows: part, outcomes: [] })),
    );
    const journals = submissions.map(({ carrier, journal, rows: part }) => {
      return { id: journal, carrier_id: carrier.id, seqs: part.map((row) => row.seq) };
    });
    if (parked.length > 0) {
      if (!(await holdLease(tx, lane, worker))) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
      await parkClaimed(tx, lane, parked, at);
    }
    if (submissions.length > 0 && halt.aborted)
      throw new LeaseLost("the lease is nearly over, or the submit lock is lost");
    if (submissions.length > 0)
      await atCommit(tx, async () => (written = await writeJournal(tx, lane, worker, journals)));
    return { rows, submissions, stopped, waiting };
  };
  const batch = await connection.inWorkspace(lane.workspace_id, claiming, "take");
  // The journal was not written, and the lane is another worker's.
  if (!written) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
  return batch;
}

function chunks<T>(all: T[], size: number): T[][] {
  if (all.length <= size) return [all];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** The result of a queued text that may not be submitted after all, or null. */
function stoppedBy(row: ClaimedMessage, at: Date): Result | null {
  // It was sent before and came back as uncertain; then its receipt arrived.
  if (row.status !== "queued") return { status: "sent", carrier_reference: null, at };
  if (row.reason === "erased") return { status: "skipped", reason: "erased" };
  if (row.expires_at <= at) return { status: "expired" };
  if (row.no_consent) return { status: "skipped", reason: "no_consent" };
  if (row.opted_out) return { status: "skipped", reason: "opted_out" };
  if (row.hold === "cancelled") return { status: "cancelled" };
  return null;
}

/** The cursor behind the rows of a batch. */
export function afterBatch(cursor: Cursor, rows: Claimed[]): Cursor {
  const after = { ...cursor };
  for (const { priority, seq } of rows) {
    if (priority === 0) after.transactional = Math.max(after.transactional, seq);
    else after.marketing = Math.max(after.marketing, seq);
  }
  return after;
}
