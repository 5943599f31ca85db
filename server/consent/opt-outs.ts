/**
 * STOP and START. A row of `opt_outs` is a STOP in force: marketing is stopped by any row of the number, transactional
 * texts by a row of their own sender or of the whole workspace. Every STOP and START is also kept for good in
 * `opt_out_events`. Both go by number, so they outlive the contact.
 */
import { sql } from "kysely";
import { closeGate } from "../carriers/hand-over-gate.ts";
import type { Tx } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import { everySender } from "./every-sender.ts";
import { settlePossibleOptOuts } from "./possible-opt-outs.ts";

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
}

export interface OptOut extends OptOutChange {
  /** It is certain that this was said at `at`, and not later: a START since then stands. */
  unlessLiftedSince?: boolean;
}

export interface OptIn extends OptOutChange {
  /** Other numbers that may have said it: of theirs only what the same STOP did is lifted, the rest may be somebody else's. */
  others?: readonly string[];
}

/** Writes a STOP down; `first` is false when one for the same sender was in force already (and is not confirmed again). */
export async function recordOptOut(tx: Tx, change: OptOut): Promise<{ first: boolean }> {
  const { workspaceId, number, senderId, source, evidence, at, unlessLiftedSince = false } = change;
  await closeGate(tx, workspaceId); // once this is acknowledged, nothing that it forbids is on its way to a carrier
  await lockNumber(tx, change);
  const lifted = unlessLiftedSince && (await liftedSince(tx, change));
  await recordEvent(tx, change, true);
  if (lifted) return { first: false };
  // A STOP is taken at its word even if a START with a later time was seen before it: of two readings the quiet one.
  const { rows } = await sql`
    insert into opt_outs (workspace_id, number, sender_id, at, source, evidence)
    values (${workspaceId}, ${number}, ${senderId}, ${at}, ${source}, ${evidence})
    on conflict (workspace_id, number, sender_id) do nothing
    returning number`.execute(tx);
  await settlePossibleOptOuts(tx, workspaceId, number);
  return { first: rows.length > 0 };
}

/**
 * Writes a START down and lifts the STOP of its sender and of the whole workspace; with `everySender` all of them.
 * A STOP that was sent later than this START stays. `lifted` tells whether anything was in force.
 */
export async function recordOptIn(tx: Tx, { others = [], ...change }: OptIn): Promise<{ lifted: boolean }> {
  const since = await lift(tx, change, null);
  if (since.length > 0) for (const number of others) await lift(tx, { ...change, number }, since);
  return { lifted: since.length > 0 };
}

/** Lifts STOPs, with `only` those of exactly these times; answers since when they were in force. */
async function lift(tx: Tx, change: OptOutChange, only: readonly Date[] | null): Promise<Date[]> {
  const { workspaceId, number, senderId, at } = change;
  await lockNumber(tx, change);
  await recordEvent(tx, change, false);
  await settlePossibleOptOuts(tx, workspaceId, number, at);
  const { rows } = await sql<{ at: Date }>`
    delete from opt_outs
    where workspace_id = ${workspaceId} and number = ${number} and at <= ${at}
      and (sender_id in (${senderId}, ${everySender}) or ${senderId === everySender})
      and (${only}::timestamptz[] is null or at = any(${only}::timestamptz[]))
    returning at`.execute(tx);
  return rows.map((row) => row.at);
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
async function lockNumber(tx: Tx, { workspaceId, number }: OptOutChange): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`opt_outs ${workspaceId} ${number}`}, 0))`.execute(tx);
}

async function recordEvent(tx: Tx, change: OptOutChange, optedOut: boolean): Promise<void> {
  const { workspaceId, number, senderId, source, evidence, at, recordedBy = null } = change;
  await sql`
    insert into opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at, recorded_by)
    values (${workspaceId}, ${number}, ${newId(at)}, ${senderId}, ${optedOut}, ${source}, ${evidence}, ${at}, ${recordedBy})`.execute(
    tx,
  );
}
