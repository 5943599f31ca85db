/**
 * Runs the rows of orders as commands within one transaction, pipelined: orders of different people do not wait for each other's answers.
 * An order of which one row is refused is refused as a whole. Where something of it was written already all is undone, and done again
 * without it.
 */
import { hash } from "node:crypto";
import { sql } from "kysely";
import { dateOrderOf } from "../../../rules/booking-cells.ts";
import type { RejectedRow } from "../../contacts/command-import/imports-store.ts";
import type { RowResult } from "../../contacts/command-import/run-file.ts";
import { faultyRow } from "../../contacts/command-import/said-rows.ts";
import { personKeys } from "../../contacts/find-or-add.ts";
import { resolvePerson } from "../../contacts/person.ts";
import type { Tx } from "../../kit/db.ts";
import { notFound, Problem } from "../../kit/errors.ts";
import { isId } from "../../kit/id.ts";
import { chainsOf, sideBySide } from "../../kit/shared-statements.ts";
import { getWorkspace, type WorkspaceRow } from "../../workspaces/workspace.ts";
import type { EventRow, ItemRow } from "../event.ts";
import { selectEventRow } from "../events-store.ts";
import { selectItems } from "../items-store.ts";
import { createItem } from "../items.ts";
import { importOrigin, type Order, type OrderContext } from "../orders/order.ts";
import { selectExternal } from "../orders/orders-store.ts";
import { makeOrder } from "../orders/write-order.ts";
import { hasOrderOfName } from "./import-store.ts";
import type { Said, WaitingRow } from "./order-file.ts";
import { lineInput, type ReadGroup, readGroup } from "./read-group.ts";

export interface GroupsCall {
  workspaceId: string;
  eventId: string;
  createMissing: boolean;
  /** Who sent the file. */
  by: string;
  /** A moment for an order, later than that of the one before: it tells what the rows changed. */
  nextMoment(): Date;
}

export interface GroupResult {
  outcome: "created" | "updated" | "unchanged";
  /** Null where it is known that there is one, and no more. */
  order: Order | null;
}

interface Scope {
  workspace: WorkspaceRow;
  event: EventRow;
  items: readonly ItemRow[];
}

