/**
 * After a crash: texts that were journalled but never recorded. They may have gone or not, so before anything is sent again they
 * are looked up in the carrier's own records. What those cannot tell is decided by the class: a transactional text is sent again
 * (twice is better than never), a marketing text is not.
 */
import type { Carriers, Found, OutboundText, Receipt } from "../../carriers/carrier.ts";
import { instantOf } from "../../kit/id.ts";
import type { Logger } from "../../kit/log.ts";
import type { Seal } from "../../kit/seal.ts";
import { findOwners, priorityOf } from "../messages-store.ts";
import { openText } from "../sealed-text.ts";
import type { LaneConnection } from "./lane-connection.ts";
import { holdLease, type LaneRow, longestWait, markLane } from "./lanes-store.ts";
import {
  type ClaimedMessage,
  journalled,
  journalStrays,
  markUncertain,
  type OpenJournal,
  openJournals,
  prioritise,
  quarantined,
} from "./queue-store.ts";
import { LeaseLost, record, type TextResult } from "./record-outcomes.ts";

/** How long a lookup that fails is retried before it counts as "cannot tell". */
const lookupTimeout = 10 * 60_000;
const retryAfter = 5_000;
/**
 * A transactional text with an unknown outcome is sent again this often. Once is not enough: where crashes are frequent, the second
 * attempt can be hit too, and neither may have gone. Without a limit, a carrier that takes texts and never answers, or a text that
 * crashes its worker, could ring a phone for hours.
 */
const mostResent = 3;
/** Clocks of ours and the carrier's may differ by this much. */
const clockSlack = 60_000;
const aDay = 24 * 3_600_000;

export interface ReconcileContext {
  connection: LaneConnection;
  lane: LaneRow;
  carriers: Carriers;
  worker: string;
  now: () => Date;
  log: Logger;
  /** Opens texts with secrets. */
  seal: Pick<Seal, "open">;
  /** Takes the receipts that the lookup found. */
  onReceipts(receipts: Receipt[]): Promise<void>;
}

/** A queue row as the carrier knows it. Throws where its text was sealed with another key. */
export function outboundText(
  { lane, seal }: Pick<ReconcileContext, "lane" | "seal">,
  row: ClaimedMessage,
): OutboundText {
  return {
    workspace_id: lane.workspace_id,
    message_id: row.message_id,
    from: lane.address,
    to: row.number,
    text: openText(seal, lane.workspace_id, row),
    encoding: row.encoding === "u" ? "UCS-2" : "GSM-7",
    segments: row.segments,
    class: row.class,
    expires_at: row.expires_at,
  };
}

/**
 * Quarantines all rows of open journals, so that no worker claims them, and answers whether there are any. Rows that were quarantined
 * already and are in no journal, which only a fault can cause, get one. Throws `LeaseLost` where another worker has the lane: its
 * journal is under way.
 */
export async function quarantineOpen({ connection, lane, worker, log }: ReconcileContext): Promise<boolean> {
  return connection.inWorkspace(lane.workspace_id, async (tx) => {
    if (!(await holdLease(tx, lane, worker))) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
    const { workspace_id: workspace, sender_id: sender } = lane;
    const strays = await journalStrays(tx, lane);
    if (strays > 0)
      log.warn({ workspace, sender, strays }, "texts were quarantined without a journal; they are reconciled now");
    const open = await openJournals(tx, lane);
    for (const { seqs } of open) await prioritise(tx, lane, await journalled(tx, lane, seqs), quarantined);
    return open.length > 0;
  });
}

