/**
 * The one command that writes orders, whatever the way in. It compares the order as it was with the order as it is; a change that changes
 * nothing writes nothing.
 */
import type { BuyerInput, ConsentInput, LineInput, OrderSource, OrderStatus } from "../../../contract/orders.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import { appendActivity } from "../../activity/activity.ts";
import { takeSubmitLock } from "../../consent/submit-lock.ts";
import { readLocale } from "../../contacts/contact.ts";
import { lockPeopleNamed } from "../../contacts/lock-people.ts";
import { type PersonInput, resolvePerson, selectPeople } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { conflict, notFound } from "../../kit/errors.ts";
import { newId } from "../../kit/id.ts";
import { pipelined } from "../../kit/prepared.ts";
import { referenceOf } from "../../kit/reference.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { selectEventRow } from "../events-store.ts";
import { completeOrders } from "./complete-orders.ts";
import { insertHistory } from "./history-store.ts";
import { insertLines, replaceLines } from "./lines-store.ts";
import { changesOf, historyEntry, isCancelling, recordChanged, targetOf } from "./order-changes.ts";
import { type Answers, mayWithdraw, readAnswers, recordAnswers } from "./order-consents.ts";
import { type Order, type OrderContext, settleValid } from "./order.ts";
import { insertOrder, lockOrder, selectExternal, updateOrder } from "./orders-store.ts";
import { readLines } from "./read-lines.ts";

/** What is said about an order; undefined leaves it as it is. */
export interface OrderFields {
  reference?: string | undefined;
  buyer?: BuyerInput | (PersonInput & { phone?: string }) | null | undefined;
  lines?: readonly LineInput[] | undefined;
  status?: OrderStatus | undefined;
  complimentary?: boolean | undefined;
  locale?: string | null | undefined;
  test?: boolean | undefined;
  consents?: readonly ConsentInput[] | undefined;
}

/** Where a new order comes from. */
export interface OrderOrigin {
  source: OrderSource;
  /** Whose ids `external_id` is one of; empty for the workspace's own systems. */
  origin: string;
  external_id: string | null;
  /** When it was so there: what is older than what is known changes nothing. */
  external_at: Date | null;
  /** When it was bought, where that is known; else when it is made. */
  created_at?: Date;
}

/**
 * Makes an order of an event, or changes the one with the origin's external id. 404 without such an event, 409 where the order is of
 * another, 422 names the field and its value. Where consents may be withdrawn by it, the transaction has locked no row yet.
 */
export async function makeOrder(
  tx: Tx,
  workspaceId: string,
  eventId: string,
  fields: OrderFields,
  from: OrderOrigin,
  context: OrderContext,
): Promise<{ order: Order; made: boolean }> {
  if (mayWithdraw(fields.consents)) await takeSubmitLock(tx, workspaceId);
  const { origin, external_id, external_at } = from;
  const change = async (known: { id: string; event_id: string }) => {
    if (known.event_id !== eventId.toLowerCase()) {
      const message = `The order ${external_id} is of the event ${known.event_id}.`;
      throw conflict("order_of_another_event", message, { field: "external_id", value: external_id });
    }
    return {
      order: await changeOrder(tx, workspaceId, known.id, fields, context, { externalAt: external_at }),
      made: false,
    };
  };
  const [event, known] = await pipelined(
    tx,
    () => selectEventRow(tx, workspaceId, eventId),
    async () => (external_id === null ? undefined : selectExternal(tx, workspaceId, { origin, external_id })),
  );
  if (!event) throw notFound("event", eventId);
  if (known) return change(known);
  const { at } = context;
  const id = newId(at);
  const blank: Order = {
    ...from,
    workspace_id: workspaceId,
    id,
    event_id: event.id,
    event: { id: event.id, name: event.name },
    reference: referenceOf(id),
    buyer_id: null,
    buyer: null,
    lines: [],
    status: "paid",
    complimentary: false,
    locale: null,
    test: false,
    valid: false,
    consents: [],
    sequence: 0,
    created_at: from.created_at ?? at,
    updated_at: at,
  };
  const { order, unheard } = await withFields(tx, blank, fields, context);
  const insert = () => insertOrder(tx, workspaceId, order);
  if (external_id !== null && !(await insert())) {
    const other = await selectExternal(tx, workspaceId, { origin, external_id });
    if (!other) throw new Error(`order ${external_id} can be neither added nor found`);
    return change(other);
  }
  const entries = [historyEntry(context, "created", { to: order.status })];
  await pipelined(
    tx,
    // Only an external id can be another's meanwhile.
    async () => external_id !== null || insert(),
    () => insertLines(tx, workspaceId, order),
    () => insertHistory(tx, workspaceId, { orderId: id, entries }),
    () => recordAuditEvent(tx, { workspaceId, at, action: "order.created", target: targetOf(order) }),
    () => appendActivity(tx, workspaceId, at, [{ type: "order.created", subjects: [id] }]),
  );
  await recordAnswers(tx, order, unheard, { recordedBy: context.by ?? order.source, now: at });
  return { order, made: true };
}