/** In the order of the rows. Throws, with nothing done, what is not the rows' fault. */
export async function runGroups(
  tx: Tx,
  call: GroupsCall,
  rows: readonly WaitingRow[],
): Promise<(RowResult & { order?: Order | null })[]> {
  const { workspaceId, eventId, by, nextMoment } = call;
  const workspace = await getWorkspace(tx, workspaceId);
  const event = await selectEventRow(tx, workspaceId, eventId);
  if (!event) throw notFound("event", eventId);
  const groups = [...Map.groupBy(rows, ({ of_row }) => of_row).values()];
  const refused = new Map<number, RejectedRow>();
  const refuse = (group: readonly WaitingRow[], rejected: RejectedRow) => {
    for (const { row } of group) refused.set(row, row === rejected.row ? rejected : rejectedWith(row, rejected));
  };
  const read = new Map<readonly WaitingRow[], ReadGroup>();
  const items = await selectItems(tx, workspaceId, event.id);
  for (const group of groups) {
    const faulty = group.find(({ fault }) => fault !== null);
    if (faulty) refuse(group, faultyRow(faulty.row, faulty.fault as string));
    else readInto(group);
  }
  const scope: Scope = { workspace, event, items: call.createMissing ? await makeMissing() : items };

  await sql`savepoint import_orders`.execute(tx);
  for (;;) {
    const done = new Map<readonly WaitingRow[], GroupResult>();
    let isHalf = false;
    const runGroup = async (group: readonly WaitingRow[]) => {
      const said = read.get(group) as ReadGroup;
      try {
        const context = { by, at: nextMoment() };
        done.set(group, await importGroup(tx, scope, said, context, group[0]?.repeats ?? 0));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        refuse(group, rejectionOf(group, said, error));
        // Holders and buyers are made contacts on the way.
        isHalf = true;
      }
    };
    const left = groups.filter((group) => !refused.has(group[0]?.row as number));
    await sideBySide(
      tx,
      chainsOf(left, keysOf).map((chain) => async () => {
        for (const group of chain) await runGroup(group);
      }),
    );
    if (!isHalf) return rows.map((row) => resultOf(row, done));
    await sql`rollback to savepoint import_orders`.execute(tx);
  }

  function readInto(group: readonly WaitingRow[]): void {
    const [type, ...others] = items.filter(({ kind, archived_at }) => kind === "ticket_type" && archived_at === null);
    const context = {
      country: workspace.country,
      zone: (event as EventRow).time_zone,
      order: dateOrderOf(workspace.country),
      now: nextMoment(),
      onlyType: type && others.length === 0 ? type.id : null,
    };
    let at = group[0]?.row as number;
    try {
      const said = readGroup(group, context, (row, work) => {
        at = row;
        return work();
      });
      read.set(group, said);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      const cells = group.find(({ row }) => row === at)?.said ?? {};
      refuse(group, rejection(at, cells, error, error.field ?? null));
    }
  }

  /** Makes ticket types and products of names that the event has not. */
  async function makeMissing(): Promise<ItemRow[]> {
    const nameOf = (kind: string, name: string) => `${kind} ${name.toLowerCase()}`;
    const known = new Set(items.flatMap(({ kind, name, id }) => [nameOf(kind, name), nameOf(kind, id)]));
    for (const { kind, item, price } of [...read.values()].flatMap(({ lines }) => lines)) {
      if (known.has(nameOf(kind, item))) continue;
      known.add(nameOf(kind, item));
      const fields = { name: item, ...(price !== undefined && { price }) };
      await createItem(tx, workspaceId, { eventId, kind }, fields, nextMoment()).catch((error: unknown) => {
        // It is there by another spelling, or what is wrong with it is said of the rows that name it.
        if (!(error instanceof Problem)) throw error;
      });
    }
    return selectItems(tx, workspaceId, eventId);
  }

  function resultOf({ row, of_row }: WaitingRow, done: ReadonlyMap<readonly WaitingRow[], GroupResult>) {
    const rejected = refused.get(row);
    if (rejected) return { row, rejected };
    const group = groups.find(([first]) => first?.of_row === of_row) as WaitingRow[];
    const { outcome, order } = done.get(group) as GroupResult;
    return { row, imported: row === group[0]?.row ? { outcome } : null, order };
  }
}

/**
 * Writes an order by the command of all ways in. One with a number changes the order that has it. One without gets an id made of its buyer
 * and what was bought: where an earlier file has made it, it stays as it is.
 */
