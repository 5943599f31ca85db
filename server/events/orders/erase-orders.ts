/**
 * Erases a person from orders. The orders stay, since figures are made of them and tickets are shown at the door: without the buyer, and
 * without the names of holders.
 */
import { sql } from "kysely";
import { mapTexts } from "../../../rules/map-texts.ts";
import { redact } from "../../consent/erase-consent.ts";
import type { Tx } from "../../kit/db.ts";
import { uuidSet } from "../../kit/uuid-set.ts";

/** A person as orders know them. Numbers and address are those that no other contact has. */
export interface OrderPerson {
  contact_id: string;
  first_name: string | null;
  last_name: string | null;
  numbers: readonly string[];
  address: string | null;
}

type Named = Pick<OrderPerson, "first_name" | "last_name">;

/** Can be repeated: orders that were being written when the person was erased are found the next time. */
export async function eraseFromOrders(tx: Tx, workspaceId: string, person: OrderPerson, at: Date): Promise<void> {
  const own = await eraseBuyer(tx, workspaceId, person.contact_id, at);
  const { held, names } = await eraseHolder(tx, workspaceId, person.contact_id);
  await eraseNamesakes(tx, workspaceId, person, own);
  await emptyHistory(tx, workspaceId, own, ["buyer", "holders", "locale"]);
  await emptyHistory(tx, workspaceId, held, ["holders"]);
  await sql`
    update order_history set reason = null
    where workspace_id = ${workspaceId} and order_id = any(${uuidSet(own)}::uuid[]) and reason is not null`.execute(tx);
  await redactOthers(tx, workspaceId, person, held, names);
}

async function eraseBuyer(tx: Tx, workspaceId: string, contactId: string, at: Date): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    update orders as o set buyer_id = null, locale = null, consents = '[]', sequence = o.sequence + 1, updated_at = ${at}
    where o.workspace_id = ${workspaceId} and o.buyer_id = ${contactId} returning o.id`.execute(tx);
  return rows.map(({ id }) => id);
}

/** Answers the orders of which the person held tickets, and the names that they had there. Their tickets stay valid: somebody paid. */
async function eraseHolder(
  tx: Tx,
  workspaceId: string,
  contactId: string,
): Promise<{ held: string[]; names: Named[] }> {
  const { rows } = await sql<Named & { order_id: string }>`
    select order_id, first_name, last_name from tickets
    where workspace_id = ${workspaceId} and contact_id = ${contactId} for update`.execute(tx);
  await sql`
    update tickets set contact_id = null, first_name = null, last_name = null
    where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
  return { held: [...new Set(rows.map(({ order_id }) => order_id))], names: rows };
}

/** Holders of tickets of the person's own orders who are nothing but the person's name. */
async function eraseNamesakes(tx: Tx, workspaceId: string, person: Named, own: readonly string[]): Promise<void> {
  const name = nameKey(person);
  if (name === "" || own.length === 0) return;
  const { rows } = await sql<Named & { id: string }>`
    select id, first_name, last_name from tickets
    where workspace_id = ${workspaceId} and order_id = any(${uuidSet(own)}::uuid[]) and contact_id is null`.execute(tx);
  const ids = rows.filter((each) => nameKey(each) === name).map(({ id }) => id);
  await sql`
    update tickets set first_name = null, last_name = null
    where workspace_id = ${workspaceId} and id = any(${uuidSet(ids)}::uuid[])`.execute(tx);
}

const nameKey = ({ first_name, last_name }: Named): string =>
  [first_name, last_name].filter(Boolean).join(" ").toLowerCase();

/** It stays that something was changed, by whom and when. */
async function emptyHistory(
  tx: Tx,
  workspaceId: string,
  orders: readonly string[],
  what: readonly string[],
): Promise<void> {
  await sql`
    update order_history set change = '{}'
    where workspace_id = ${workspaceId} and order_id = any(${uuidSet(orders)}::uuid[])
      and what = any(${what}::text[])`.execute(tx);
}

/** In the history of others' orders that names the person: those of which they held tickets, and those that were theirs before. */
async function redactOthers(
  tx: Tx,
  workspaceId: string,
  { first_name, last_name, numbers, address }: OrderPerson,
  held: readonly string[],
  names: readonly Named[],
): Promise<void> {
  const given = [first_name, last_name, address, ...names.flatMap((each) => [each.first_name, each.last_name])];
  const words = [...new Set([...given.filter((word) => word !== null), ...numbers])];
  if (words.length === 0) return;
  // Alone a first name would be that of many people.
  const whole = first_name && last_name ? [`${first_name} ${last_name}`] : [];
  const sought = [...whole, ...numbers, ...(address === null ? [] : [address])];
  const { rows } = await sql<{ order_id: string; id: string; change: Record<string, unknown>; reason: string | null }>`
    select order_id, id, change, reason from order_history h
    where h.workspace_id = ${workspaceId} and (h.order_id = any(${uuidSet(held)}::uuid[])
      or ((h.what in ('buyer', 'holders') or h.reason is not null) and exists (
        select 1 from unnest(${sought}::text[]) as s (word)
        where strpos(lower(concat_ws(' ', h.change::text, h.reason)), lower(s.word)) > 0)))`.execute(tx);
  for (const row of rows) {
    const change = mapTexts(row.change, (text) => redact(text, words));
    const reason = row.reason === null ? null : redact(row.reason, words);
    if (JSON.stringify(change) === JSON.stringify(row.change) && reason === row.reason) continue;
    await sql`
      update order_history set change = ${JSON.stringify(change)}::jsonb, reason = ${reason}
      where workspace_id = ${workspaceId} and order_id = ${row.order_id} and id = ${row.id}`.execute(tx);
  }
}
