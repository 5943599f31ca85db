/** Reads the rows of one order as what they say of it. */
import type { OrderImportField } from "../../../contract/order-imports.ts";
import type { HolderInput, LineInput, LineState, OrderStatus } from "../../../contract/orders.ts";
import { readLanguageWord } from "../../../rules/booking-cell-words.ts";
import { type DateOrder, readMoment } from "../../../rules/booking-cells.ts";
import { readAmount, readCount, readOrderStatus } from "../../../rules/order-cell-words.ts";
import { readPerson, type SaidPerson } from "../../contacts/command-import/said-person.ts";
import { tidy } from "../../contacts/import/import-row.ts";
import { invalid, Problem } from "../../kit/errors.ts";
import { readWhen } from "../../kit/given-moments.ts";
import type { ItemKind } from "../event.ts";
import type { Said, WaitingRow } from "./order-file.ts";

/** What the rows of one order say. Undefined: nothing, so what is known stays. */
export interface ReadGroup {
  order: string | null;
  buyer: SaidPerson | undefined;
  lines: ReadLine[];
  status: OrderStatus | undefined;
  locale: string | undefined;
  bought_at: Date | undefined;
}

/** A line, with the row that each of its holders stands in. */
export interface ReadLine {
  kind: ItemKind;
  item: string;
  quantity: number;
  price: number | undefined;
  state: LineState;
  holders: (HolderInput | null)[];
  /** The first of its rows, and of each ticket its row. */
  row: number;
  rows: number[];
}

export interface GroupContext {
  country: string;
  zone: string;
  order: DateOrder;
  now: Date;
  /** The ticket type of rows that name none, where the event has one only. */
  onlyType: string | null;
}

const longest: Partial<Record<OrderImportField, number>> = {
  order: 200,
  ticket_type: 100,
  product: 100,
  first_name: 100,
  last_name: 100,
  mobile: 40,
  phone: 40,
  email: 254,
  locale: 20,
  holder_first_name: 100,
  holder_last_name: 100,
  holder_mobile: 40,
  holder_email: 254,
};

interface ReadRow {
  row: number;
  person: SaidPerson | undefined;
  holder: SaidPerson | undefined;
  kind: ItemKind;
  item: string;
  quantity: number;
  price: number | undefined;
  status: OrderStatus | undefined;
  locale: string | undefined;
  bought_at: Date | undefined;
}

/** 422 on a column's field; `attempt` is told which row is read. */
export function readGroup(
  rows: readonly WaitingRow[],
  context: GroupContext,
  attempt: <T>(row: number, read: () => T) => T,
): ReadGroup {
  const read = rows.map(({ row, said }) => attempt(row, () => readRow(row, said, context)));
  const first = <K extends keyof ReadRow>(field: K) => read.find((each) => each[field] !== undefined)?.[field];
  const buyer = first("person");
  const statuses = new Set(read.map(({ status }) => status));
  // Of an order of which some rows were taken back, the others say what it is.
  const status = read.find(({ status: own }) => own && !takenBack(own))?.status ?? first("status");
  const lines: ReadLine[] = [];
  for (const each of read) {
    const state = statuses.size > 1 && each.status && takenBack(each.status) ? each.status : "active";
    const holder = each.holder ?? (each.person && isOther(each.person, buyer) ? each.person : undefined);
    addTo(lines, each, state as LineState, holder);
  }
  return {
    order: (rows[0]?.said as Said | undefined)?.order ?? null,
    buyer,
    lines,
    status,
    locale: first("locale"),
    bought_at: first("bought_at"),
  };
}

const takenBack = (status: OrderStatus) => status === "cancelled" || status === "refunded";

/** Whoever has the buyer's number or address is the buyer; so is whoever has the buyer's name, and neither number nor address. */
function isOther(person: SaidPerson, buyer: SaidPerson | undefined): boolean {
  if (!buyer) return false;
  if (person.mobile !== undefined) return person.mobile !== buyer.mobile || nameOf(person) !== nameOf(buyer);
  if (person.email !== undefined) return person.email !== buyer.email || nameOf(person) !== nameOf(buyer);
  return nameOf(person) !== nameOf(buyer);
}

const nameOf = ({ first_name, last_name }: SaidPerson) => [first_name, last_name].join(" ").toLowerCase();

