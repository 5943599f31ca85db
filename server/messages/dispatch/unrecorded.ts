/**
 * Texts whose final receipt was recorded before their submission: a receipt may arrive before the carrier's answer, or the worker
 * died in between. The submission's record follows (carrier, times, quota, figures) and takes the text out of the queue.
 */
import { type RawBuilder, sql } from "kysely";

/** Whether `messages m` is such a text: exact, by the queue, which is only read where the row does not decide it. */
export function isUnrecorded(workspaceId: string): RawBuilder<boolean> {
  return sql<boolean>`(m.submitted_at is null
    and (m.status in ('delivered', 'undelivered', 'expired') or m.status = 'failed' and m.carrier is null)
    and exists (select 1 from message_queue q
      where q.workspace_id = ${workspaceId}::uuid and q.sender_id = m.sender_id and q.message_id = m.id offset 0))`;
}

/**
 * Whether a receipt ended `messages m` and its submission is not recorded, by the row alone. A text that ends at its submission has
 * a carrier or a time of it (`failed`), or no reference of a carrier (`expired`).
 */
export const endedByReceipt: RawBuilder<boolean> = sql<boolean>`(m.submitted_at is null and (
  m.status in ('delivered', 'undelivered') or m.status = 'failed' and m.carrier is null
  or m.status = 'expired' and m.carrier_reference is not null))`;
