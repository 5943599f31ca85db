/** The SQL of the history of orders. */
import { sql } from "kysely";
import type { OrderHistoryEntry } from "../../../contract/orders.ts";
import { jsonRows } from "../../kit/json-rows.ts";
import { sharedStatement } from "../../kit/shared-statements.ts";
import { uuidSet } from "../../kit/uuid-set.ts";

export interface HistoryRow {
  id: string;
  at: Date;
  what: OrderHistoryEntry["what"];
  change: { from?: unknown; to?: unknown };
  by: string | null;
  reason: string | null;
}

export const insertHistory = sharedStatement(
  async (tx, workspaceId, orders: readonly { orderId: string; entries: readonly HistoryRow[] }[]) => {
    const rows = orders.flatMap(({ orderId, entries }) => entries.map((entry) => ({ ...entry, order_id: orderId })));
    await sql`
      insert into order_history (workspace_id, order_id, id, at, what, change, by, reason)
      select w.workspace_id, h.order_id, h.id, h.at, h.what, h.change, h.by, h.reason
      from workspaces w, jsonb_to_recordset(${jsonRows(rows)}::jsonb)
        as h (order_id uuid, id uuid, at timestamptz, what text, change jsonb, by text, reason text)
      where w.workspace_id = ${workspaceId}`.execute(tx);
    return [];
  },
);

const mostHistory = 500;

/** The history of an order, the latest first. */
export const selectHistory = sharedStatement(async (tx, workspaceId, orders: readonly string[]) => {
  const { rows } = await sql<HistoryRow & { order_id: string }>`
    select h.* from unnest(${uuidSet(orders)}::uuid[]) as given (order_id)
    cross join lateral (
      select order_id, id, at, what, change, by, reason from order_history
      where workspace_id = ${workspaceId} and order_id = given.order_id
      order by id desc limit ${mostHistory}
    ) h`.execute(tx);
  const histories = Map.groupBy(rows, ({ order_id }) => order_id);
  return orders.map((id) => histories.get(id) ?? []);
});
