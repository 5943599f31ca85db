/**
 * Records receipts in the ledger: in batches, repeated, in any order. Status only moves forward, so a repeated or delayed receipt
 * changes nothing, and one that arrives before its submission is recorded stays.
 */
import { sql } from "kysely";
import { isWanted } from "../../activity/activity-store.ts";
import { appendActivity } from "../../activity/activity.ts";
import type { Receipt } from "../../carriers/carrier.ts";
import type { Clock } from "../../kit/clock.ts";
import { type Db, systemScope, type Tx } from "../../kit/db.ts";
import { isId } from "../../kit/id.ts";
import type { LiveUpdates, MessageSource } from "../../kit/live-updates.ts";
import { pipelined, preparedTransaction } from "../../kit/prepared.ts";
import { addCounts, counter } from "../counts.ts";
import { statusNamed } from "../messages-store.ts";
import { mostByName, publishConversations } from "../publish-conversations.ts";
import { noteOptedOut } from "./opted-out-at-carrier.ts";

/** Takes receipts; resolves when they are on disk. */
export type ReceiptIntake = (receipts: Receipt[]) => Promise<void>;

const mostAtOnce = 4_000;

/** An intake that gathers what arrives while it is writing: many small batches become few transactions. */
export function createReceiptIntake({
  db,
  clock,
  liveUpdates,
}: {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish" | "publishSources">;
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
        for (const source of sources) {
          liveUpdates.publishSources(source.workspace_id, [source]);
          publishConversations(liveUpdates, source.workspace_id, source.contact_ids);
        }
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

interface TouchedSource extends MessageSource {
  workspace_id: string;
  /** The recipients who are contacts; null for many. */
  contact_ids: string[] | null;
}

/** Records receipts, and answers the sources whose figures changed. Needs a transaction that sees every workspace. */
export async function recordReceipts(tx: Tx, now: Date, receipts: readonly Receipt[]): Promise<TouchedSource[]> {
  const workspaces = Map.groupBy(finalOnes(receipts), (receipt) => receipt.workspace_id);
  // Sorted, so that two processes cannot deadlock; each workspace by a statement that names it.
  const ordered = [...workspaces].sort(([a], [b]) => (a < b ? -1 : 1));
  const wanted = await pipelined(
    tx,
    ...ordered.map(
      ([workspaceId]) =>
        () =>
          isWanted(tx, workspaceId, ["message.delivered", "message.failed"]),
    ),
  );
  const touched = await pipelined(
    tx,
    ...ordered.map(([workspaceId, group], i) => async (): Promise<TouchedSource[]> => {
      const sources = await recordInWorkspace(tx, now, workspaceId, group, wanted[i] === true);
      const optedOut = group.flatMap(({ message_id, reason }) => (reason === "opted_out" ? [message_id] : []));
      await noteOptedOut(tx, workspaceId, optedOut);
      return sources.map((source) => ({ workspace_id: workspaceId, ...source }));
    }),
  );
  return touched.flat();
}

/**
 * The first final receipt of each message. `sent` adds nothing to the submission's record. The workspace is part of the key: a
 * receipt that names another workspace's message must not replace that workspace's own.
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
 * The receipt in a form that can be stored, or null where its ids are malformed and so belong to no message. Carriers' data is not
 * trusted: one receipt that PostgreSQL refuses would fail its whole batch again and again.
 */
function writable(receipt: Receipt): Receipt | null {
  const { workspace_id, message_id, carrier_reference, code } = receipt;
  if (!isId(workspace_id) || !isId(message_id)) return null;
  return {
    ...receipt,
    workspace_id: workspace_id.toLowerCase(),
    message_id: message_id.toLowerCase(),
    // A shortened reference would be another one.
    carrier_reference: (carrier_reference?.length ?? 0) > longestReference ? null : writableText(carrier_reference),
    code: writableText(code?.slice(0, longestCode) ?? null),
  };
}

/** PostgreSQL's text and JSON hold everything except U+0000 and unpaired surrogates. */
const writableText = (text: string | null) => text?.replaceAll("\0", "").toWellFormed() ?? null;

interface TouchedMessage extends MessageSource {
  status: string;
  reason: string | null;
  /** Of a few. */
  contact_id?: string | null;
  /** Only where somebody subscribes: thousands of ids cost as much as all the rest of the answer. */
  id?: string;
}

async function recordInWorkspace(
  tx: Tx,
  now: Date,
  workspaceId: string,
  receipts: readonly Receipt[],
  isWanted: boolean,
): Promise<Omit<TouchedSource, "workspace_id">[]> {
  // Most batches are all "delivered" without a code: then the status is a constant.
  const plain = receipts.every((receipt) => receipt.status === "delivered" && receipt.code === null);
  const ids = `{${receipts.map((receipt) => receipt.message_id).join(",")}}`;
  const byId = Object.fromEntries(
    receipts.map(({ message_id, carrier_reference, status, reason, code }) => [
      message_id,
      plain ? [carrier_reference] : [carrier_reference, status, reason, code],
    ]),
  );
  const part = (index: number) => sql`${JSON.stringify(byId)}::jsonb -> m.id::text ->> ${sql.lit(index)}`;
  const values = plain
    ? sql`status = 'delivered'`
    : sql`status = ${statusNamed(part(1))}, carrier_error = ${part(3)},
        -- A text that was sent twice keeps this reason, whatever its outcome.
        reason = case when m.reason = 'uncertain' then m.reason else coalesce(${part(2)}, m.reason) end`;
  const isFew = receipts.length <= mostByName;
  const { rows } = await sql<TouchedMessage>`
    update messages m set ${values}, final_at = ${now}, carrier_reference = coalesce(m.carrier_reference, ${part(0)})
    where m.workspace_id = ${workspaceId}::uuid and m.id = any(${ids}::uuid[])
      and m.status in ('queued', 'submitted', 'sent')
    returning m.source_type, m.source_id, m.status, m.reason
      ${isFew ? sql`, m.contact_id` : sql``} ${isWanted ? sql`, m.id` : sql``}`.execute(tx);
  const { add, counts } = counter();
  for (const row of rows) add(row, row.status, row.status === "delivered" ? null : row.reason);
  await addCounts(tx, workspaceId, now, counts);
  if (isWanted) {
    const [delivered = [], failed = []] = [true, false].map((is) =>
      rows.flatMap(({ id, status }) => ((status === "delivered") === is && id ? [id] : [])),
    );
    await appendActivity(tx, workspaceId, now, [
      { type: "message.delivered", subjects: delivered },
      { type: "message.failed", subjects: failed },
    ]);
  }
  return [...Map.groupBy(rows, ({ source_type, source_id }) => `${source_type} ${source_id}`).values()].flatMap(
    (group) =>
      group.slice(0, 1).map(({ source_type, source_id }) => ({
        source_type,
        source_id,
        contact_ids: isFew ? group.flatMap(({ contact_id }) => contact_id ?? []) : null,
      })),
  );
}
