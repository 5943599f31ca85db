/** Figures of a source, rolled up in the transaction that changes a status. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** `n` messages of a source entered a status. */
export interface Count {
  source_type: string;
  source_id: string;
  status: string;
  reason: string | null;
  n: number;
}

/** In message_counts, messages of no source: the API's. */
export const noSource = "00000000-0000-0000-0000-000000000000";
/** The statuses that are counted for those: the error rate needs them, and no page needs more. */
const countedWithoutSource = new Set(["sent", "refused", "delivered", "undelivered", "failed", "expired"]);

/** Collects counts by source, status and reason; for messages without a source only their outcomes. */
export function counter(): {
  add(
    source: { source_type: string; source_id: string | null },
    status: string,
    reason: string | null,
    n?: number,
  ): void;
  counts: Map<string, Count>;
} {
  const counts = new Map<string, Count>();
  return {
    counts,
    add({ source_type, source_id }, status, reason, n = 1) {
      if (source_id === null && !countedWithoutSource.has(status)) return;
      const id = source_id ?? noSource;
      const key = `${source_type} ${id} ${status} ${reason ?? ""}`;
      const known = counts.get(key);
      if (known) known.n += n;
      else counts.set(key, { source_type, source_id: id, status, reason, n });
    },
  };
}

/** Adds to message_counts in the minute of `at`. Sorted, so that two transactions never deadlock. */
export async function addCounts(tx: Tx, workspaceId: string, at: Date, counts: Map<string, Count>): Promise<void> {
  if (counts.size === 0) return;
  const sorted = [...counts.keys()].sort().map((key) => counts.get(key) as Count);
  await sql`
    insert into message_counts (workspace_id, source_type, source_id, minute, status, reason, n)
    select w.workspace_id, u.source_type, u.source_id, date_trunc('minute', ${at}::timestamptz), u.status, u.reason, u.n
    from workspaces w, unnest(${sorted.map((c) => c.source_type)}::text[], ${sorted.map((c) => c.source_id)}::uuid[],
      ${sorted.map((c) => c.status)}::text[], ${sorted.map((c) => c.reason ?? "")}::text[], ${sorted.map((c) => c.n)}::bigint[])
      as u (source_type, source_id, status, reason, n)
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, source_type, source_id, minute, status, reason)
      do update set n = message_counts.n + excluded.n`.execute(tx);
}
