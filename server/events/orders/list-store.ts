/** The SQL of lists of orders. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { uuidSet } from "../../kit/uuid-set.ts";
import type { OrderRow } from "./order.ts";
import { orderColumns } from "./orders-store.ts";

/** What a list is narrowed to. */
export interface OrderFilter {
  event_id: string | null;
  status: string | null;
  /** A contact who bought, or holds tickets. */
  contact_id: string | null;
  /** Any of these: found by a search. */
  found: { reference: string; contacts: readonly string[]; holder: string } | null;
}

/** What narrows nothing. */
export const everyOrder: OrderFilter = { event_id: null, status: null, contact_id: null, found: null };

type Place = { at: Date; id: string };

/** Orders, newest first, after the given one. */
export async function listOrders(
  tx: Tx,
  workspaceId: string,
  { event_id, status, contact_id, found }: OrderFilter,
  { after, limit }: { after: Place | null; limit: number },
): Promise<OrderRow[]> {
  const held = contact_id === null ? null : await selectHeld(tx, workspaceId, [contact_id]);
  const matching = found && [
    ...(await selectHeld(tx, workspaceId, found.contacts)),
    ...(await selectNamed(tx, workspaceId, event_id, found.holder)),
  ];
  const { rows } = await sql<OrderRow>`
    select ${orderColumns} from orders o
    where o.workspace_id = ${workspaceId}
      ${event_id ? sql`and o.event_id = ${event_id}` : sql``}
      ${status ? sql`and o.status = ${status}` : sql``}
      ${held ? sql`and (o.buyer_id = ${contact_id} or o.id = any(${uuidSet(held)}::uuid[]))` : sql``}
      ${
        found && matching
          ? sql`and (o.reference_key like ${`${likely(found.reference)}%`} or o.buyer_id = any(${uuidSet(found.contacts)}::uuid[])
              or o.id = any(${uuidSet(matching)}::uuid[]))`
          : sql``
      }
      ${after ? sql`and (o.created_at, o.id) < (${after.at}, ${after.id}::uuid)` : sql``}
    order by o.created_at desc, o.id desc limit ${limit}`.execute(tx);
  return rows;
}

/** As a pattern of LIKE means the text itself. */
const likely = (text: string) => text.toUpperCase().replaceAll(/[\\%_]/g, "\\$&");

/** More tickets of one person, or of one name, are not searched. */
const mostHeld = 5_000;

/** Orders that contacts hold tickets of: looked up first, by an index. Within the condition of a list all would be gone through. */
async function selectHeld(tx: Tx, workspaceId: string, contacts: readonly string[]): Promise<string[]> {
  if (contacts.length === 0) return [];
  const { rows } = await sql<{ order_id: string }>`
    select distinct order_id from tickets
    where workspace_id = ${workspaceId} and contact_id = any(${uuidSet(contacts)}::uuid[]) limit ${mostHeld}`.execute(
    tx,
  );
  return rows.map(({ order_id }) => order_id);
}

/** Orders of an event with a holder of the name who is no contact. */
async function selectNamed(tx: Tx, workspaceId: string, eventId: string | null, name: string): Promise<string[]> {
  if (eventId === null) return [];
  const { rows } = await sql<{ order_id: string }>`
    select distinct order_id from tickets
    where workspace_id = ${workspaceId} and event_id = ${eventId} and contact_id is null
      and (first_name is not null or last_name is not null)
      and strpos(fold(name_key(concat_ws(' ', first_name, last_name))), fold(name_key(${name}))) > 0
    limit ${mostHeld}`.execute(tx);
  return rows.map(({ order_id }) => order_id);
}