async function importGroup(
  tx: Tx,
  { workspace, event, items }: Scope,
  said: ReadGroup,
  context: OrderContext,
  repeats: number,
): Promise<GroupResult> {
  const { workspace_id: workspaceId } = workspace;
  const { order: number, buyer, lines, status, locale, bought_at } = said;
  const fields = { lines: lines.map(lineInput), status, locale };
  const from = { source: "import" as const, external_at: null, ...(bought_at && { created_at: bought_at }) };
  if (number !== null) {
    const own = { ...from, origin: "", external_id: number };
    const all = { ...fields, buyer, ...(number.length <= 40 && { reference: number }) };
    const { order, made } = await makeOrder(tx, workspaceId, event.id, all, own, context);
    const isChanged = order.updated_at >= context.at;
    return { order, outcome: made ? "created" : isChanged ? "updated" : "unchanged" };
  }
  const bought = lines.map(({ kind, item, quantity }) => {
    const found = items.find((each) => each.id === item || (each.kind === kind && isCalled(each, item)));
    return { id: found?.id ?? item.toLowerCase(), quantity };
  });
  if (buyer && !buyer.mobile && !buyer.email) {
    const name = { first_name: buyer.first_name ?? null, last_name: buyer.last_name ?? null };
    const [first] = bought;
    const known = { event_id: event.id, item_id: first?.id ?? "", origin: importOrigin };
    if (isId(known.item_id) && (await hasOrderOfName(tx, workspaceId, name, known, repeats)))
      return { outcome: "unchanged", order: null };
  }
  const people = { workspaceId, country: workspace.country, at: context.at };
  const none = { code: "no_buyer", message: "The row names nobody." };
  const buyerId = await resolvePerson(tx, people, buyer ?? {}, { present: null, field: "buyer", none });
  const parts = [event.id, buyerId, ...bought.map(({ id, quantity }) => `${quantity} ${id}`), String(repeats)];
  // Of ids and figures alone: it says nothing about a person.
  const external_id = hash("sha256", parts.join(" "), "hex").slice(0, 32);
  if (await selectExternal(tx, workspaceId, { origin: importOrigin, external_id }))
    return { outcome: "unchanged", order: null };
  const own = { ...from, origin: importOrigin, external_id };
  const { order, made } = await makeOrder(
    tx,
    workspaceId,
    event.id,
    { ...fields, buyer: { id: buyerId } },
    own,
    context,
  );
  return { order, outcome: made ? "created" : "unchanged" };
}

const isCalled = ({ name }: ItemRow, item: string) => name.toLowerCase() === item.toLowerCase();

/** What says whom and which order rows are about: orders that share any of it are written one after another. */
function keysOf(group: readonly WaitingRow[]): string[] {
  return group.flatMap(({ said: cells }) => {
    const { order, email, mobile, phone, holder_email, holder_mobile, ...rest } = cells as Said;
    const known = [
      ...personKeys({ mobile, email }),
      ...personKeys({ mobile: phone }),
      ...personKeys({ mobile: holder_mobile, email: holder_email }),
    ];
    const name = `name ${[rest.full_name, rest.first_name, rest.last_name].join(" ")}`;
    return [...(known.length > 0 ? known : [name]), ...(order === undefined ? [] : [`id ${order}`])];
  });
}

const rejectedWith = (row: number, { row: other, reason }: RejectedRow): RejectedRow => ({
  row,
  reason: "order_rejected",
  field: null,
  value: null,
  message: `Row ${other} of the same order was rejected: ${reason}.`,
});

const longestValue = 200;

function rejection(row: number, cells: Said, { code, message, value }: Problem, field: string | null): RejectedRow {
  const cell = cells[field as keyof Said] ?? (typeof value === "string" ? value : null);
  return { row, reason: code, field, value: cell?.slice(0, longestValue) ?? null, message };
}

/** What the command refuses, as the file's owner reads it: the row, the column's field and the cell. */
function rejectionOf(group: readonly WaitingRow[], { lines }: ReadGroup, problem: Problem): RejectedRow {
  const [first] = group;
  const path = problem.field ?? "";
  const line = /^lines\.(\d+)(?:\.(?:holders\.(\d+)\.(\w+)|(\w+)))?/.exec(path);
  if (!line) {
    const field = path.replace(/^buyer\.?/, "").replace("external_id", "order") || null;
    return rejection(first?.row as number, first?.said ?? {}, problem, field);
  }
  const [, n, ticket, ofHolder, field] = line;
  const meant = lines[Number(n)];
  const row = (ticket === undefined ? meant?.row : meant?.rows[Number(ticket)]) ?? (first?.row as number);
  const cells: Said = group.find((each) => each.row === row)?.said ?? {};
  if (ofHolder === undefined) return rejection(row, cells, problem, field ?? null);
  // A person of a further row is a holder whom the columns of people name.
  const own = `holder_${ofHolder}`;
  return rejection(row, cells, problem, own in cells ? own : ofHolder);
}
