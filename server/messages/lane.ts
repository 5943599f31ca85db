/**
 * Serving one lane: claim a batch with the gate open, journal it, hand it over, record it. While one batch is being
 * recorded the next is handed over already.
 */

import { setTimeout as delay } from "node:timers/promises";
import type { Carrier, Outcome } from "../carriers/carrier.ts";
import { isDatabaseAway } from "../kit/database-away.ts";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import type { News } from "../kit/news.ts";
import { atCommit, inOneGo } from "../kit/prepared.ts";
import type { LaneConnection, LanePool } from "./lane-connection.ts";
import { clearLane, type LaneRow, leaveLane, lockLane } from "./lanes-store.ts";
import { nextHandOver, paceOf } from "./pacing.ts";
import { type Claimed, type ClaimedMessage, type Cursor, claim, writeJournal } from "./queue-store.ts";
import { type JournalRest, LeaseLost, type Result, record, type Settled } from "./record.ts";
import { chooseCarrier, type Declined, decline, rateOf } from "./route.ts";
import { outboundText, type SettleContext, setOpenAside, settleJournals } from "./settle-journal.ts";
import { submitSignal } from "./submit-signal.ts";

/** What a lane needs to be served. */
export interface LaneContext extends Omit<SettleContext, "connection"> {
  pool: Pick<LanePool, "take" | "isUsedUp">;
  news: Pick<News, "tell">;
  /** Aborted when the lease is lost. */
  signal: AbortSignal;
  /** Whether to pause between two batches: the program is about to end. */
  pausing(): boolean;
  /** Whether enough of the lease is left to hand something over: the carrier may take its time. */
  leaseHolds(): boolean;
  /** Whether other lanes wait for their turn. */
  crowded(): boolean;
  /** After this a lane makes room for others. */
  quantum_ms: number;
}

/** Why a lane paused: nothing left, nothing left and given up already, its time is up, or not before `at`. */
export type Pause = { kind: "empty" } | { kind: "left" } | { kind: "quantum" } | { kind: "until"; at: Date };

const mostTexts = 1_000;
const aMoment = 3;
/**
 * After a batch of a few texts the lane gathers more for a while: they come faster than one by one, and round trips would
 * cost more than the texts. A single text is followed at once.
 */
const smallBatch = 100;
const gatherFor = 20;
const shortestBackOff = 200;
const longestBackOff = 30_000;
/** While every carrier of a text is disabled or gone. */
const nobodyToAsk = 5_000;

/** Memory of a lane while it is held. */
export interface LaneState {
  /** Journals were looked at, and are next at this time. Undefined: not looked at yet. */
  settleAt: Date | null | undefined;
  /** How often in a row the carrier said "later". */
  throttled: number;
  nextAt: Date | null;
  declined: Declined;
}

export const newLaneState = (lane: LaneRow): LaneState => ({
  settleAt: lane.unsettled ? undefined : null,
  throttled: 0,
  nextAt: lane.next_at,
  declined: new Map(),
});

/** Serves the lane until it has a reason to pause. Throws `LeaseLost` when somebody else has it. */
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
    if (state.settleAt === undefined || (state.settleAt && state.settleAt <= now())) {
      const settling = { ...context, connection: await connections.next(recording) };
      if (state.settleAt === undefined && !(await setOpenAside(settling))) state.settleAt = null;
      else state.settleAt = await settleJournals(settling);
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
        await connection.shutGate();
        await recording;
        cursor = { transactional: 0, marketing: 0 };
        if (!fresh) continue;
        const { workspace_id } = lane;
        const cleared = await connection.inWorkspace(workspace_id, (tx) => clearLane(tx, lane, context.worker));
        if (cleared === "idle") return { kind: "empty" };
        if (cleared === "busy") await delay(aMoment);
        continue;
      }
      cursor = afterBatch(cursor, batch.rows);
      gather = batch.rows.length > 1 && batch.rows.length < smallBatch;
      // The gate stays open until the last is answered; all of them are, whatever becomes of others.
      await Promise.all(batch.parts.map((part) => handOver(context, halt, part)));
      const handedAt = now();
      await recording;
      const results = sortOutcomes(context, state, batch, handedAt);
      const last = batch.rows.length < limit && results.later === 0 && results.settleAfter === null;
      const leave = last && !pace && !state.settleAt && context.crowded();
      const leaving = recordBatch(connections, connection, context, results, leave);
      recording = leaving.then(() => {});
      recording.catch(() => {}); // seen where it is awaited
      const handed = batch.parts.reduce((sum, part) => sum + part.rows.length, 0);
      if (pace && handed > 0) state.nextAt = nextHandOver(pace, handedAt, handed);
      if (results.settleAfter !== null) state.settleAt = new Date(handedAt.getTime() + results.settleAfter);
      // One that takes some of each batch is slow, not shut: waiting ever longer would only make it slower.
      const takesSome = results.settled.some(({ result }) => result.status === "sent");
      state.throttled = results.busy ? (takesSome ? 1 : state.throttled + 1) : 0;
      if (leave && (await leaving)) return { kind: "left" };
      if (results.later > 0) {
        await recording; // what is offered again must not be under way any more
        cursor = { transactional: 0, marketing: 0 };
      }
      if (results.busy) {
        const backOff = Math.max(
          results.after_ms,
          Math.min(longestBackOff, shortestBackOff * 2 ** (state.throttled - 1)),
        );
        state.nextAt = new Date(Math.max(handedAt.getTime() + backOff, state.nextAt?.getTime() ?? 0));
      }
    }
  } finally {
    await connections.release(recording);
  }
}

