/** Adding, changing and archiving ticket types and products. */
import type { EventItem } from "../../contract/events.ts";
import { recordAuditEvent, recordChange } from "../accounts/audit-events.ts";
import type { Tx } from "../kit/db.ts";
import { conflict, notFound, type Problem } from "../kit/errors.ts";
import { newId } from "../kit/id.ts";
import { ownCurrency, readCurrency, readPrice } from "../workspaces/prices.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type ItemKind, type ItemRow, kindName, presentItem } from "./event.ts";
import { selectEventRow } from "./events-store.ts";
import * as store from "./items-store.ts";

interface ItemFields {
  name?: string | undefined;
  price?: number | null | undefined;
  currency?: string | null | undefined;
  archived?: boolean | undefined;
}

/** Adds one to an event; 409 when another that is not archived has the name, or it has too many. */
export async function createItem(
  tx: Tx,
  workspaceId: string,
  { eventId, kind }: { eventId: string; kind: ItemKind },
  { name, ...fields }: ItemFields & { name: string },
  at: Date,
): Promise<EventItem> {
  await requireEventRow(tx, workspaceId, eventId);
  const present = await store.selectItems(tx, workspaceId, eventId);
  if (present.length >= mostItems)
    throw conflict("too_many_items", `An event has at most ${mostItems} ticket types and products.`);
  const position = Math.max(-1, ...present.map((item) => item.position)) + 1;
  const event_id = eventId.toLowerCase();
  const blank = { event_id, id: newId(at), kind, name, price: null, currency: null, position, archived_at: null };
  const item = await withFields(tx, workspaceId, blank, fields, at);
  if (!(await store.insertItem(tx, workspaceId, item, at))) {
    throw nameTaken(await store.selectItemByName(tx, workspaceId, { event_id, kind, name }), item);
  }
  await recordAuditEvent(tx, { workspaceId, at, action: `${kind}.created`, target: targetOf(item) });
  return presentItem(item);
}

const mostItems = 500;

export async function listItems(
  tx: Tx,
  workspaceId: string,
  { eventId, kind, archived }: { eventId: string; kind: ItemKind; archived: boolean },
): Promise<{ items: EventItem[] }> {
  await requireEventRow(tx, workspaceId, eventId);
  const rows = await store.selectItems(tx, workspaceId, eventId);
  const shown = rows.filter((item) => item.kind === kind && (archived || item.archived_at === null));
  return { items: shown.map(presentItem) };
}

/** Changes the given fields, archives or restores; 409 when another that is not archived has the name. */
export async function updateItem(
  tx: Tx,
  workspaceId: string,
  { eventId, kind, id }: { eventId: string; kind: ItemKind; id: string },
  fields: ItemFields,
  at: Date,
): Promise<EventItem> {
  const before = await store.lockItem(tx, workspaceId, { event_id: eventId, kind, id });
  if (!before) throw notFound(kindName[kind], id);
  const after = await withFields(tx, workspaceId, before, fields, at);
  if (after.archived_at === null) {
    const other = await store.selectItemByName(tx, workspaceId, after);
    if (other && other.id !== before.id) throw nameTaken(other, after);
  }
  if (JSON.stringify(before) === JSON.stringify(after)) return presentItem(before);
  await store.updateItem(tx, workspaceId, after, at);
  const target = targetOf(after);
  // Archiving is an event of its own.
  const unarchived = { ...after, archived_at: before.archived_at };
  await recordChange(tx, { workspaceId, at, action: `${kind}.updated`, target }, before, unarchived);
  if ((after.archived_at === null) !== (before.archived_at === null)) {
    const action = `${kind}.${after.archived_at ? "archived" : "restored"}` as const;
    await recordAuditEvent(tx, { workspaceId, at, action, target });
  }
  return presentItem(after);
}

async function withFields(
  tx: Tx,
  workspaceId: string,
  before: ItemRow,
  { name, price, currency, archived }: ItemFields,
  at: Date,
): Promise<ItemRow> {
  const after = { ...before };
  if (name !== undefined) after.name = name;
  if (price !== undefined) after.price = price === null ? null : readPrice(price);
  if (currency !== undefined) after.currency = currency && readCurrency(currency);
  if (archived !== undefined) after.archived_at = archived ? (before.archived_at ?? at) : null;
  if (after.price !== null && after.currency === null)
    after.currency = ownCurrency((await getWorkspace(tx, workspaceId)).country);
  return after;
}

async function requireEventRow(tx: Tx, workspaceId: string, id: string): Promise<void> {
  if (!(await selectEventRow(tx, workspaceId, id))) throw notFound("event", id);
}

const targetOf = ({ kind, id, name }: ItemRow) => ({ type: kind, id, name });

const nameTaken = (other: ItemRow | undefined, { kind, name }: ItemRow): Problem =>
  conflict("name_taken", `The ${kindName[kind]} ${other?.id} of the event is called "${other?.name}" already.`, {
    field: "name",
    value: name,
  });
