/**
 * What became of a batch, in one transaction: ledger, queue, journal, figures, quota. It checks the lease and keeps it until
 * its end, so that of two dispatchers that both believe to hold a lane only one can record.
 */
import { sql } from "kysely";
import type { FailureReason, MessageStatus, SkipReason } from "../../contract/messages.ts";
import type { Tx } from "../kit/db.ts";
import { atCommit, inOneGo } from "../kit/prepared.ts";
import { spendQuota } from "../workspaces/quota.ts";
import { addCounts, counter } from "./counts.ts";
import { holdLease, type LaneRow } from "./lanes-store.ts";
import { noteOptedOut } from "./opted-out-at-carrier.ts";
import { type Claimed, closeJournal, deleteQueued } from "./queue-store.ts";

/** What became of one text. `uncertain` is a failure that may have been delivered all the same, so it is paid. */
export type Result =
  | { status: "sent"; carrier_reference: string | null; at: Date }
  | { status: "failed"; reason: FailureReason; code: string | null }
  | { status: "expired" }
  | { status: "skipped"; reason: SkipReason }
  /** The ledger's row is gone, or had its outcome before. */
  | { status: "gone" };

/**
 * Words of message_counts for what ended before the network had it: `failed` and `expired` are counted there by receipts,
 * for what the network gave back.
 */
const countedAs: Partial<Record<Result["status"], string>> = { failed: "refused", expired: "lapsed" };

export interface Settled {
  row: Claimed;
  result: Result;
  /** The name of the carrier that said so; null: it was not asked. */
  carrier: string | null;
}

/** Another dispatcher has the lane. Nothing was recorded; whoever has it will settle the journal. */
export class LeaseLost extends Error {
  override name = "LeaseLost";
}

/** A journal to strike out, but for the rows that nobody knows about. */
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
  batch: { journals: readonly JournalRest[]; settled: readonly Settled[] },
): Promise<void> {
  const settled = await asItIsNow(tx, lane, worker, now, batch.settled);
  const { add, counts } = counter();
  for (const { row, result } of settled) {
    if (result.status === "gone" || row.status === null) continue;
    add(row, countedAs[result.status] ?? result.status, "reason" in result ? result.reason : null);
  }
  const rows = settled.map(({ row }) => row);
  const carriers = [...Map.groupBy(settled, (each) => each.carrier)];
  const closed: boolean[] = [];
  const [held, deleted] = await inOneGo(
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
    () => noteOptedOut(tx, lane.workspace_id, refusedAsOptedOut(batch.settled)),
    () => addCounts(tx, lane.workspace_id, now, counts),
  );
  if (!held) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
  // Rows set aside without a journal that names them would never be looked at again.
  if (closed.includes(false)) throw new LeaseLost("the batch was settled already");
  // Only the holder of the lease takes rows out of the queue, so this cannot be.
  if (deleted !== rows.length) throw new LeaseLost(`${rows.length - deleted} of ${rows.length} queued rows are gone`);
  await settleQuota(tx, lane.workspace_id, settled);
}

/**
 * What was decided by rows as they were claimed, put right by what is known now, under their locks. A receipt may have come
 * since: then the text went, whatever the last attempt was answered. And one that went before, as far as anybody knows, and
 * is not sent again after all may have been delivered: it ends as uncertain, and is paid, like any other of which nobody knows.
 */
async function asItIsNow(
  tx: Tx,
  lane: LaneRow,
  worker: string,
  now: Date,
  settled: readonly Settled[],
): Promise<readonly Settled[]> {
  const ending = settled.filter(({ result }) => result.status !== "sent" && result.status !== "gone");
  if (ending.length === 0) return settled;
  if (!(await holdLease(tx, lane, worker))) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
  const ids = `{${ending.map(({ row }) => row.message_id).join(",")}}`;
  const { rows } = await sql<{ id: string; status: MessageStatus | "received" }>`
    select id, status from messages where workspace_id = ${lane.workspace_id} and id = any(${ids}::uuid[])
    order by id for no key update`.execute(tx);
  const status = new Map(rows.map((row) => [row.id, row.status]));
  return settled.map((each): Settled => {
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

/** Texts whose recipients the carrier says have opted out. */
const refusedAsOptedOut = (settled: readonly Settled[]) =>
  settled.flatMap(({ row, result }) =>
    result.status === "failed" && result.reason === "opted_out" ? [row.message_id] : [],
  );

/**
 * Accepted texts. An early receipt may have set a later status already: it stays.
 *
 * Here and elsewhere the ids are an index condition and what differs by message is looked up in a JSON object, instead of
 * joining an unnest: a month that has no statistics yet looks so small that the planner would join it by reading all rows of
 * the workspace, or each row for each row.
 */
async function recordSent(tx: Tx, lane: LaneRow, carrier: string | null, settled: readonly Settled[]): Promise<void> {
  const ids: string[] = [];
  const references: Record<string, string> = {};
  let at: Date | null = null;
  for (const { row, result } of settled) {
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

/** Everything that ends here: refused, expired, stopped at the last moment. */
async function recordEnded(
  tx: Tx,
  lane: LaneRow,
  carrier: string | null,
  settled: readonly Settled[],
  now: Date,
): Promise<void> {
  const ended: Record<string, [status: string, reason: string | null, code: string | null]> = {};
  for (const { row, result } of settled) {
    if (result.status === "sent" || result.status === "gone") continue;
    const reason = "reason" in result ? result.reason : null;
    ended[row.message_id] = [result.status, reason, result.status === "failed" ? result.code : null];
  }
  const ids = Object.keys(ended);
  if (ids.length === 0) return;
  const part = (index: number) => sql`${JSON.stringify(ended)}::jsonb -> m.id::text ->> ${sql.lit(index)}`;
  await sql`
    update messages m set status = (${part(0)})::message_status, reason = ${part(1)}, carrier_error = ${part(2)},
      carrier = case when ${part(0)} = 'failed' then ${carrier}::text end,
      -- What may have been delivered is paid, and what is paid is in the segment log.
      submitted_at = case when ${part(1)} = 'uncertain' then ${now}::timestamptz end, final_at = ${now}
    where m.workspace_id = ${lane.workspace_id} and m.id = any(${`{${ids.join(",")}}`}::uuid[])
      and m.status in ('queued', 'submitted')`.execute(tx);
}

/** Handed over is spent, everything else is given back; in the period of the reservation. */
async function settleQuota(tx: Tx, workspaceId: string, settled: readonly Settled[]): Promise<void> {
  const periods = new Map<number, { spent: Map<string, number>; released: number }>();
  for (const { row, result } of settled) {
    const start = row.period_start.getTime();
    let period = periods.get(start);
    if (!period) {
      period = { spent: new Map(), released: 0 };
      periods.set(start, period);
    }
    const paid = result.status === "sent" || (result.status === "failed" && result.reason === "uncertain");
    if (!paid) period.released += row.segments ?? 0;
    else if (row.status !== null)
      period.spent.set(row.source_type, (period.spent.get(row.source_type) ?? 0) + row.segments);
  }
  for (const [start, { spent, released }] of [...periods].sort(([a], [b]) => a - b))
    await atCommit(tx, () => spendQuota(tx, workspaceId, new Date(start), spent, released));
}
