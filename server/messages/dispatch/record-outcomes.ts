/**
 * Records the outcomes of a batch in one transaction: ledger, queue, journal, figures, quota. It checks the lease and holds it until
 * its end, so that of two dispatchers that both act as holder of a lane only one can record.
 */
import { sql } from "kysely";
import type { FailureReason, MessageStatus, SkipReason } from "../../../contract/messages.ts";
import { appendActivity } from "../../activity/activity.ts";
import type { Tx } from "../../kit/db.ts";
import { atCommit, pipelined } from "../../kit/prepared.ts";
import { type SpentSegments, spendQuota } from "../../quota/quota.ts";
import { addCounts, counter } from "../counts.ts";
import { statusNamed } from "../messages-store.ts";
import { noteOptedOut } from "../receive/opted-out-at-carrier.ts";
import { holdLease, type LaneRow } from "./lanes-store.ts";
import { type Claimed, closeJournal, deleteQueued } from "./queue-store.ts";

/** The result of one text. `uncertain` is a failure that may have been delivered nevertheless, so it is paid. */
export type Result =
  | { status: "sent"; carrier_reference: string | null; at: Date }
  | { status: "failed"; reason: FailureReason; code: string | null }
  | { status: "expired" }
  | { status: "skipped"; reason: SkipReason }
  | { status: "cancelled" }
  /** The ledger's row is gone, or had its outcome before. */
  | { status: "gone" };

/**
 * The words of message_counts for texts that ended before the network had them: `failed` and `expired` are counted there by
 * receipts.
 */
const countedAs: Partial<Record<Result["status"], string>> = { failed: "refused", expired: "lapsed" };

export interface TextResult {
  row: Claimed;
  result: Result;
  /** The name of the carrier that answered; null: none was asked. */
  carrier: string | null;
}

/** Another dispatcher has the lane. Nothing was recorded; the new holder reconciles the journal. */
export class LeaseLost extends Error {
  override name = "LeaseLost";
}

/** A journal to close, except for rows with an unknown outcome. */
export interface JournalRest {
  id: string;
  unknown: readonly Claimed[];
}

/** Records a batch; `unknown` rows stay in their journals. Throws `LeaseLost`, with everything undone. */
export async function record(
  tx: Tx,
  lane: LaneRow,
  worker: string,
  now: Date,
  batch: { journals: readonly JournalRest[]; results: readonly TextResult[] },
): Promise<void> {
  const results = await correctedByLedger(tx, lane, worker, now, batch.results);
  const { add, counts } = counter();
  for (const { row, result } of results) {
    if (result.status === "gone" || row.status === null) continue;
    add(row, countedAs[result.status] ?? result.status, "reason" in result ? result.reason : null);
  }
  const rows = results.map(({ row }) => row);
  const carriers = [...Map.groupBy(results, (each) => each.carrier)];
  const closed: boolean[] = [];
  const [held, deleted] = await pipelined(
    tx,
    () => holdLease(tx, lane, worker),
    () => deleteQueued(tx, lane, rows),
    ...carriers.flatMap(([carrier, group]) => [
      () => recordSent(tx, lane, carrier, group),
      () => recordEnded(tx, lane, carrier, group, now),
    ]),
    ...batch.journals.map(
      ({ id, unknown }) =>
        () =>
          closeJournal(tx, lane, id, unknown).then((was) => void closed.push(was)),
    ),
    () => noteOptedOut(tx, lane.workspace_id, refusedAsOptedOut(batch.results)),
    () => addCounts(tx, lane.workspace_id, now, counts),
  );
  if (!held) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
  // Quarantined rows without a journal that names them would never be reconciled.
  if (closed.includes(false)) throw new LeaseLost("the batch was reconciled already");
  // Only the holder of the lease takes rows out of the queue, so this cannot be.
  if (deleted !== rows.length) throw new LeaseLost(`${rows.length - deleted} of ${rows.length} queued rows are gone`);
  await appendEnded(tx, lane.workspace_id, now, results);
  await spendOrRelease(tx, lane.workspace_id, results);
}

/** Of texts that ended without being sent; what was sent is told of by receipts. */
async function appendEnded(tx: Tx, workspaceId: string, now: Date, results: readonly TextResult[]): Promise<void> {
  const ended = (...statuses: Result["status"][]) =>
    results.flatMap(({ row, result }) => (statuses.includes(result.status) ? [row.message_id] : []));
  await appendActivity(tx, workspaceId, now, [
    { type: "message.failed", subjects: ended("failed", "expired") },
    { type: "message.skipped", subjects: ended("skipped") },
  ]);
}

/**
 * Corrects results by the ledger's rows as they are now, under their locks. A receipt may have come since the claim: then the text
 * went, whatever the last attempt's outcome. And a text that may have gone before and is not sent again after all may have been
 * delivered: it ends as uncertain, and is paid, like any other with an unknown outcome.
 */
