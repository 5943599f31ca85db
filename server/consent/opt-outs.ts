/**
 * STOP and START. A row of `opt_outs` is a STOP in force: marketing is stopped by any row of the number, transactional
 * texts by a row of their own sender or of the whole workspace. Every STOP and START is also recorded for good in
 * `opt_out_events`. Both are by number, so they outlive the contact.
 */
import { sql } from "kysely";
import { appendActivity } from "../activity/activity.ts";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import { everySender } from "./every-sender.ts";
import { closePossibleOptOuts } from "./possible-opt-outs.ts";
import { takeSubmitLock } from "./submit-lock.ts";

export interface OptOutChange {
  workspaceId: string;
  /** E.164. */
  number: string;
  /** The sender that was replied to, or `everySender`. */
  senderId: string;
  /** sms, api, web or import. */
  source: string;
  /** The received text. */
  evidence: string | null;
  at: Date;
  /** Name of the person or key that recorded it by hand. */
  recordedBy?: string;
  /** Set when the network's address fits several numbers: the address, and the other numbers that it can be. */
  unclear?: { address: string; others: readonly string[] } | undefined;
}

export interface OptOut extends OptOutChange {
  /** Set when `at` is certain: a START that was recorded with a later time wins. */
  unlessLiftedSince?: boolean;
}

/**
 * Records a STOP for every number that may have sent it. Of several for one sender the latest is in force, so that an earlier
 * START does not lift it. `first` is false when one was in force for `number` already (and is not confirmed again).
 */
export async function recordOptOut(tx: Tx, change: OptOut): Promise<{ first: boolean }> {
  await takeSubmitLock(tx, change.workspaceId); // so that no text it forbids is being submitted once this is acknowledged
  await lockNumbers(tx, change);
  const first = await putInForce(tx, change, null);
  const { address = null, others = [] } = change.unclear ?? {};
  for (const number of others) await putInForce(tx, { ...change, number }, address);
  return { first };
}

/** Returns whether none was in force. With `address` the number is only one of those that this unclear address can be. */
async function putInForce(tx: Tx, change: OptOut, address: string | null): Promise<boolean> {
  const { workspaceId, number, senderId, source, evidence, at, unclear, unlessLiftedSince = false } = change;
  const lifted = unlessLiftedSince && (await liftedSince(tx, change));
  const event = await recordEvent(tx, change, true);
  if (lifted) return false;
  const before = await sql`
    select 1 from opt_outs
    where workspace_id = ${workspaceId} and number = ${number} and sender_id = ${senderId}`.execute(tx);
  // A STOP is put in force even if a START with a later time was recorded before it: when in doubt, no texts.
  await sql`
    insert into opt_outs as o (workspace_id, number, sender_id, at, source, evidence, address)
    values (${workspaceId}, ${number}, ${senderId}, ${at}, ${source}, ${evidence}, ${unclear?.address ?? null})
    on conflict (workspace_id, number, sender_id) do update set
      at = greatest(o.at, excluded.at),
      source = case when excluded.at < o.at then o.source else excluded.source end,
      evidence = case when excluded.at < o.at then o.evidence else excluded.evidence end,
      address = case when o.address = excluded.address then o.address end`.execute(tx);
  // The number's own undecided texts stay open, since a START of the unclear address would lift this.
  await closePossibleOptOuts(tx, workspaceId, number, { address });
  const isFirst = before.rows.length === 0;
  if (isFirst) await appendChange(tx, change, "contact.opted_out", event);
  return isFirst;
}

/**
 * Records a START and lifts the STOP of its sender and of the whole workspace; with `everySender` all of them. A STOP sent
 * later, or in the same millisecond, stays. For an unclear address, the other numbers' opt-outs are lifted only when a STOP of
 * the same address made them: their own STOPs may be another person's. `lifted` is whether any was in force.
 */
export async function recordOptIn(tx: Tx, change: OptOutChange): Promise<{ lifted: boolean }> {
  await lockNumbers(tx, change);
  const event = await recordEvent(tx, change, false);
  let lifted = await lift(tx, change, null);
  if (lifted) await appendChange(tx, change, "contact.opted_in", event);
  for (const number of change.unclear?.others ?? []) {
    const other = { ...change, number };
    if (!(await lift(tx, other, change.unclear?.address ?? null))) continue;
    await appendChange(tx, other, "contact.opted_in", await recordEvent(tx, other, false));
    lifted = true;
  }
  return { lifted };
}

/** Lifts STOPs, with `address` only those of this unclear address alone; returns whether there were any. */
async function lift(tx: Tx, change: OptOutChange, address: string | null): Promise<boolean> {
  const { workspaceId, number, senderId, at } = change;
  await closePossibleOptOuts(tx, workspaceId, number, { upTo: at, address });
  const { rows } = await sql`
    delete from opt_outs
    where workspace_id = ${workspaceId} and number = ${number} and at < ${at}
      and (sender_id in (${senderId}, ${everySender}) or ${senderId === everySender})
      and (${address}::text is null or address = ${address}::text)
    returning number`.execute(tx);
  return rows.length > 0;
}

/** Whether a START to the same sender, or to all, is recorded with a time after `at`. */
async function liftedSince(tx: Tx, { workspaceId, number, senderId, at }: OptOutChange): Promise<boolean> {
  const { rows } = await sql`
    select 1 from opt_out_events
    where workspace_id = ${workspaceId} and number = ${number} and sender_id in (${senderId}, ${everySender})
      and not opted_out and at > ${at}
    limit 1`.execute(tx);
  return rows.length > 0;
}

/** Serialises STOP and START of one number, so that `first` and `lifted` are true for one caller only. */
async function lockNumbers(tx: Tx, { workspaceId, number, unclear }: OptOutChange): Promise<void> {
  // Sorted, to avoid deadlocks: which of the numbers is the likeliest may change.
  for (const each of [number, ...(unclear?.others ?? [])].sort())
    await sql`select pg_advisory_xact_lock(hashtextextended(${`opt_outs ${workspaceId} ${each}`}, 0))`.execute(tx);
}

const appendChange = (
  tx: Tx,
  { workspaceId, number, at }: OptOutChange,
  type: "contact.opted_out" | "contact.opted_in",
  event: string,
) => appendActivity(tx, workspaceId, at, [{ type, subjects: [event], number }]);

/** Returns the event's id. */
async function recordEvent(tx: Tx, change: OptOutChange, optedOut: boolean): Promise<string> {
  const { workspaceId, number, senderId, source, evidence, at, recordedBy = null } = change;
  const id = newId(at);
  await sql`
    insert into opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at, recorded_by)
    values (${workspaceId}, ${number}, ${id}, ${senderId}, ${optedOut}, ${source}, ${evidence}, ${at}, ${recordedBy})`.execute(
    tx,
  );
  return id;
}
