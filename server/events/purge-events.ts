/** Purges events by age, with all that belongs to them. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { uuidSet } from "../kit/uuid-set.ts";

/**
 * Purges orders of events whose last date was before `before`, and events that have none left; up to `limit` of either. Returns how many
 * it were: fewer than `limit` where nothing is left.
 */
export async function purgeEvents(tx: Tx, workspaceId: string, before: Date, limit: number): Promise<number> {
  const events = await sql<{ id: string }>`
    select id from events where workspace_id = ${workspaceId} and last_at < ${before}
    order by last_at, id limit ${limit} for update`.execute(tx);
  if (events.rows.length === 0) return 0;
  const eventIds = uuidSet(events.rows.map(({ id }) => id));
  const orders = await sql<{ id: string }>`
    select id from orders where workspace_id = ${workspaceId} and event_id = any(${eventIds}::uuid[])
    order by event_id, created_at, id limit ${limit} for update`.execute(tx);
  const orderIds = uuidSet(orders.rows.map(({ id }) => id));
  await sql`delete from tickets where workspace_id = ${workspaceId} and order_id = any(${orderIds}::uuid[])`.execute(
    tx,
  );
  await sql`
    delete from order_lines where workspace_id = ${workspaceId} and order_id = any(${orderIds}::uuid[])`.execute(tx);
  await sql`
    delete from order_history where workspace_id = ${workspaceId} and order_id = any(${orderIds}::uuid[])`.execute(tx);
  await sql`delete from orders where workspace_id = ${workspaceId} and id = any(${orderIds}::uuid[])`.execute(tx);
  if (orders.rows.length >= limit) return orders.rows.length;
  await sql`
    delete from event_items where workspace_id = ${workspaceId} and event_id = any(${eventIds}::uuid[])`.execute(tx);
  await sql`
    delete from event_dates where workspace_id = ${workspaceId} and event_id = any(${eventIds}::uuid[])`.execute(tx);
  await sql`delete from events where workspace_id = ${workspaceId} and id = any(${eventIds}::uuid[])`.execute(tx);
  return events.rows.length;
}

/** How many events were over before a time, exact up to `limit`. */
export async function countOver(tx: Tx, workspaceId: string, before: Date, limit: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from (
      select 1 from events where workspace_id = ${workspaceId} and last_at < ${before} limit ${limit}) e`.execute(tx);
  return rows[0]?.count ?? 0;
}
