/** What decides by the clock in a workspace: its zone, its hours of reminders, and whatever other domains look at by the clock. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Notes that it changes at `at`, in the transaction in which it does. */
export async function noteClockChange(tx: Tx, workspaceId: string, at: Date): Promise<void> {
  await sql`
    update workspaces set clock_changed_at = greatest(clock_changed_at, ${at}) where workspace_id = ${workspaceId}`.execute(
    tx,
  );
}

/** The workspaces in which it has changed since. */
export async function findClockChanges(tx: Tx, since: Date): Promise<string[]> {
  const { rows } = await sql<{ workspace_id: string }>`
    select workspace_id from workspaces where clock_changed_at >= ${since}`.execute(tx);
  return rows.map(({ workspace_id }) => workspace_id);
}