/** The texts of a batch that go to one carrier. */
interface Part {
  carrier: Carrier;
  journal: string;
  rows: ClaimedMessage[];
  /** Once it was handed over. */
  outcomes: Outcome[];
}

interface Batch {
  rows: Claimed[];
  parts: Part[];
  stopped: Settled[];
  /** No carrier can be asked for these right now. */
  waiting: Claimed[];
}

/**
 * Opens the gate and claims; null when the queue is empty. What may no longer be sent is not journalled, and nothing is where the
 * hand-over could not begin any more.
 */
async function claimBatch(
  connection: LaneConnection,
  { carriers, lane, worker, now }: LaneContext,
  { declined }: LaneState,
  { cursor, limit, halt }: { cursor: Cursor; limit: number; halt: AbortSignal },
): Promise<Batch | null> {
  let written = true;
  const claiming = async (tx: Tx): Promise<Batch | null> => {
    const rows = await claim(tx, lane, cursor, limit);
    if (rows.length === 0) return null;
    const at = now();
    const sending = new Map<Carrier, ClaimedMessage[]>();
    const stopped: Settled[] = [];
    const waiting: Claimed[] = [];
    for (const row of rows) {
      if (row.status === null) {
        stopped.push({ row, result: { status: "gone" }, carrier: null });
        continue;
      }
      const result = stoppedBy(row, at);
      const carrier = result ? null : chooseCarrier(carriers, lane, row, declined);
      if (result) stopped.push({ row, result, carrier: null });
      else if (carrier) sending.getOrInsertComputed(carrier, () => []).push(row);
      else waiting.push(row);
    }
    const parts = [...sending].flatMap(([carrier, all]) =>
      chunks(all, carrier.limits.batch).map((part) => ({ carrier, journal: newId(at), rows: part, outcomes: [] })),
    );
    const journals = parts.map(({ carrier, journal, rows: part }) => {
      return { id: journal, carrier_id: carrier.id, seqs: part.map((row) => row.seq) };
    });
    if (parts.length > 0 && halt.aborted) throw new LeaseLost("the lease is nearly over, or the gate has fallen");
    if (parts.length > 0) await atCommit(tx, async () => (written = await writeJournal(tx, lane, worker, journals)));
    return { rows, parts, stopped, waiting };
  };
  const batch = await connection.inWorkspace(lane.workspace_id, claiming, "open");
  // All that was committed then is nothing: whoever has the lane journals for itself.
  if (!written) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
  return batch;
}

function chunks<T>(all: T[], size: number): T[][] {
  if (all.length <= size) return [all];
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.slice(i * size, (i + 1) * size));
}

/** Why a text that was queued is not handed over after all, or null. */
function stoppedBy(row: ClaimedMessage, at: Date): Result | null {
  // It was sent before and came back as uncertain; then its receipt arrived.
  if (row.status !== "queued") return { status: "sent", carrier_reference: null, at };
  if (row.reason === "erased") return { status: "skipped", reason: "erased" };
  if (row.expires_at <= at) return { status: "expired" };
  if (row.no_consent) return { status: "skipped", reason: "no_consent" };
  if (row.opted_out) return { status: "skipped", reason: "opted_out" };
  return null;
}

/** Hands a part over and keeps the carrier's answers with it. */
async function handOver({ lane, log }: LaneContext, halt: AbortSignal, part: Part): Promise<void> {
  const { carrier, rows } = part;
  // A process that was suspended since the claim must not send what another has settled by now. That nothing was offered can be
  // recorded as long as the lane is ours; afterwards it is in doubt like anything else in a journal.
  if (halt.aborted) {
    part.outcomes = rows.map(() => ({ kind: "later", after_ms: 0 }));
    return;
  }
  try {
    part.outcomes = await carrier.submit(
      rows.map((row) => outboundText(lane, row)),
      halt,
    );
    if (part.outcomes.length !== rows.length)
      throw new Error(`${carrier.name} answered ${part.outcomes.length} of ${rows.length} texts`);
  } catch (error) {
    log.warn(
      { err: error, carrier: carrier.name, texts: rows.length },
      "a hand-over broke off; nobody knows what went",
    );
    part.outcomes = rows.map(() => ({ kind: "unknown" }));
  }
}

