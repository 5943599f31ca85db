/**
 * The gate between the door and the carrier, one for each workspace.
 *
 * Whoever hands texts over keeps it open (shared) from before it checks opt-outs until the carrier has answered and that
 * is recorded. Whoever records a STOP or withdraws consent closes it (exclusively) for its transaction: it then waits for
 * what is being handed over right now, and everything claimed afterwards sees the opt-out. So once a STOP is acknowledged
 * no marketing text can still leave.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Any number that no other advisory lock of the program uses as its first half. */
const space = 0x5a7e;

/** The gate's key as two literals of SQL. */
export function gateKey(workspaceId: string): string {
  // The last 32 bits of a UUIDv7 are random. Two workspaces that share a gate only wait for each other.
  return `${space}, ${Number.parseInt(workspaceId.slice(-8), 16) | 0}`;
}

/** Waits until nothing of the workspace is between check and hand-over, and keeps it so until the transaction ends. */
export async function closeGate(tx: Tx, workspaceId: string): Promise<void> {
  await sql.raw(`select pg_advisory_xact_lock(${gateKey(workspaceId)})`).execute(tx);
}
