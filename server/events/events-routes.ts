import type { events } from "../../contract/events.ts";
import type { Clock } from "../kit/clock.ts";
import { cut, readMoment, writeCursor } from "../kit/cursor.ts";
import type { Db, Tx } from "../kit/db.ts";
import { readDay } from "../kit/given-moments.ts";
import type { Actor, Handlers } from "../kit/http.ts";
import { answerOnce } from "../kit/idempotency.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import { type Event, type ItemKind, presentDetails, presentEvent } from "./event.ts";
import { countOrders, listEvents, withDates } from "./events-store.ts";
import { selectItems } from "./items-store.ts";
import { createItem, listItems, updateItem } from "./items.ts";
import { changeEvent, makeEvent, removeEvent, requireEvent } from "./write-event.ts";

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
}

const order = "-start";

/** The calls that write and read events. */
export function eventsRoutes({ db, clock, liveUpdates }: Services): Handlers<typeof events> {
  const tell = (workspaceId: string, id: string) => liveUpdates.publish(workspaceId, "event", id);
  return {
    async create(call) {
      const { actor, body, idempotency } = call;
      const { workspaceId } = actor;
      const { external_id = null, updated_at, ...fields } = body;
      const at = clock.now();
      const from = {
        source: actor.key ? ("api" as const) : ("ui" as const),
        origin: "",
        external_id,
        external_at: updated_at === undefined ? null : new Date(updated_at),
      };
      const answer = await db.inWorkspace(workspaceId, (tx) =>
        answerOnce(
          tx,
          workspaceId,
          idempotency,
          async () => {
            const { event, made } = await makeEvent(tx, workspaceId, fields, from, at);
            return { status: made ? 201 : 200, body: await detailsOf(tx, event) };
          },
          at,
        ),
      );
      if (idempotency) idempotency.replayed = answer.replayed;
      if (answer.status === 200) call.answerOtherwise();
      tell(workspaceId, answer.body.id);
      return answer.body;
    },
    async list({ actor: { workspaceId }, query }) {
      return db.inWorkspace(workspaceId, async (tx) => {
        const { time_zone } = await getWorkspace(tx, workspaceId);
        const { from, to, status = null, archived, query: sought, cursor, limit } = query;
        const filter = {
          from: from === undefined ? null : readDay(from, time_zone, "from"),
          to: to === undefined ? null : readDay(to, time_zone, "to"),
          status,
          archived: archived === "true",
          query: sought || null,
        };
        const after = cursor === undefined ? null : readMoment(cursor, order);
        const rows = await listEvents(tx, workspaceId, filter, { after, limit: limit + 1 });
        const page = cut(rows, limit, ({ start_at, id }) => writeCursor(order, start_at.toISOString(), id));
        const complete = await withDates(tx, workspaceId, page.items);
        return { items: complete.map(presentEvent), next_cursor: page.next_cursor };
      });
    },
    async get({ actor: { workspaceId }, params }) {
      return db.inWorkspace(workspaceId, async (tx) => detailsOf(tx, await requireEvent(tx, workspaceId, params.id)));
    },
    async update({ actor: { workspaceId }, params, body }) {
      const shown = await db.inWorkspace(workspaceId, async (tx) =>
        detailsOf(tx, await changeEvent(tx, workspaceId, params.id, body, clock.now())),
      );
      tell(workspaceId, shown.id);
      return shown;
    },
    async remove({ actor: { workspaceId }, params }) {
      await db.inWorkspace(workspaceId, (tx) => removeEvent(tx, workspaceId, params.id, clock.now()));
      tell(workspaceId, params.id);
      return undefined;
    },
  };
}

async function detailsOf(tx: Tx, event: Event) {
  const { workspace_id, id } = event;
  const items = await selectItems(tx, workspace_id, id);
  return presentDetails(event, items, await countOrders(tx, workspace_id, id));
}

// The parts of a call that these handlers use; the module holds them to the contract of each kind.
interface OfEvent {
  actor: Actor;
  params: { id: string };
}
interface OfItem {
  actor: Actor;
  params: { id: string; item_id: string };
}
type Fields = Parameters<typeof updateItem>[3];

/** The four calls on an event's ticket types or products. */
export function itemsRoutes(kind: ItemKind, { db, clock, liveUpdates }: Services) {
  const write = async <T>({ workspaceId }: Actor, eventId: string, work: (tx: Tx) => Promise<T>) => {
    const result = await db.inWorkspace(workspaceId, work);
    liveUpdates.publish(workspaceId, "event", eventId);
    return result;
  };
  const change = ({ actor, params }: OfItem, fields: Fields) => {
    const item = { eventId: params.id, kind, id: params.item_id };
    return write(actor, params.id, (tx) => updateItem(tx, actor.workspaceId, item, fields, clock.now()));
  };
  return {
    async create({ actor, params: { id: eventId }, body }: OfEvent & { body: Fields & { name: string } }) {
      return write(actor, eventId, (tx) => createItem(tx, actor.workspaceId, { eventId, kind }, body, clock.now()));
    },
    async list({ actor, params, query }: OfEvent & { query: { archived: "true" | "false" } }) {
      const asked = { eventId: params.id, kind, archived: query.archived === "true" };
      return db.inWorkspace(actor.workspaceId, (tx) => listItems(tx, actor.workspaceId, asked));
    },
    update: (call: OfItem & { body: Fields }) => change(call, call.body),
    async remove(call: OfItem) {
      await change(call, { archived: true });
      return undefined;
    },
  };
}