/** Rows of tickets of one type are one line. */
function addTo(lines: ReadLine[], read: ReadRow, state: LineState, holder: SaidPerson | undefined): void {
  const { row, kind, item, quantity, price } = read;
  const same = lines.find(
    (line) =>
      line.kind === kind &&
      line.item.toLowerCase() === item.toLowerCase() &&
      line.price === price &&
      line.state === state &&
      line.quantity + quantity <= 500,
  );
  const line = same ?? { kind, item, quantity: 0, price, state, holders: [], row, rows: [] };
  if (!same) lines.push(line);
  line.quantity += quantity;
  if (kind === "product") return;
  for (let n = 0; n < quantity; n++) {
    line.holders.push(n === 0 && holder ? holderInput(holder) : null);
    line.rows.push(row);
  }
}

function holderInput({ first_name, last_name, mobile, email }: SaidPerson): HolderInput {
  return {
    ...(first_name !== undefined && { first_name }),
    ...(last_name !== undefined && { last_name }),
    ...(mobile !== undefined && { mobile }),
    ...(email !== undefined && { email }),
  };
}

/** As the command of orders takes it. Without any holder in the file those of the order stay. */
export const lineInput = ({ kind, item, quantity, price, state, holders }: ReadLine): LineInput => ({
  [kind]: item,
  quantity,
  ...(price !== undefined && { price }),
  state,
  ...(holders.some((holder) => holder !== null) && { holders }),
});

/** 422 on the column's field for a cell that says nothing that can be understood. */
function readRow(row: number, cells: Said, context: GroupContext): ReadRow {
  for (const [field, text] of Object.entries(cells) as [OrderImportField, string][]) {
    const most = longest[field];
    if (most !== undefined && text.length > most)
      throw invalid("too_long", `${field} has ${text.length} characters; ${most} are the most.`, field, text);
  }
  const locale = cells.locale === undefined ? undefined : (readLanguageWord(cells.locale) ?? cells.locale);
  return {
    row,
    person: readPerson(cells, context.country, locale),
    holder: readHolder(cells, context.country),
    ...readItem(cells, context),
    quantity: readQuantity(cells.quantity),
    price: readPrice(cells.price),
    status: readStatus(cells.status),
    locale,
    bought_at: readBought(cells.bought_at, context),
  };
}

function readHolder(cells: Said, country: string): SaidPerson | undefined {
  const { holder_first_name, holder_last_name, holder_name, holder_mobile, holder_email } = cells;
  return onHolder(() =>
    readPerson(
      {
        ...(holder_first_name !== undefined && { first_name: holder_first_name }),
        ...(holder_last_name !== undefined && { last_name: holder_last_name }),
        ...(holder_name !== undefined && { full_name: holder_name }),
        ...(holder_mobile !== undefined && { mobile: holder_mobile }),
        ...(holder_email !== undefined && { email: holder_email }),
      },
      country,
      undefined,
    ),
  );
}

/** The columns of a holder are read as those of any person. */
function onHolder<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, message, value } = error;
    const field = error.field === "full_name" ? "holder_name" : `holder_${error.field}`;
    throw invalid(code, message, field, value);
  }
}

function readItem({ ticket_type, product }: Said, { onlyType }: GroupContext): Pick<ReadRow, "kind" | "item"> {
  if (ticket_type !== undefined && product !== undefined)
    throw invalid("two_items", "A row is of a ticket type or of a product.", "product", product);
  if (product !== undefined) return { kind: "product", item: tidy(product) };
  const item = ticket_type === undefined ? onlyType : tidy(ticket_type);
  if (item === null) throw invalid("no_item", "A row is of a ticket type or of a product.", "ticket_type", null);
  return { kind: "ticket_type", item };
}

function readQuantity(text: string | undefined): number {
  if (text === undefined) return 1;
  const count = readCount(text);
  if (count !== null && count >= 1 && count <= 500) return count;
  throw invalid("invalid_quantity", `${text} is no quantity of 1 to 500.`, "quantity", text);
}

function readPrice(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const amount = readAmount(text);
  if (amount !== null && amount <= 10_000_000) return amount;
  throw invalid("invalid_price", `${text} is no price like 350 or 349.50.`, "price", text);
}

function readStatus(text: string | undefined): OrderStatus | undefined {
  if (text === undefined) return undefined;
  const status = readOrderStatus(text);
  if (status) return status;
  const message = `${text} is no status: pending, paid, cancelled, refunded or expired.`;
  throw invalid("unknown_status", message, "status", text);
}

function readBought(text: string | undefined, { zone, order, now }: GroupContext): Date | undefined {
  if (text === undefined) return undefined;
  const read = readMoment(text, order);
  if ("code" in read) throw invalid(read.code, read.problem, "bought_at", text);
  const given = "instant" in read ? read.instant : `${read.date}T${read.time ?? "00:00"}`;
  const at = readWhen(given, zone, "bought_at", now);
  if (at > now) throw invalid("in_future", `${text} is still to come.`, "bought_at", text);
  return at;
}
