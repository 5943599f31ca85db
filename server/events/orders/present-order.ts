/** An order as the API shows it. */
import type {
  Order as Shown,
  OrderHistoryEntry,
  OrderWithHistory,
  Ticket as ShownTicket,
} from "../../../contract/orders.ts";
import { fullName, type Person } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { type HistoryRow, selectHistory } from "./history-store.ts";
import { hasHolder, holderNames, importOrigin, type Order, type OrderLine, type Ticket } from "./order.ts";

type PersonShown = NonNullable<Shown["buyer"]>;

/** An order with its history, newest first. */
export async function presentWithHistory(tx: Tx, order: Order): Promise<OrderWithHistory> {
  const history = await selectHistory(tx, order.workspace_id, order.id);
  return { ...presentOrder(order), history: history.map(presentEntry) };
}

export const presentOrder = (order: Order): Shown => ({
  id: order.id,
  event: order.event,
  reference: order.reference,
  buyer: presentPerson(order.buyer),
  lines: order.lines.map((line) => ({
    id: line.id,
    ticket_type: line.kind === "ticket_type" ? { id: line.item_id, name: line.name } : null,
    product: line.kind === "product" ? { id: line.item_id, name: line.name } : null,
    quantity: line.quantity,
    price: line.price,
    currency: line.currency,
    state: line.state,
    tickets: line.tickets.map((ticket) => presentTicket(line, ticket)),
  })),
  status: order.status,
  complimentary: order.complimentary,
  locale: order.locale,
  test: order.test,
  consents: order.consents,
  source: order.source,
  // Rows of a file that have no number of their own are told apart by one that is nobody's.
  external_id: order.origin === importOrigin ? null : order.external_id,
  created_at: order.created_at.toISOString(),
  updated_at: order.updated_at.toISOString(),
});

export const presentTicket = (line: Pick<OrderLine, "item_id" | "name" | "date_id">, ticket: Ticket): ShownTicket => ({
  id: ticket.id,
  ticket_type: { id: line.item_id, name: line.name },
  date: line.date_id,
  holder: hasHolder(ticket) ? presentHolder(ticket) : null,
  state: ticket.state,
  valid: ticket.valid,
  checked_in_at: ticket.checked_in_at?.toISOString() ?? null,
});

function presentHolder(ticket: Ticket): PersonShown {
  const { contact } = ticket;
  const names = holderNames(ticket);
  return {
    id: contact?.id ?? null,
    name: fullName(names),
    ...names,
    mobile: contact?.mobile ?? null,
    email: contact?.email ?? null,
    locale: contact?.locale ?? null,
  };
}

export const presentPerson = (person: Person | null): PersonShown | null =>
  person && {
    id: person.id,
    name: fullName(person),
    first_name: person.first_name,
    last_name: person.last_name,
    mobile: person.mobile,
    email: person.email,
    locale: person.locale,
  };

const presentEntry = ({ at, what, change, by, reason }: HistoryRow): OrderHistoryEntry => ({
  at: at.toISOString(),
  what,
  from: change.from ?? null,
  to: change.to ?? null,
  by,
  reason,
});
