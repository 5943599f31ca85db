/**
 * The submit lock, one for each workspace: an advisory lock of PostgreSQL.
 *
 * A worker that submits texts to a carrier holds it shared, from before it checks opt-outs until the carrier's answer is
 * recorded. A transaction that records a STOP or withdraws consent takes it exclusively: it waits for running submissions, and
 * everything claimed afterwards sees the opt-out. So once a STOP is acknowledged no marketing text can still leave.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** The first half of the lock's key; no other advisory lock of the program uses it. */
const space = 0x5a7e;

/** The lock's key as two SQL literals. */
export function submitLockKey(workspaceId: string): string {
  // The last 32 bits of a UUIDv7 are random. Two workspaces that share a lock only wait for each other.
  return `${space}, ${Number.parseInt(workspaceId.slice(-8), 16) | 0}`;
}

/** Waits for the workspace's running submissions, and blocks new ones until the transaction ends. */
export async function takeSubmitLock(tx: Tx, workspaceId: string): Promise<void> {
  await sql.raw(`select pg_advisory_xact_lock(${submitLockKey(workspaceId)})`).execute(tx);
}