/** Changes an order; 404 where there is none. `externalAt`: when it was so elsewhere. */
export async function changeOrder(
  tx: Tx,
  workspaceId: string,
  id: string,
  fields: OrderFields,
  context: OrderContext,
  { externalAt = null, reason = null }: { externalAt?: Date | null; reason?: string | null } = {},
): Promise<Order> {
  if (mayWithdraw(fields.consents)) await takeSubmitLock(tx, workspaceId);
  const before = await lockWhole(tx, workspaceId, id);
  if (externalAt && before.external_at && externalAt < before.external_at) return before;
  const { order: after, unheard } = await withFields(tx, before, fields, context);
  after.external_at = externalAt ?? before.external_at;
  const written = await writeChange(tx, before, after, context, reason);
  await recordAnswers(tx, written, unheard, { recordedBy: context.by ?? after.source, now: context.at });
  return written;
}

/** One order with what it is made of, locked until the transaction ends; 404 where there is none. */
export async function lockWhole(tx: Tx, workspaceId: string, id: string): Promise<Order> {
  const row = await lockOrder(tx, workspaceId, id);
  const [order] = row ? await completeOrders(tx, workspaceId, [row]) : [];
  if (!order) throw notFound("order", id);
  return order;
}

/** Writes what is another of a locked order, and tells of it; answers the order as it is then. */
export async function writeChange(
  tx: Tx,
  before: Order,
  changed: Order,
  { by, at: now }: OrderContext,
  reason: string | null = null,
): Promise<Order> {
  const { workspace_id: workspaceId, id } = before;
  const after = settleValid(changed);
  // Later than the change before it also where the clock was set back.
  const context = { by, at: new Date(Math.max(now.getTime(), before.updated_at.getTime() + 1)) };
  const { at } = context;
  const history = changesOf(before, after, context, reason);
  if (history.length === 0) {
    const isKept = (order: Order) => JSON.stringify([order.external_at, order.consents]);
    if (isKept(before) !== isKept(after)) await updateOrder(tx, workspaceId, after);
    return { ...before, external_at: after.external_at, consents: after.consents };
  }
  after.updated_at = at;
  after.sequence++;
  await updateOrder(tx, workspaceId, after);
  if (JSON.stringify(rowsOf(before)) !== JSON.stringify(rowsOf(after))) await replaceLines(tx, workspaceId, after);
  const type = isCancelling(before, after) ? ("order.cancelled" as const) : ("order.updated" as const);
  await pipelined(
    tx,
    () => insertHistory(tx, workspaceId, { orderId: id, entries: history }),
    () => recordChanged(tx, before, after, history, at),
    () => appendActivity(tx, workspaceId, at, [{ type, subjects: [id] }]),
  );
  return after;
}

/** What is stored of lines and tickets. */
const rowsOf = ({ lines }: Order) =>
  lines.map(({ name: _name, tickets, ...line }) => [line, tickets.map(({ contact: _contact, ...ticket }) => ticket)]);

/** The order with what is said about it, and which answers of its buyer are new. */
/** Who is named as a buyer or a holder. */
export const peopleIn = ({ buyer, lines = [] }: Pick<OrderFields, "buyer" | "lines">) =>
  [buyer, ...lines.flatMap(({ holders = [] }) => holders)].filter((person) => person !== null && person !== undefined);

async function withFields(
  tx: Tx,
  before: Order,
  fields: OrderFields,
  { at }: OrderContext,
): Promise<{ order: Order; unheard: Answers["unheard"] }> {
  const { workspace_id: workspaceId } = before;
  const { country } = await getWorkspace(tx, workspaceId);
  const scope = { workspaceId, country, at };
  const after: Order = { ...before };
  if (fields.reference !== undefined) after.reference = fields.reference;
  if (fields.status !== undefined) after.status = fields.status;
  if (fields.complimentary !== undefined) after.complimentary = fields.complimentary;
  if (fields.locale !== undefined) after.locale = fields.locale ? readLocale(fields.locale) : null;
  if (fields.test !== undefined) after.test = fields.test;
  if (fields.lines?.some(({ holders }) => holders?.length)) await lockPeopleNamed(tx, scope, peopleIn(fields));
  // Before the holders: of two people with one address the contact is the buyer's.
  if (fields.buyer !== undefined) await setBuyer(tx, after, fields.buyer, scope);
  if (fields.lines !== undefined) after.lines = await readLines(tx, scope, before, fields.lines);
  const known = after.buyer_id === before.buyer_id ? before.consents : [];
  const answers = await readAnswers(tx, workspaceId, known, fields.consents ?? []);
  after.consents = answers.consents;
  return { order: settleValid(after), unheard: answers.unheard };
}

const noBuyer = { code: "no_buyer", message: "A buyer has a name, a number or an e-mail address." };

async function setBuyer(
  tx: Tx,
  order: Order,
  buyer: NonNullable<OrderFields["buyer"]> | null,
  scope: { workspaceId: string; country: string; at: Date },
): Promise<void> {
  const present = order.buyer;
  order.buyer_id = buyer && (await resolvePerson(tx, scope, buyer, { present, field: "buyer", none: noBuyer }));
  const people = await selectPeople(tx, scope.workspaceId, [order.buyer_id]);
  order.buyer = people.get(order.buyer_id ?? "") ?? null;
}
