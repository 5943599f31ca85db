/** The lines of an order by what a caller says of them: items, dates, tickets and their holders. */
import { type HolderInput, type LineInput, mostTickets } from "../../../contract/orders.ts";
import { readContactInput } from "../../contacts/contact.ts";
import { findOrAddContact, type PersonScope } from "../../contacts/find-or-add.ts";
import { requireContactId, selectPeople } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { invalid, within } from "../../kit/errors.ts";
import { isId, newId } from "../../kit/id.ts";
import { ownCurrency, readPrice } from "../../workspaces/prices.ts";
import { type ItemKind, type ItemRow, kindName } from "../event.ts";
import { selectDateIds } from "../events-store.ts";
import { findItems, type ItemRef } from "../items-store.ts";
import type { Order, OrderLine, Ticket, TicketRow } from "./order.ts";

/** Whose a ticket is, as it is stored. */
export type Holder = Pick<TicketRow, "contact_id" | "first_name" | "last_name">;

const ofBuyer: Holder = { contact_id: null, first_name: null, last_name: null };

/**
 * The lines of `order` as they are said to be. What stays keeps its id: a line by the given one, else the next of the same item and date;
 * tickets by their position in the line. 422 names the field and its value.
 */
export async function readLines(
  tx: Tx,
  scope: PersonScope,
  order: Pick<Order, "event_id" | "lines">,
  inputs: readonly LineInput[],
): Promise<OrderLine[]> {
  const { workspaceId } = scope;
  const present = takeLines(order.lines, inputs);
  const items = await resolveItems(tx, workspaceId, order, inputs, present);
  const dates = inputs.some(({ date }) => date) ? await selectDateIds(tx, workspaceId, order.event_id) : null;
  const lines = inputs.map((input, n): OrderLine => {
    const item = items[n] as ItemRow;
    const same = present.byId(n) ?? present.next(item.id, dateOf(input, n, item.kind, dates));
    return lineOf(input, n, { item, same, scope, date_id: dateOf(input, n, item.kind, dates) });
  });
  const tickets = lines.reduce((sum, line) => sum + line.tickets.length, 0);
  if (tickets > mostTickets)
    throw invalid("too_many_tickets", `An order has at most ${mostTickets} tickets.`, "lines", tickets);
  for (const [n, { holders }] of inputs.entries()) {
    const line = lines[n] as OrderLine;
    if (holders === undefined) continue;
    if (holders.length > line.tickets.length) {
      const message = `The line has ${line.tickets.length} tickets, and ${holders.length} holders.`;
      throw invalid("too_many_holders", message, `lines.${n}.holders`, holders.length);
    }
    for (const [at, ticket] of line.tickets.entries())
      line.tickets[at] = await withHolder(tx, scope, ticket, holders[at] ?? null, `lines.${n}.holders.${at}`);
  }
  return lines;
}

/** The ticket with another holder; null: the buyer. 422 on `field` and the fields within. */
export async function withHolder(
  tx: Tx,
  scope: PersonScope,
  ticket: Ticket,
  input: HolderInput | null,
  field: string,
): Promise<Ticket> {
  const holder = await resolveHolder(tx, scope, input, field);
  if (holder.contact_id === null) return { ...ticket, ...holder, contact: null };
  const people = await selectPeople(tx, scope.workspaceId, [holder.contact_id]);
  return { ...ticket, ...holder, contact: people.get(holder.contact_id) ?? null };
}

async function resolveHolder(tx: Tx, scope: PersonScope, input: HolderInput | null, field: string): Promise<Holder> {
  if (input === null) return ofBuyer;
  if ("id" in input) return { ...ofBuyer, contact_id: await requireContactId(tx, scope, input.id, `${field}.id`) };
  const fields = within(field, () => readContactInput(input, scope.country));
  const { first_name = null, last_name = null } = fields;
  const contact_id = fields.mobile || fields.email ? await findOrAddContact(tx, scope, fields) : null;
  return { contact_id, first_name, last_name };
}

