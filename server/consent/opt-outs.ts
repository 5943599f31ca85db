/**
 * STOP and START. A row of `opt_outs` is a STOP in force: marketing is stopped by any row of the number, transactional
 * texts by a row of their own sender or of the whole workspace. Every STOP and START is also kept for good in
 * `opt_out_events`. Both go by number, so they outlive the contact.
 */
import { sql } from "kysely";
import { closeGate } from "../carriers/hand-over-gate.ts";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";

/** Stands for every sender of the workspace. */
export const everySender = "00000000-0000-0000-0000-000000000000";

export interface OptOutChange {
  workspaceId: string;
  /** E.164. */
  number: string;
  /** The sender that was answered, or `everySender`. */
  senderId: string;
  /** sms, api, web or import. */
  source: string;
  /** The words that were received. */
  evidence: string | null;
  at: Date;
  /** Who recorded it by hand: a person's or key's name. */
  recordedBy?: string;
  /** Where the network left open whose words they are: how it wrote the address, and the other numbers that this can be. */
  unclear?: { address: string; others: readonly string[] } | undefined;
}

export interface OptOut extends OptOutChange {
  /** It is certain that this was said at `at`, and not later: a START since then stands. */
  unlessLiftedSince?: boolean;
}

/**
 * Writes a STOP down for every number that may have said it. Of several for one sender the latest is in force, so that no START
 * lifts it that was said before. `first` is false when one was in force for `number` already (and is not confirmed again).
 */
export async function recordOptOut(tx: Tx, change: OptOut): Promise<{ first: boolean }> {
  await closeGate(tx, change.workspaceId); // once this is acknowledged, nothing that it forbids is on its way to a carrier
  await lockNumbers(tx, change);
  const first = await putInForce(tx, change);
  for (const number of change.unclear?.others ?? []) await putInForce(tx, { ...change, number });
  return { first };
}

/** Answers whether none was in force. */
async function putInForce(tx: Tx, change: OptOut): Promise<boolean> {
  const { workspaceId, number, senderId, source, evidence, at, unclear, unlessLiftedSince = false } = change;
  const lifted = unlessLiftedSince && (await liftedSince(tx, change));
  await recordEvent(tx, change, true);
  if (lifted) return false;
  const before = await sql`
    select 1 from opt_outs
    where workspace_id = ${workspaceId} and number = ${number} and sender_id = ${senderId}`.execute(tx);
  // A STOP is taken at its word even if a START with a later time was seen before it: of two readings the quiet one.
  await sql`
    insert into opt_outs as o (workspace_id, number, sender_id, at, source, evidence, address)
    values (${workspaceId}, ${number}, ${senderId}, ${at}, ${source}, ${evidence}, ${unclear?.address ?? null})
    on conflict (workspace_id, number, sender_id) do update set
      at = greatest(o.at, excluded.at),
      source = case when excluded.at < o.at then o.source else excluded.source end,
      evidence = case when excluded.at < o.at then o.evidence else excluded.evidence end,
      address = case when o.address = excluded.address then o.address end`.execute(tx);
  return before.rows.length === 0;
}

/**
 * Writes a START down and lifts the STOP of its sender and of the whole workspace; with `everySender` all of them. A STOP that
 * was said since, or in the same millisecond, stays. Where it is unclear whose START it is, others than the likeliest are only
 * freed of what a STOP by the same unclear address did: what they said themselves may be somebody else's. `lifted` tells whether
 * anything was in force.
 */
export async function recordOptIn(tx: Tx, change: OptOutChange): Promise<{ lifted: boolean }> {
  await lockNumbers(tx, change);
  await recordEvent(tx, change, false);
  let lifted = await lift(tx, change, null);
  for (const number of change.unclear?.others ?? []) {
    const other = { ...change, number };
    if (!(await lift(tx, other, change.unclear?.address ?? null))) continue;
    await recordEvent(tx, other, false);
    lifted = true;
  }
  return { lifted };
}

/** Lifts STOPs, with `address` those alone that only this unclear address said; answers whether there were any. */
async function lift(tx: Tx, change: OptOutChange, address: string | null): Promise<boolean> {
  const { workspaceId, number, senderId, at } = change;
  const { rows } = await sql`
    delete from opt_outs
    where workspace_id = ${workspaceId} and number = ${number} and at < ${at}
      and (sender_id in (${senderId}, ${everySender}) or ${senderId === everySender})
      and (${address}::text is null or address = ${address}::text)
    returning number`.execute(tx);
  return rows.length > 0;
}

/** Whether a START to the same sender, or to all, was said after `at`. */
async function liftedSince(tx: Tx, { workspaceId, number, senderId, at }: OptOutChange): Promise<boolean> {
  const { rows } = await sql`
    select 1 from opt_out_events
    where workspace_id = ${workspaceId} and number = ${number} and sender_id in (${senderId}, ${everySender})
      and not opted_out and at > ${at}
    limit 1`.execute(tx);
  return rows.length > 0;
}

/** STOP and START of one number take turns, so that `first` and `lifted` are true for one caller only. */
async function lockNumbers(tx: Tx, { workspaceId, number, unclear }: OptOutChange): Promise<void> {
  // In one order everywhere: which of two is the likelier may change.
  for (const each of [number, ...(unclear?.others ?? [])].sort())
    await sql`select pg_advisory_xact_lock(hashtextextended(${`opt_outs ${workspaceId} ${each}`}, 0))`.execute(tx);
}

async function recordEvent(tx: Tx, change: OptOutChange, optedOut: boolean): Promise<void> {
  const { workspaceId, number, senderId, source, evidence, at, recordedBy = null } = change;
  await sql`
    insert into opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at, recorded_by)
    values (${workspaceId}, ${number}, ${newId(at)}, ${senderId}, ${optedOut}, ${source}, ${evidence}, ${at}, ${recordedBy})`.execute(
    tx,
  );
}