async function correctedByLedger(
  tx: Tx,
  lane: LaneRow,
  worker: string,
  now: Date,
  results: readonly TextResult[],
): Promise<readonly TextResult[]> {
  const ending = results.filter(({ result }) => result.status !== "sent" && result.status !== "gone");
  if (ending.length === 0) return results;
  if (!(await holdLease(tx, lane, worker))) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
  const ids = `{${ending.map(({ row }) => row.message_id).join(",")}}`;
  const { rows } = await sql<{ id: string; status: MessageStatus | "received" }>`
    select id, status from messages where workspace_id = ${lane.workspace_id} and id = any(${ids}::uuid[])
    order by id for no key update`.execute(tx);
  const status = new Map(rows.map((row) => [row.id, row.status]));
  return results.map((each): TextResult => {
    const { row, result } = each;
    if (result.status === "sent" || result.status === "gone") return each;
    if (endedByNetwork.has(status.get(row.message_id)))
      return { ...each, result: { status: "sent", carrier_reference: null, at: now } };
    if (row.resent === 0) return each;
    const code = result.status === "failed" ? result.code : null;
    return { ...each, result: { status: "failed", reason: "uncertain", code } };
  });
}

const endedByNetwork: ReadonlySet<MessageStatus | "received" | undefined> = new Set([
  "delivered",
  "undelivered",
  "failed",
  "expired",
] as const);

/** Texts that the carrier refused because their recipients opted out there. */
const refusedAsOptedOut = (results: readonly TextResult[]) =>
  results.flatMap(({ row, result }) =>
    result.status === "failed" && result.reason === "opted_out" ? [row.message_id] : [],
  );

/**
 * Accepted texts. An early receipt may have set a later status already: it stays.
 *
 * Here and elsewhere the ids are an index condition and what differs by message is looked up in a JSON object, instead of
 * joining an unnest: a month that has no statistics yet looks so small that the planner would join it by reading all rows of
 * the workspace, or each row for each row.
 */
async function recordSent(
  tx: Tx,
  lane: LaneRow,
  carrier: string | null,
  results: readonly TextResult[],
): Promise<void> {
  const ids: string[] = [];
  const references: Record<string, string> = {};
  let at: Date | null = null;
  for (const { row, result } of results) {
    if (result.status !== "sent") continue;
    ids.push(row.message_id);
    if (result.carrier_reference !== null) references[row.message_id] = result.carrier_reference;
    at = result.at;
  }
  if (ids.length === 0) return;
  await sql`
    update messages m set status = greatest(m.status, 'sent'), carrier = coalesce(${carrier}, m.carrier), submitted_at = ${at}, sent_at = ${at},
      carrier_reference = coalesce(${JSON.stringify(references)}::jsonb ->> m.id::text, m.carrier_reference)
    where m.workspace_id = ${lane.workspace_id} and m.id = any(${`{${ids.join(",")}}`}::uuid[]) and m.sent_at is null`.execute(
    tx,
  );
}

/** Texts that end without being sent: refused, expired, stopped at the last moment. */
async function recordEnded(
  tx: Tx,
  lane: LaneRow,
  carrier: string | null,
  results: readonly TextResult[],
  now: Date,
): Promise<void> {
  const ended: Record<string, [status: string, reason: string | null, code: string | null]> = {};
  for (const { row, result } of results) {
    if (result.status === "sent" || result.status === "gone") continue;
    const reason = "reason" in result ? result.reason : null;
    ended[row.message_id] = [result.status, reason, result.status === "failed" ? result.code : null];
  }
  const ids = Object.keys(ended);
  if (ids.length === 0) return;
  const part = (index: number) => sql`${JSON.stringify(ended)}::jsonb -> m.id::text ->> ${sql.lit(index)}`;
  await sql`
    update messages m set status = ${statusNamed(part(0))}, reason = ${part(1)}, carrier_error = ${part(2)},
      carrier = case when ${part(0)} = 'failed' then ${carrier}::text end,
      -- What may have been delivered is paid, and what is paid is in the segment log.
      submitted_at = case when ${part(1)} = 'uncertain' then ${now}::timestamptz end, final_at = ${now}
    where m.workspace_id = ${lane.workspace_id} and m.id = any(${`{${ids.join(",")}}`}::uuid[])
      and m.status in ('queued', 'submitted')`.execute(tx);
}

/** Spends the segments of submitted texts and releases all others, in the period of the reservation. */
async function spendOrRelease(tx: Tx, workspaceId: string, results: readonly TextResult[]): Promise<void> {
  const periods = new Map<number, { spent: Map<string, SpentSegments>; released: number }>();
  for (const { row, result } of results) {
    const start = row.period_start.getTime();
    let period = periods.get(start);
    if (!period) {
      period = { spent: new Map(), released: 0 };
      periods.set(start, period);
    }
    const paid = result.status === "sent" || (result.status === "failed" && result.reason === "uncertain");
    if (!paid) period.released += row.segments ?? 0;
    else if (row.status !== null) {
      const { source_type: type, source_id: id } = row;
      const spent = period.spent.getOrInsertComputed(`${type} ${id}`, () => ({ type, id, segments: 0 }));
      spent.segments += row.segments;
    }
  }
  for (const [start, { spent, released }] of [...periods].sort(([a], [b]) => a - b))
    await atCommit(tx, () => spendQuota(tx, workspaceId, new Date(start), [...spent.values()], released));
}
