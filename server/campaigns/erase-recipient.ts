import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Removes a contact from all audiences that include or exclude it. This is no edit, so `updated_at` stays. */
export async function eraseRecipient(tx: Tx, workspaceId: string, contactId: string): Promise<void> {
  await sql`
    update campaigns set
      include = jsonb_set(include, '{contacts}', coalesce(include -> 'contacts', '[]') - ${contactId}::text),
      exclude = jsonb_set(exclude, '{contacts}', coalesce(exclude -> 'contacts', '[]') - ${contactId}::text)
    where workspace_id = ${workspaceId}
      and (include -> 'contacts' ? ${contactId} or exclude -> 'contacts' ? ${contactId})`.execute(tx);
}

/** When the oldest campaign in progress was sent. Its messages have ids of that moment, whenever they are written. */
export async function oldestUnderWay(tx: Tx, workspaceId: string | null): Promise<Date | null> {
  const { rows } = await sql<{ at: Date | null }>`
    select min(sent_at) as at from campaigns
    where status in ('preparing', 'sending', 'paused', 'cancelled') and finished_at is null and (${workspaceId}::uuid is null or workspace_id = ${workspaceId})`.execute(
    tx,
  );
  return rows[0]?.at ?? null;
}