/** Reconciles every journal whose time has come; answers when the next is due, or null. */
export async function reconcileJournals(context: ReconcileContext): Promise<Date | null> {
  const { connection, lane, carriers, now } = context;
  const open = await connection.inWorkspace(lane.workspace_id, (tx) => openJournals(tx, lane));
  let again: number | null = null;
  for (const journal of open) {
    // A worker that stalled in the middle of a submission may still continue it until then.
    const reconcileAfter = carriers.get(lane.workspace_id, journal.carrier_id)?.limits.reconcile_after_ms ?? 0;
    let at = begunAt(journal, now()).getTime() + reconcileAfter;
    if (at <= now().getTime()) {
      if (await reconcile(context, journal)) continue;
      at = now().getTime() + retryAfter;
    }
    again = Math.min(again ?? at, at);
  }
  return again === null ? null : new Date(again);
}

/** When a batch was journalled; yesterday where a wrong clock put that into the future. */
function begunAt({ id }: OpenJournal, now: Date): Date {
  const at = instantOf(id);
  return at.getTime() > now.getTime() + longestWait ? new Date(now.getTime() - aDay) : at;
}

async function reconcile(context: ReconcileContext, journal: OpenJournal): Promise<boolean> {
  const { connection, lane, worker, now, log } = context;
  const carrier = context.carriers.get(lane.workspace_id, journal.carrier_id);
  const name = carrier?.name ?? null;
  const begun = begunAt(journal, now());
  const rows = await connection.inWorkspace(lane.workspace_id, (tx) => journalled(tx, lane, journal.seqs));
  const present = rows.filter((row) => row.status !== null);

  let found: Map<string, Found | null>;
  try {
    if (!carrier) throw new Error(`carrier ${journal.carrier_id} is not available`);
    const since = new Date(begun.getTime() - clockSlack);
    found = await carrier.lookup(
      present.map((row) => outboundText(context, row)),
      since,
      (references) =>
        connection.inWorkspace(lane.workspace_id, (tx) => findOwners(tx, lane.workspace_id, references, since)),
    );
  } catch (error) {
    log.warn({ err: error, carrier: name, texts: present.length }, "a lookup at the carrier failed");
    if (now().getTime() - begun.getTime() < lookupTimeout) return false;
    found = new Map(present.map((row) => [row.message_id, null]));
  }

  const results: TextResult[] = [];
  const back: ClaimedMessage[] = [];
  for (const row of rows) {
    if (row.status === null) {
      results.push({ row, result: { status: "gone" }, carrier: name });
      continue;
    }
    const result = verdict(row, found, begun);
    if (result === "back") back.push(row);
    else results.push({ row, result, carrier: name });
  }
  await connection.inWorkspace(lane.workspace_id, async (tx) => {
    // The record comes first: it checks the lease and closes the journal.
    await record(tx, lane, worker, now(), { journals: [{ id: journal.id, unknown: [] }], results });
    for (const [messageClass, group] of Map.groupBy(back, (row) => row.class))
      await prioritise(tx, lane, group, priorityOf[messageClass]);
    // In the same transaction: the worker may be killed afterwards, or have no time left for this lane.
    if (back.length > 0) await markLane(tx, lane);
    const unsure = back.filter((row) => found.get(row.message_id) === null);
    for (const [messageClass, group] of Map.groupBy(unsure, (row) => row.class))
      await markUncertain(tx, lane, group, priorityOf[messageClass]);
  });
  const receipts = [...found.values()].flatMap((each) => (each?.receipt ? [each.receipt] : []));
  if (receipts.length > 0) await context.onReceipts(receipts);
  log.info(
    { carrier: name, went: results.length, back: back.length },
    "reconciled texts that were under way when their worker stopped",
  );
  return true;
}

function verdict(row: ClaimedMessage, found: Map<string, Found | null>, begun: Date): TextResult["result"] | "back" {
  const known = found.get(row.message_id);
  if (known) return { status: "sent", carrier_reference: known.carrier_reference, at: begun };
  // It has a receipt, whatever the lookup says.
  if (row.status !== "queued") return { status: "sent", carrier_reference: null, at: begun };
  if (known === undefined) return "back";
  if (row.class === "transactional" && row.resent < mostResent && row.reason !== "erased") return "back";
  return { status: "failed", reason: "uncertain", code: null };
}
