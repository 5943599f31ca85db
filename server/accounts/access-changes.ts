/**
 * Notifies every process that a member's, a key's or a session's access changed, by NOTIFY in the transaction that changes it:
 * PostgreSQL delivers the notification if and when that commits. A trigger notifies of ended sessions, see migration 0019.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Whose access changed: a member of a workspace, an API key, or a session. */
export type AccessChange =
  | { workspace_id: string; user_id: string }
  | { workspace_id: string; key_id: string }
  | { session_id: string };

export const accessChannel = "varsla_access";

/** Notifies all processes once the transaction commits. */
export async function publishAccessChange(tx: Tx, change: AccessChange): Promise<void> {
  await sql`select pg_notify(${accessChannel}, ${JSON.stringify(change)})`.execute(tx);
}

/** Parses a notification; null, sent after an interruption, means that anything may have changed. */
export function readAccessChange(payload: string | null): AccessChange | null {
  return payload === null ? null : (JSON.parse(payload) as AccessChange);
}
