import type { orders } from "../../../contract/orders.ts";
import { personKeys } from "../../contacts/find-or-add.ts";
import { lockPeopleNamed } from "../../contacts/lock-people.ts";
import { searchContacts } from "../../contacts/search-contacts.ts";
import type { Clock } from "../../kit/clock.ts";
import { cut, readMoment, writeCursor } from "../../kit/cursor.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { notFound } from "../../kit/errors.ts";
import { type Command, createGroupCommit } from "../../kit/group-commit.ts";
import type { Actor, Call, Handlers } from "../../kit/http.ts";
import { answerOnce } from "../../kit/idempotency.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";
import { selectEventRow } from "../events-store.ts";
import { completeOrders, loadOrder } from "./complete-orders.ts";
import { listOrders, type OrderFilter } from "./list-store.ts";
import { mayWithdraw } from "./order-consents.ts";
import type { OrderContext } from "./order.ts";
import { lockOrdersCalled } from "./orders-store.ts";
import { presentOrder, presentPerson, presentTicket, presentWithHistory } from "./present-order.ts";
import { changeOrder, makeOrder, type OrderFields, peopleIn } from "./write-order.ts";
import { changeTicket, type OneTicket, setCheckedIn } from "./write-ticket.ts";

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
}

type Creating = Call<typeof orders.create>;
type Routes = Omit<Handlers<typeof orders>, "startImport" | "previewImport" | "getImport">;

/** Contacts that a search looks at: a list of more is of no use to anybody. */
const mostFound = 200;
const sort = "-created_at";

/** The calls that write and read orders and tickets. */
export function ordersRoutes({ db, clock, liveUpdates }: Services): Routes {
  const commands = createGroupCommit<Making>(db, lockAllOf);
  const tell = (workspaceId: string, eventId: string) => liveUpdates.publish(workspaceId, "event", eventId);
  const contextOf = ({ name }: Actor): OrderContext => ({ by: name, at: clock.now() });

  async function change(actor: Actor, id: string, fields: OrderFields, reason: string | null = null) {
    const { workspaceId } = actor;
    const shown = await db.inWorkspace(workspaceId, async (tx) =>
      presentWithHistory(tx, await changeOrder(tx, workspaceId, id, fields, contextOf(actor), { reason })),
    );
    tell(workspaceId, shown.event.id);
    return shown;
  }

  async function changed(actor: Actor, work: (tx: Tx) => Promise<OneTicket>) {
    const { order, line, ticket } = await db.inWorkspace(actor.workspaceId, work);
    tell(actor.workspaceId, order.event_id);
    const ids = { event_id: order.event_id, order_id: order.id };
    return { ...presentTicket(line, ticket), ...ids, buyer: presentPerson(order.buyer) };
  }

  const checkIn = (actor: Actor, id: string, isIn: boolean) =>
    changed(actor, (tx) => setCheckedIn(tx, actor.workspaceId, id, isIn, contextOf(actor)));

  return {
    async create(call) {
      const { actor, body, params, idempotency } = call;
      const { workspaceId } = actor;
      const { external_id = null, updated_at, ...fields } = body;
      const context = contextOf(actor);
      const from = {
        source: actor.key ? ("api" as const) : ("ui" as const),
        origin: "",
        external_id,
        external_at: updated_at === undefined ? null : new Date(updated_at),
      };
      const work = (tx: Tx) =>
        answerOnce(
          tx,
          workspaceId,
          idempotency,
          async () => {
            const { order, made } = await makeOrder(tx, workspaceId, params.id, fields, from, context);
            return { status: made ? 201 : 200, body: await presentWithHistory(tx, order) };
          },
          context.at,
        );
      // Other systems send theirs by the thousand. One that may withdraw a consent waits for texts that are being submitted, and nobody
      // with it.
      const answer = mayWithdraw(body.consents)
        ? await db.inWorkspace(workspaceId, work)
        : await commands.execute(workspaceId, { keys: keysOf(body, idempotency), body, work });
      if (idempotency) idempotency.replayed = answer.replayed;
      if (answer.status === 200) call.answerOtherwise();
      tell(workspaceId, params.id);
      return answer.body;
    },
    async ofEvent({ actor: { workspaceId }, params, query }) {
      return db.inWorkspace(workspaceId, async (tx) => {
        if (!(await selectEventRow(tx, workspaceId, params.id))) throw notFound("event", params.id);
        return listPage(tx, workspaceId, { ...query, event: params.id });
      });
    },
    async list({ actor: { workspaceId }, query }) {
      return db.inWorkspace(workspaceId, (tx) => listPage(tx, workspaceId, query));
    },
    async get({ actor: { workspaceId }, params }) {
      return db.inWorkspace(workspaceId, async (tx) =>
        presentWithHistory(tx, await loadOrder(tx, workspaceId, params.id)),
      );
    },
    async update({ actor, params, body }) {
      return change(actor, params.id, body);
    },
    async cancel({ actor, params, body }) {
      return change(actor, params.id, { status: "cancelled" }, body.reason || null);
    },
    async updateTicket({ actor, params, body }) {
      return changed(actor, (tx) => changeTicket(tx, actor.workspaceId, params.id, body, contextOf(actor)));
    },
    async checkIn({ actor, params }) {
      return checkIn(actor, params.id, true);
    },
    async undoCheckIn({ actor, params }) {
      return checkIn(actor, params.id, false);
    },
  };
}

interface Search {
  event?: string;
  contact?: string | undefined;
  status?: string | undefined;
  query?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

async function listPage(tx: Tx, workspaceId: string, { event, contact, status, query, cursor, limit }: Search) {
  const filter: OrderFilter = {
    event_id: event ?? null,
    status: status ?? null,
    contact_id: contact ?? null,
    found: query ? await find(tx, workspaceId, query) : null,
  };
  const after = cursor === undefined ? null : readMoment(cursor, sort);
  const rows = await listOrders(tx, workspaceId, filter, { after, limit: limit + 1 });
  const page = cut(rows, limit, ({ created_at, id }) => writeCursor(sort, created_at.toISOString(), id));
  const complete = await completeOrders(tx, workspaceId, page.items);
  return { items: complete.map(presentOrder), next_cursor: page.next_cursor };
}

async function find(tx: Tx, workspaceId: string, query: string): Promise<OrderFilter["found"]> {
  const contacts = await searchContacts(tx, workspaceId, { query, sort, limit: mostFound });
  return { reference: query, contacts: contacts.items.map(({ id }) => id), holder: query };
}

/** An order that is made beside others. */
interface Making extends Command<unknown> {
  body: Creating["body"];
}

/** Locks the orders and people that any of these names. */
async function lockAllOf(tx: Tx, workspaceId: string, makings: readonly Making[]): Promise<void> {
  const bodies = makings.map(({ body }) => body);
  const called = bodies.flatMap(({ external_id }) => external_id ?? []);
  await lockOrdersCalled(tx, workspaceId, called);
  const { country } = await getWorkspace(tx, workspaceId);
  await lockPeopleNamed(tx, { workspaceId, country }, bodies.flatMap(peopleIn));
}

/** By what a new order may be the same as another, or have the same people. */
function keysOf(body: Creating["body"], idempotency: Creating["idempotency"]): string[] {
  return [
    ...peopleIn(body).flatMap(personKeys),
    ...(body.external_id ? [`id ${body.external_id}`] : []),
    ...(idempotency ? [`key ${idempotency.key}`] : []),
  ];
}