/** The lines that an order has, each of which can be taken once. */
function takeLines(lines: readonly OrderLine[], inputs: readonly LineInput[]) {
  const free = new Map(lines.map((line) => [line.id, line]));
  const taken = inputs.map(({ id }, n) => {
    if (id === undefined) return undefined;
    const line = free.get(id.toLowerCase());
    if (!line) throw invalid("unknown_line", `The order has no line ${id}, or it is given twice.`, `lines.${n}.id`, id);
    free.delete(line.id);
    return line;
  });
  return {
    byId: (n: number) => taken[n],
    next(itemId: string, dateId: string | null) {
      const same = [...free.values()].filter((line) => line.item_id === itemId);
      const found = same.find((line) => line.date_id === dateId) ?? same[0];
      if (found) free.delete(found.id);
      return found;
    },
  };
}

/**
 * What each line is of. An archived ticket type or product is found by its id, or by its name where the order has it already: other
 * systems send an order again long after it was sold.
 */
async function resolveItems(
  tx: Tx,
  workspaceId: string,
  { event_id, lines }: Pick<Order, "event_id" | "lines">,
  inputs: readonly LineInput[],
  present: ReturnType<typeof takeLines>,
): Promise<ItemRow[]> {
  const refs = inputs.map((input, n): ItemRef => {
    const { ticket_type, product } = input;
    const line = present.byId(n);
    if (ticket_type !== undefined && product !== undefined)
      throw invalid("two_items", "A line is of a ticket type or of a product.", `lines.${n}`, input);
    if (ticket_type !== undefined) return { event_id, kind: "ticket_type", ref: ticket_type };
    if (product !== undefined) return { event_id, kind: "product", ref: product };
    if (!line) throw invalid("no_item", "A line is of a ticket type or of a product.", `lines.${n}`, input);
    return { event_id, kind: line.kind, ref: line.item_id };
  });
  const own = new Set(lines.map(({ item_id }) => item_id));
  const found = await findItems(tx, workspaceId, refs);
  return refs.map(({ kind, ref }, n) => {
    const item = found[n]?.find(({ id, archived_at }) => isId(ref) || archived_at === null || own.has(id));
    if (item) return item;
    const shown = isId(ref) ? ref : `"${ref}"`;
    throw invalid(`unknown_${kind}`, `The event has no ${kindName[kind]} ${shown}.`, `lines.${n}.${kind}`, ref);
  });
}

function dateOf({ date }: LineInput, n: number, kind: ItemKind, dates: ReadonlySet<string> | null): string | null {
  if (!date) return null;
  const field = `lines.${n}.date`;
  if (kind === "product") throw invalid("date_of_product", "Products are of no date.", field, date);
  if (dates?.has(date.toLowerCase())) return date.toLowerCase();
  throw invalid("unknown_date", `The event has no date ${date}.`, field, date);
}

function lineOf(
  { quantity, price, state }: LineInput,
  n: number,
  {
    item,
    same,
    scope,
    date_id,
  }: { item: ItemRow; same: OrderLine | undefined; scope: PersonScope; date_id: string | null },
): OrderLine {
  const before = same?.item_id === item.id ? same : undefined;
  const known = before ?? item;
  const amount = price === undefined ? known.price : price === null ? null : readPrice(price, `lines.${n}.price`);
  const admissions = item.kind === "ticket_type" ? quantity : 0;
  return {
    id: same?.id ?? newId(scope.at),
    item_id: item.id,
    kind: item.kind,
    name: item.name,
    date_id,
    quantity,
    price: amount,
    currency: amount === null ? known.currency : (known.currency ?? item.currency ?? ownCurrency(scope.country)),
    state,
    valid: false,
    tickets: Array.from({ length: admissions }, (_, at) => same?.tickets[at] ?? newTicket(scope.at)),
  };
}

const newTicket = (at: Date): Ticket => ({
  ...ofBuyer,
  id: newId(at),
  contact: null,
  state: "active",
  valid: false,
  checked_in_at: null,
  created_at: at,
});
