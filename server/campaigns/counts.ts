/** A campaign's counts, from the roll-up by minute that every change of status updates, never from the ledger. */
import { sql } from "kysely";
import type { CampaignCounts } from "../../contract/campaigns.ts";
import type { Tx } from "../kit/db.ts";
import { type CampaignRow, sourceType } from "./campaign.ts";

/** How many messages have entered each status. */
export type Entered = Partial<Record<string, number>>;

/** The counts of several campaigns in one query. */
export async function entriesOf(tx: Tx, workspaceId: string, ids: string[]): Promise<Map<string, Entered>> {
  const { rows } = await sql<{ source_id: string; status: string; n: number }>`
    select source_id, status, sum(n)::bigint as n from message_counts
    where workspace_id = ${workspaceId} and source_type = ${sourceType} and source_id = any(${ids}::uuid[])
    group by source_id, status`.execute(tx);
  const entries = new Map<string, Entered>();
  for (const { source_id, status, n } of rows) entries.set(source_id, { ...entries.get(source_id), [status]: n });
  return entries;
}

/** The statuses of messages that were not sent, and of those that were sent but not delivered. */
export const notSent = ["skipped", "cancelled", "refused", "lapsed"] as const;
export const notDelivered = ["undelivered", "failed", "expired"] as const;

/** The counts that follow from the entries. */
export function countsOf(
  row: Pick<CampaignRow, "status" | "planned" | "skipped" | "finished_at" | "prepared_at">,
  entered: Entered,
): CampaignCounts {
  const n = (status: string) => entered[status] ?? 0;
  const queued = n("queued");
  const sent = n("sent");
  const cancelled = row.status === "cancelled";
  const recipients = row.prepared_at && !cancelled ? queued : Math.max(queued, row.planned ?? 0);
  // A cancelled preparation leaves recipients who have no message.
  const unprepared = cancelled ? recipients - queued : 0;
  const all = (statuses: readonly string[]) => statuses.reduce((sum, status) => sum + n(status), 0);
  const unsent = all(notSent);
  // More skips than in the audience are messages that were queued first, such as of a recipient who opted out before submission.
  const queuedUnsent = unsent - Math.min(row.skipped, n("skipped"));
  return {
    recipients,
    sent,
    not_sent: unsent + unprepared,
    delivered: n("delivered"),
    not_delivered: all(notDelivered),
    pending: row.finished_at === null ? Math.max(0, recipients - unprepared - sent - queuedUnsent) : 0,
  };
}

export const noCounts: CampaignCounts = {
  recipients: 0,
  sent: 0,
  not_sent: 0,
  delivered: 0,
  not_delivered: 0,
  pending: 0,
};
