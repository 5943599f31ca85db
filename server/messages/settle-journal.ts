/**
 * After a crash: texts that were journalled but never recorded. They may have gone or not, so before anything is sent
 * again the carrier's own records are asked. What those cannot tell follows the class: a transactional text is sent again
 * (twice is better than never), a marketing text is not.
 */
import type { Carriers, Found, OutboundText, Receipt } from "../carriers/carrier.ts";
import { instantOf } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import type { LaneConnection } from "./lane-connection.ts";
import { holdLease, type LaneRow, longestWait, markLane } from "./lanes-store.ts";
import { findOwners, priorityOf } from "./messages-store.ts";
import {
  type ClaimedMessage,
  journalled,
  journalStrays,
  markUncertain,
  type OpenJournal,
  openJournals,
  prioritise,
  setAside,
} from "./queue-store.ts";
import { LeaseLost, record, type Settled } from "./record.ts";

/** How long a carrier that answers no lookup is asked again before its silence counts as "cannot tell". */
const patience = 10 * 60_000;
const retryAfter = 5_000;
/**
 * A transactional text is sent again this often while nobody knows of it. Once is not enough: where crashes come often, one
 * can meet the second try too, and neither may have gone. Without an end would be worse: a carrier that takes texts and
 * never answers, or a text that ends whoever sends it, must not ring a phone for hours.
 */
const mostResent = 3;
/** Clocks of ours and the carrier's may differ by this much. */
const clockSlack = 60_000;
const aDay = 24 * 3_600_000;

export interface SettleContext {
  connection: LaneConnection;
  lane: LaneRow;
  carriers: Carriers;
  worker: string;
  now: () => Date;
  log: Logger;
  /** Takes the receipts that the lookup brought to light. */
  onReceipts(receipts: Receipt[]): Promise<void>;
}

/** A queue row as the carrier knows it. */
export function outboundText(lane: LaneRow, row: ClaimedMessage): OutboundText {
  return {
    workspace_id: lane.workspace_id,
    message_id: row.message_id,
    from: lane.address,
    to: row.number,
    text: row.text,
    encoding: row.encoding === "u" ? "UCS-2" : "GSM-7",
    segments: row.segments,
    class: row.class,
    expires_at: row.expires_at,
  };
}

/**
 * Sets all rows of open journals aside, so that nobody claims them, and answers whether there are any. Rows that were aside already
 * and in no journal, as no step of ours leaves them, get one. Throws `LeaseLost`
 * where another has the lane: what is in its journal is under way.
 */
export async function setOpenAside({ connection, lane, worker, log }: SettleContext): Promise<boolean> {
  return connection.inWorkspace(lane.workspace_id, async (tx) => {
    if (!(await holdLease(tx, lane, worker))) throw new LeaseLost(`lane ${lane.workspace_id} ${lane.sender_id}`);
    const { workspace_id: workspace, sender_id: sender } = lane;
    const strays = await journalStrays(tx, lane);
    if (strays > 0) log.warn({ workspace, sender, strays }, "texts were set aside in no journal; they are settled now");
    const open = await openJournals(tx, lane);
    for (const { seqs } of open) await prioritise(tx, lane, await journalled(tx, lane, seqs), setAside);
    return open.length > 0;
  });
}

/** Settles every journal whose time has come; answers when to come back for the rest, or null. */
export async function settleJournals(context: SettleContext): Promise<Date | null> {
  const { connection, lane, carriers, now } = context;
  const open = await connection.inWorkspace(lane.workspace_id, (tx) => openJournals(tx, lane));
  let again: number | null = null;
  for (const journal of open) {
    // A worker that stalled in the middle of a submit may still be at it until then.
    const settledAfter = carriers.get(lane.workspace_id, journal.carrier_id)?.limits.settled_after_ms ?? 0;
    let at = begunAt(journal, now()).getTime() + settledAfter;
    if (at <= now().getTime()) {
      if (await settle(context, journal)) continue;
      at = now().getTime() + retryAfter;
    }
    again = Math.min(again ?? at, at);
  }
  return again === null ? null : new Date(again);
}

/** When a batch was journalled; the day before where a clock that was wrong says that it will be long from now. */
function begunAt({ id }: OpenJournal, now: Date): Date {
  const at = instantOf(id);
  return at.getTime() > now.getTime() + longestWait ? new Date(now.getTime() - aDay) : at;
}

async function settle(context: SettleContext, journal: OpenJournal): Promise<boolean> {
  const { connection, lane, worker, now, log } = context;
  const carrier = context.carriers.get(lane.workspace_id, journal.carrier_id);
  const name = carrier?.name ?? null;
  const begun = begunAt(journal, now());
  const rows = await connection.inWorkspace(lane.workspace_id, (tx) => journalled(tx, lane, journal.seqs));
  const present = rows.filter((row) => row.status !== null);

  let found: Map<string, Found | null>;
  try {
    if (!carrier) throw new Error(`carrier ${journal.carrier_id} is not there to be asked`);
    const since = new Date(begun.getTime() - clockSlack);
    found = await carrier.lookup(
      present.map((row) => outboundText(lane, row)),
      since,
      (references) =>
        connection.inWorkspace(lane.workspace_id, (tx) => findOwners(tx, lane.workspace_id, references, since)),
    );
  } catch (error) {
    log.warn({ err: error, carrier: name, texts: present.length }, "the carrier does not answer a lookup");
    if (now().getTime() - begun.getTime() < patience) return false;
    found = new Map(present.map((row) => [row.message_id, null]));
  }

  const settled: Settled[] = [];
  const back: ClaimedMessage[] = [];
  for (const row of rows) {
    if (row.status === null) {
      settled.push({ row, result: { status: "gone" }, carrier: name });
      continue;
    }
    const result = verdict(row, found, begun);
    if (result === "back") back.push(row);
    else settled.push({ row, result, carrier: name });
  }
  await connection.inWorkspace(lane.workspace_id, async (tx) => {
    // First the record, which checks the lease and strikes the journal out.
    await record(tx, lane, worker, now(), { journals: [{ id: journal.id, unknown: [] }], settled });
    for (const [messageClass, group] of Map.groupBy(back, (row) => row.class))
      await prioritise(tx, lane, group, priorityOf[messageClass]);
    // With the rows, not afterwards: whoever goes on may be killed in between, or have no time left for this lane.
    if (back.length > 0) await markLane(tx, lane);
    const unsure = back.filter((row) => found.get(row.message_id) === null);
    for (const [messageClass, group] of Map.groupBy(unsure, (row) => row.class))
      await markUncertain(tx, lane, group, priorityOf[messageClass]);
  });
  const receipts = [...found.values()].flatMap((each) => (each?.receipt ? [each.receipt] : []));
  if (receipts.length > 0) await context.onReceipts(receipts);
  log.info(
    { carrier: name, went: settled.length, back: back.length },
    "settled texts that were under way when their worker stopped",
  );
  return true;
}

function verdict(row: ClaimedMessage, found: Map<string, Found | null>, begun: Date): Settled["result"] | "back" {
  const known = found.get(row.message_id);
  if (known) return { status: "sent", carrier_reference: known.carrier_reference, at: begun };
  // A receipt came for it, whatever the lookup says.
  if (row.status !== "queued") return { status: "sent", carrier_reference: null, at: begun };
  if (known === undefined) return "back";
  if (row.class === "transactional" && row.resent < mostResent && row.reason !== "erased") return "back";
  return { status: "failed", reason: "uncertain", code: null };
}
