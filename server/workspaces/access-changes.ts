/**
 * Tells every process that somebody's access changed, by NOTIFY in the transaction that changes it: PostgreSQL delivers the
 * notice if and when that commits. Ended sessions are told by a trigger, see migration 0019.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Whose access changed: a member of a workspace, an API key, or a session. */
export type AccessChange =
  | { workspace_id: string; user_id: string }
  | { workspace_id: string; key_id: string }
  | { session_id: string };

export const accessChannel = "varsla_access";

/** Tells it once the transaction commits. */
export async function tellAccessChange(tx: Tx, change: AccessChange): Promise<void> {
  await sql`select pg_notify(${accessChannel}, ${JSON.stringify(change)})`.execute(tx);
}

/** What a notice says; null, as after an interruption, says that anything may have changed. */
export function readAccessChange(payload: string | null): AccessChange | null {
  return payload === null ? null : (JSON.parse(payload) as AccessChange);
}
