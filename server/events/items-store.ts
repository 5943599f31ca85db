/** The SQL of ticket types and products. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { isId } from "../kit/id.ts";
import { sharedStatement } from "../kit/shared-statements.ts";
import { uuidSet } from "../kit/uuid-set.ts";
import type { ItemKind, ItemRow } from "./event.ts";

/** The columns of ItemRow. */
const itemColumns = sql.raw(
  `i.event_id, i.id, i.kind, i.name, i.price::float8 as price, i.currency, i.position, i.archived_at`,
);

/** The items of an event in their order, archived ones too. */
export async function selectItems(tx: Tx, workspaceId: string, eventId: string): Promise<ItemRow[]> {
  const { rows } = await sql<ItemRow>`
    select ${itemColumns} from event_items i
    where i.workspace_id = ${workspaceId} and i.event_id = ${eventId} order by i.position, i.id`.execute(tx);
  return rows;
}

/** Names of items by their ids, and maybe others. */
export const selectItemNames = sharedStatement(
  async (tx, workspaceId, asked: readonly { events: readonly string[] }[]) => {
    const events = uuidSet(asked.flatMap((each) => each.events));
    const { rows } = await sql<{ id: string; name: string }>`
      select id, name from event_items
      where workspace_id = ${workspaceId} and event_id = any(${events}::uuid[])`.execute(tx);
    const names = new Map(rows.map(({ id, name }) => [id, name]));
    return asked.map(() => names);
  },
);

/** An item that a caller means by an id, or by a name of its kind. */
export interface ItemRef {
  event_id: string;
  kind: ItemKind;
  ref: string;
}

/** Those that each of the refs can mean: one by an id; by a name those of it, what is not archived first. */
export const findItems = sharedStatement(async (tx, workspaceId, asked: readonly (readonly ItemRef[])[]) => {
  const refs = asked.flat();
  if (refs.length === 0) return asked.map(() => []);
  const { rows } = await sql<ItemRow & { n: number }>`
    select given.n::integer as n, i.*
    from (
      select event_id, kind, wanted_id, name_key(wanted_name) as wanted_key, n
      from unnest(${refs.map(({ event_id }) => event_id)}::uuid[], ${refs.map(({ kind }) => kind)}::text[],
        ${refs.map(({ ref }) => (isId(ref) ? ref : null))}::uuid[],
        ${refs.map(({ ref }) => (isId(ref) ? null : ref))}::text[])
        with ordinality as given (event_id, kind, wanted_id, wanted_name, n) offset 0
    ) given
    cross join lateral (
      select ${itemColumns} from event_items i
      where i.workspace_id = ${workspaceId} and i.event_id = given.event_id and i.kind = given.kind
        and (i.id = given.wanted_id or i.name_key = given.wanted_key) offset 0
    ) i
    order by given.n, i.archived_at desc nulls first, i.id`.execute(tx);
  const found = Map.groupBy(rows, ({ n }) => n);
  let n = 0;
  return asked.map((each) => each.map(() => found.get(++n) ?? []));
});

/** An item's row, locked until the transaction ends. */
export async function lockItem(
  tx: Tx,
  workspaceId: string,
  { event_id, kind, id }: { event_id: string; kind: ItemKind; id: string },
): Promise<ItemRow | undefined> {
  const { rows } = await sql<ItemRow>`
    select ${itemColumns} from event_items i
    where i.workspace_id = ${workspaceId} and i.event_id = ${event_id} and i.kind = ${kind} and i.id = ${id}
    for no key update`.execute(tx);
  return rows[0];
}

/** The one of that name that is not archived. */
export async function selectItemByName(
  tx: Tx,
  workspaceId: string,
  { event_id, kind, name }: { event_id: string; kind: ItemKind; name: string },
): Promise<ItemRow | undefined> {
  const { rows } = await sql<ItemRow>`
    select ${itemColumns} from event_items i
    where i.workspace_id = ${workspaceId} and i.event_id = ${event_id} and i.kind = ${kind}
      and i.name_key = name_key(${name}) and i.archived_at is null`.execute(tx);
  return rows[0];
}

/** Adds an item after the others; false when one of its kind that is not archived has the name. */
export async function insertItem(tx: Tx, workspaceId: string, item: ItemRow, at: Date): Promise<boolean> {
  const { rows } = await sql`
    insert into event_items as added (workspace_id, event_id, id, kind, name, price, currency, position, created_at, updated_at)
    values (${workspaceId}, ${item.event_id}, ${item.id}, ${item.kind}, ${item.name}, ${item.price}, ${item.currency},
      ${item.position}, ${at}, ${at})
    on conflict do nothing returning added.id`.execute(tx);
  return rows.length > 0;
}

export async function updateItem(tx: Tx, workspaceId: string, item: ItemRow, at: Date): Promise<void> {
  await sql`
    update event_items set name = ${item.name}, price = ${item.price}, currency = ${item.currency},
      archived_at = ${item.archived_at}, updated_at = ${at}
    where workspace_id = ${workspaceId} and event_id = ${item.event_id} and id = ${item.id}`.execute(tx);
}
