/**
 * An order, as the other files of this folder see it.
 *
 * line     what was bought how often: tickets of a type, or a product
 * ticket   one admission, of a ticket line
 * holder   whose ticket it is: a contact, or somebody of whom the names are known; the buyer where nobody is named
 * valid    an order that is paid, or complimentary and pending, and no test; an active line of it; an active ticket of such a line.
 *          Whoever has a valid ticket "has a ticket"
 */
import type { LineState, OrderSource, OrderStatus } from "../../../contract/orders.ts";
import type { Person } from "../../contacts/person.ts";
import type { ItemKind } from "../event.ts";

/** What a buyer answered, as the order keeps it. */
export interface OrderConsent {
  subscription_type: string;
  channel: "sms" | "email";
  granted: boolean;
}

/** A row of `orders`. */
export interface OrderRow {
  workspace_id: string;
  id: string;
  event_id: string;
  reference: string;
  buyer_id: string | null;
  status: OrderStatus;
  complimentary: boolean;
  locale: string | null;
  test: boolean;
  valid: boolean;
  consents: OrderConsent[];
  source: OrderSource;
  origin: string;
  external_id: string | null;
  external_at: Date | null;
  sequence: number;
  created_at: Date;
  updated_at: Date;
}

/** A row of `order_lines`, within its order. */
export interface LineRow {
  id: string;
  item_id: string;
  kind: ItemKind;
  date_id: string | null;
  quantity: number;
  price: number | null;
  currency: string | null;
  state: LineState;
  valid: boolean;
}

/** A row of `tickets`, within its line. */
export interface TicketRow {
  id: string;
  contact_id: string | null;
  first_name: string | null;
  last_name: string | null;
  state: LineState;
  valid: boolean;
  checked_in_at: Date | null;
  created_at: Date;
}

export interface Ticket extends TicketRow {
  contact: Person | null;
}

export interface OrderLine extends LineRow {
  /** Of the ticket type or product. */
  name: string;
  tickets: Ticket[];
}

export interface Order extends OrderRow {
  event: { id: string; name: string };
  buyer: Person | null;
  /** In their order. */
  lines: OrderLine[];
}

/** Who changes an order, and when. */
export interface OrderContext {
  /** A user's or key's name; null: another system. */
  by: string | null;
  at: Date;
}

/** The origin of orders of a file whose rows have no order number: their ids are derived from what the rows say. */
export const importOrigin = "import";

/** Sets what is valid of an order, its lines and tickets. */
export function settleValid(order: Order): Order {
  const { status, complimentary, test } = order;
  const valid = !test && (status === "paid" || (complimentary && status === "pending"));
  return {
    ...order,
    valid,
    lines: order.lines.map((line) => {
      const isValid = valid && line.state === "active";
      const tickets = line.tickets.map((ticket) => ({ ...ticket, valid: isValid && ticket.state === "active" }));
      return { ...line, valid: isValid, tickets };
    }),
  };
}

export const ticketsOf = ({ lines }: Pick<Order, "lines">): Ticket[] => lines.flatMap(({ tickets }) => tickets);

/** Whether a ticket is somebody else's than the buyer's. */
export const hasHolder = ({ contact_id, first_name, last_name }: TicketRow): boolean =>
  contact_id !== null || first_name !== null || last_name !== null;

/** The names of a holder: as given for the ticket, else the contact's. */
export const holderNames = ({ contact, first_name, last_name }: Ticket) =>
  first_name !== null || last_name !== null
    ? { first_name, last_name }
    : { first_name: contact?.first_name ?? null, last_name: contact?.last_name ?? null };