interface Sorted {
  settled: Settled[];
  journals: JournalRest[];
  /** Texts that go back into the line; `busy`: some of them because nobody takes them yet, not before `after_ms`. */
  later: number;
  busy: boolean;
  after_ms: number;
  /** Milliseconds until what is unknown may be looked up, or null. */
  settleAfter: number | null;
}

function sortOutcomes({ carriers, lane }: LaneContext, { declined }: LaneState, batch: Batch, at: Date): Sorted {
  const { parts, stopped, waiting } = batch;
  const sorted: Sorted = {
    settled: [...stopped],
    journals: [],
    later: waiting.length,
    busy: waiting.length > 0,
    after_ms: waiting.length > 0 ? nobodyToAsk : 0,
    settleAfter: null,
  };
  for (const { carrier, journal, rows, outcomes } of parts) {
    const unknown: Claimed[] = [];
    for (const [i, row] of rows.entries()) {
      const outcome = outcomes[i] as Outcome;
      const settle = (result: Result) => sorted.settled.push({ row, result, carrier: carrier.name });
      if (outcome.kind === "accepted") {
        settle({ status: "sent", carrier_reference: outcome.carrier_reference, at });
      } else if (outcome.kind === "refused") {
        const { reason, code, elsewhere } = outcome;
        if (elsewhere && decline(carriers, lane, row, carrier, declined)) sorted.later++;
        else settle({ status: "failed", reason, code });
      } else if (outcome.kind === "later") {
        sorted.later++;
        sorted.busy = true;
        sorted.after_ms = Math.max(sorted.after_ms, outcome.after_ms);
      } else unknown.push(row);
    }
    sorted.journals.push({ id: journal, unknown });
    if (unknown.length > 0) sorted.settleAfter = Math.max(sorted.settleAfter ?? 0, carrier.limits.settled_after_ms);
  }
  for (const { row } of sorted.settled) declined.delete(row.message_id);
  return sorted;
}

/** Records a batch; with `leave`, also gives the lane up if nothing is left in it, and answers whether it did. */
async function recordBatch(
  connections: ReturnType<typeof connectionPair>,
  connection: LaneConnection,
  { lane, worker, now, news }: LaneContext,
  { settled, journals }: Sorted,
  leave: boolean,
): Promise<boolean> {
  const recording = async (tx: Tx) => {
    const recorded = () => record(tx, lane, worker, now(), { journals, settled });
    if (!leave) return recorded().then(() => false);
    const [, locked] = await inOneGo(tx, recorded, () => lockLane(tx, lane, worker));
    return locked && leaveLane(tx, lane);
  };
  const recordOver = (one: LaneConnection) => one.inWorkspace(lane.workspace_id, recording, "shut");
  const left = await recordOver(connection).catch(async (error) => {
    // What is known of the batch is in doubt for everybody else: as long as the lane is ours it is recorded over another.
    const other = isDatabaseAway(error) ? await connections.replace(connection) : null;
    if (!other) throw error;
    return recordOver(other);
  });
  const campaigns = new Set(settled.map(({ row }) => (row.source_type === "campaign" ? row.source_id : null)));
  for (const id of campaigns) if (id) news.tell(lane.workspace_id, "campaign", id);
  news.tell(lane.workspace_id, "usage", null);
  return left;
}

function afterBatch(cursor: Cursor, rows: Claimed[]): Cursor {
  const after = { ...cursor };
  for (const { priority, seq } of rows) {
    if (priority === 0) after.transactional = Math.max(after.transactional, seq);
    else after.marketing = Math.max(after.marketing, seq);
  }
  return after;
}

/**
 * Two connections in turn: one records while the other hands over. Where no second one is free, there is one, and what it
 * records is waited for: a lane that waited for another's while it keeps its own could wait for ever.
 */
function connectionPair(pool: LaneContext["pool"]) {
  const taken: (LaneConnection | undefined)[] = [];
  let turn = 0;
  let replacing = false;
  return {
    async next(recording: Promise<void>): Promise<LaneConnection> {
      if (replacing) await recording;
      turn = 1 - turn;
      const only = taken[1 - turn];
      if (only && !taken[turn] && pool.isUsedUp()) {
        turn = 1 - turn;
        await recording;
        return taken[turn] ?? only;
      }
      const connection = taken[turn] ?? (await pool.take());
      taken[turn] = connection;
      return connection;
    },
    /** Another in place of one that broke, where one is free. */
    async replace(broken: LaneConnection): Promise<LaneConnection | null> {
      const at = taken.indexOf(broken);
      taken[at] = undefined;
      broken.release(true);
      if (pool.isUsedUp()) return null;
      replacing = true;
      return (taken[at] = await pool.take().finally(() => (replacing = false)));
    },
    /** Waits for what is being recorded; connections whose state nobody knows are closed, and their gates with them. */
    async release(recording: Promise<void>): Promise<void> {
      const failed = await recording.then(
        () => false,
        () => true,
      );
      for (const connection of taken) {
        const shut = await connection?.shutGate().then(
          () => true,
          () => false,
        );
        connection?.release(failed || !shut);
      }
    },
  };
}
