/** The SQL of orders by their ids. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { jsonRows } from "../../kit/json-rows.ts";
import { sharedStatement } from "../../kit/shared-statements.ts";
import { uuidSet } from "../../kit/uuid-set.ts";
import type { OrderRow } from "./order.ts";

/** The columns of OrderRow. */
export const orderColumns = sql.raw(
  `o.workspace_id, o.id, o.event_id, o.reference, o.buyer_id, o.status, o.complimentary, o.locale, o.test, o.valid, o.consents,
   o.source, o.origin, o.external_id, o.external_at, o.sequence, o.created_at, o.updated_at`,
);

/** An order's row, locked until the transaction ends. */
export async function lockOrder(tx: Tx, workspaceId: string, id: string): Promise<OrderRow | undefined> {
  const { rows } = await sql<OrderRow>`
    select ${orderColumns} from orders o where o.workspace_id = ${workspaceId} and o.id = ${id} for no key update`.execute(
    tx,
  );
  return rows[0];
}

/** Locks the orders that other systems call so, in the order of their ids. */
export async function lockOrdersCalled(tx: Tx, workspaceId: string, externalIds: readonly string[]): Promise<void> {
  if (externalIds.length === 0) return;
  await sql`
    select 1 from orders
    where workspace_id = ${workspaceId} and origin = '' and external_id = any(${externalIds}::text[])
    order by id for no key update`.execute(tx);
}

/** What another system calls an order. */
export type ExternalId = Pick<OrderRow, "origin"> & { external_id: string };

/** The id and event of the order that another system calls so. */
export const selectExternal = sharedStatement(async (tx, workspaceId, asked: readonly ExternalId[]) => {
  const { rows } = await sql<{ id: string; event_id: string; n: number }>`
    select o.id, o.event_id, given.n::integer as n
    from unnest(${asked.map(({ origin }) => origin)}::text[], ${asked.map(({ external_id }) => external_id)}::text[])
      with ordinality as given (origin, external_id, n)
    cross join lateral (
      select id, event_id from orders
      where workspace_id = ${workspaceId} and origin = given.origin and external_id = given.external_id offset 0
    ) o`.execute(tx);
  const found = new Map(rows.map(({ n, id, event_id }) => [n, { id, event_id }]));
  return asked.map((_, i) => found.get(i + 1));
});

export async function selectOrders(tx: Tx, workspaceId: string, ids: readonly string[]): Promise<OrderRow[]> {
  const { rows } = await sql<OrderRow>`
    select ${orderColumns} from orders o
    where o.workspace_id = ${workspaceId} and o.id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
  return rows;
}

/** False when another order has the external id. */
export const insertOrder = sharedStatement(async (tx, workspaceId, orders: readonly OrderRow[]) => {
  const given = orders.map((order) => ({
    id: order.id,
    event_id: order.event_id,
    reference: order.reference,
    buyer_id: order.buyer_id,
    status: order.status,
    complimentary: order.complimentary,
    locale: order.locale,
    test: order.test,
    valid: order.valid,
    consents: order.consents,
    source: order.source,
    origin: order.origin,
    external_id: order.external_id,
    external_at: order.external_at,
    sequence: order.sequence,
    created_at: order.created_at,
    updated_at: order.updated_at,
  }));
  const { rows } = await sql<{ id: string }>`
    insert into orders as added (workspace_id, id, event_id, reference, buyer_id, status, complimentary, locale, test, valid, consents,
      source, origin, external_id, external_at, sequence, created_at, updated_at)
    select w.workspace_id, o.id, o.event_id, o.reference, o.buyer_id, o.status, o.complimentary, o.locale, o.test, o.valid, o.consents,
      o.source, o.origin, o.external_id, o.external_at, o.sequence, o.created_at, o.updated_at
    from workspaces w, jsonb_to_recordset(${jsonRows(given)}::jsonb)
      as o (id uuid, event_id uuid, reference text, buyer_id uuid, status text, complimentary boolean, locale text, test boolean,
        valid boolean, consents jsonb, source text, origin text, external_id text, external_at timestamptz, sequence integer,
        created_at timestamptz, updated_at timestamptz)
    where w.workspace_id = ${workspaceId}
    on conflict (workspace_id, origin, external_id) where external_id is not null do nothing
    returning added.id`.execute(tx);
  const inserted = new Set(rows.map(({ id }) => id));
  return orders.map(({ id }) => inserted.has(id));
});

export async function updateOrder(tx: Tx, workspaceId: string, row: OrderRow): Promise<void> {
  await sql`
    update orders set reference = ${row.reference}, buyer_id = ${row.buyer_id}, status = ${row.status},
      complimentary = ${row.complimentary}, locale = ${row.locale}, test = ${row.test}, valid = ${row.valid},
      consents = ${JSON.stringify(row.consents)}::jsonb, external_at = ${row.external_at}, sequence = ${row.sequence},
      updated_at = ${row.updated_at}
    where workspace_id = ${workspaceId} and id = ${row.id}`.execute(tx);
}
