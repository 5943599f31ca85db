/**
 * Receipts into the ledger: batched, as often as they come, in any order. Status only moves forward, so a receipt that
 * comes twice or late changes nothing, and one that comes before its hand-over was recorded stays.
 */
import { sql } from "kysely";
import type { Receipt } from "../carriers/carrier.ts";
import type { Clock } from "../kit/clock.ts";
import { type Db, systemScope, type Tx } from "../kit/db.ts";
import { isId } from "../kit/id.ts";
import type { News } from "../kit/news.ts";
import { inOneGo, preparedTransaction } from "../kit/prepared.ts";
import { noSource } from "./counts.ts";
import { noteOptedOut } from "./opted-out-at-carrier.ts";

/** Takes receipts; resolves when they are on disk. */
export type ReceiptIntake = (receipts: Receipt[]) => Promise<void>;

const mostAtOnce = 4_000;

/** An intake that gathers what arrives while it is writing: many small batches become few transactions. */
export function createReceiptIntake({
  db,
  clock,
  news,
}: {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
}): ReceiptIntake {
  const waiting: { receipts: Receipt[]; done: () => void; fail: (error: unknown) => void }[] = [];
  let writing = false;

  async function write(): Promise<void> {
    writing = true;
    while (waiting.length > 0) {
      const batch = takeBatch();
      try {
        const receipts = batch.flatMap((each) => each.receipts);
        const sources = await preparedTransaction(db.pool, systemScope, (tx) =>
          recordReceipts(tx, clock.now(), receipts),
        );
        for (const { workspace_id, source_type, source_id } of sources)
          if (source_type === "campaign" && source_id) news.tell(workspace_id, "campaign", source_id);
        for (const each of batch) each.done();
      } catch (error) {
        for (const each of batch) each.fail(error);
      }
    }
    writing = false;
  }

  function takeBatch() {
    let size = 0;
    let count = 0;
    for (const each of waiting) {
      size += each.receipts.length;
      if (count > 0 && size > mostAtOnce) break;
      count++;
    }
    return waiting.splice(0, count);
  }

  return (receipts) =>
    receipts.length === 0
      ? Promise.resolve()
      : new Promise((done, fail) => {
          waiting.push({ receipts, done, fail });
          if (!writing) void write();
        });
}

interface TouchedSource {
  workspace_id: string;
  source_type: string;
  source_id: string | null;
}

/** Writes receipts down, and answers the sources whose figures changed. Needs a transaction that sees every workspace. */
export async function recordReceipts(tx: Tx, now: Date, receipts: readonly Receipt[]): Promise<TouchedSource[]> {
  const workspaces = Map.groupBy(finalOnes(receipts), (receipt) => receipt.workspace_id);
  // Sorted, so that two processes wait for each other and not both; each workspace by a statement that names it.
  const ordered = [...workspaces].sort(([a], [b]) => (a < b ? -1 : 1));
  const touched = await inOneGo(
    tx,
    ...ordered.map(([workspaceId, told]) => async (): Promise<TouchedSource[]> => {
      const sources = await recordInWorkspace(tx, now, workspaceId, told);
      const optedOut = told.flatMap(({ message_id, reason }) => (reason === "opted_out" ? [message_id] : []));
      await noteOptedOut(tx, workspaceId, optedOut);
      return sources.map((source) => ({ workspace_id: workspaceId, ...source }));
    }),
  );
  return touched.flat();
}

/**
 * One receipt a message. `sent` says nothing that the hand-over's record does not say better. The workspace is part of
 * the key: a receipt that names another workspace's message must not stand in for that workspace's own.
 */
function finalOnes(receipts: readonly Receipt[]): Receipt[] {
  const first = new Map<string, Receipt>();
  for (const given of receipts) {
    if (given.status === "sent") continue;
    const receipt = writable(given);
    if (!receipt) continue;
    const key = `${receipt.workspace_id} ${receipt.message_id}`;
    if (!first.has(key)) first.set(key, receipt);
  }
  return [...first.values()];
}

const longestCode = 200;
const longestReference = 255;

/**
 * The receipt as it can be written, or null where its ids are none and so belong to no message. What a carrier says is
 * not ours to trust: one receipt that PostgreSQL refuses would take all others of its batch with it, again and again.
 */
function writable(receipt: Receipt): Receipt | null {
  const { workspace_id, message_id, carrier_reference, code } = receipt;
  if (!isId(workspace_id) || !isId(message_id)) return null;
  return {
    ...receipt,
    workspace_id: workspace_id.toLowerCase(),
    message_id: message_id.toLowerCase(),
    // A part of a reference is the reference of something else.
    carrier_reference: (carrier_reference?.length ?? 0) > longestReference ? null : writableText(carrier_reference),
    code: writableText(code?.slice(0, longestCode) ?? null),
  };
}

/** PostgreSQL's text and JSON hold everything but U+0000 and half a surrogate pair. */
const writableText = (text: string | null) => text?.replaceAll("\0", "").toWellFormed() ?? null;

async function recordInWorkspace(
  tx: Tx,
  now: Date,
  workspaceId: string,
  receipts: readonly Receipt[],
): Promise<Omit<TouchedSource, "workspace_id">[]> {
  // Most receipts say "delivered" and nothing else: what is the same in all of them is no array.
  const plain = receipts.every((receipt) => receipt.status === "delivered" && receipt.code === null);
  const ids = `{${receipts.map((receipt) => receipt.message_id).join(",")}}`;
  const told = Object.fromEntries(
    receipts.map(({ message_id, carrier_reference, status, reason, code }) => [
      message_id,
      plain ? [carrier_reference] : [carrier_reference, status, reason, code],
    ]),
  );
  const part = (index: number) => sql`${JSON.stringify(told)}::jsonb -> m.id::text ->> ${sql.lit(index)}`;
  const values = plain
    ? sql`status = 'delivered'`
    : sql`status = (${part(1)})::message_status, carrier_error = ${part(3)},
        -- Of one that was sent twice that is said from then on, whatever becomes of it.
        reason = case when m.reason = 'uncertain' then m.reason else coalesce(${part(2)}, m.reason) end`;
  const { rows } = await sql<Omit<TouchedSource, "workspace_id">>`
    with moved as (
      update messages m set ${values}, final_at = ${now}, carrier_reference = coalesce(m.carrier_reference, ${part(0)})
      where m.workspace_id = ${workspaceId}::uuid and m.id = any(${ids}::uuid[])
        and m.status in ('queued', 'submitted', 'sent')
      returning m.source_type, m.source_id, m.status, m.reason
    ), totals as (
      select source_type, coalesce(source_id, ${noSource}) as source_id, status::text,
        coalesce(case when status <> 'delivered' then reason end, '') as reason, count(*) as n
      from moved group by 1, 2, 3, 4 order by 1, 2, 3, 4
    ), counted as (
      insert into message_counts (workspace_id, source_type, source_id, minute, status, reason, n)
      select ${workspaceId}::uuid, source_type, source_id, date_trunc('minute', ${now}::timestamptz), status, reason, n from totals
      on conflict (workspace_id, source_type, source_id, minute, status, reason)
        do update set n = message_counts.n + excluded.n
    )
    select distinct source_type, source_id from totals`.execute(tx);
  return rows;
}
