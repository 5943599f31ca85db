import type { z } from "zod";
import type { bookings } from "../../contract/bookings.ts";
import { personKeys } from "../contacts/find-or-add.ts";
import { lockPeopleNamed } from "../contacts/lock-people.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import { type Command, createGroupCommit } from "../kit/group-commit.ts";
import type { Call, Handlers } from "../kit/http.ts";
import { answerOnce } from "../kit/idempotency.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import { getWorkspace } from "../workspaces/workspace.ts";
import type { ChangeContext } from "./booking.ts";
import { listPage } from "./list-bookings.ts";
import { lockBookingsCalled } from "./lock-order.ts";
import { loadBooking, presentWithHistory } from "./present-booking.ts";
import { decisionsOfBooking } from "./workflows/present-decisions.ts";
import type { DecideServices } from "./workflows/step.ts";
import { wouldTell } from "./workflows/would-tell.ts";
import { type BookingFields, changeBooking, makeBooking } from "./write-booking.ts";

interface Services {
  db: Db;
  clock: Clock;
  deciding: DecideServices;
  liveUpdates: Pick<LiveUpdates, "publish">;
}

type Called = Call<typeof bookings.create>;
type ByActor = Pick<Called, "actor">;

type Routes = Omit<Handlers<typeof bookings>, "startImport" | "previewImport" | "getImport">;

/** The calls that write and read bookings. */
export function bookingsRoutes({ db, clock, deciding, liveUpdates }: Services): Routes {
  const { links } = deciding;
  const commands = createGroupCommit<Making>(db, lockAllOf);
  const tell = (workspaceId: string, id: string) => liveUpdates.publish(workspaceId, "booking", id);
  return {
    async create(call) {
      const { actor, body, idempotency } = call;
      const { workspaceId } = actor;
      const { external_id = null, updated_at, changed_by, notify, ...fields } = body;
      const at = clock.now();
      const context = contextOf(call, { by: changed_by ?? "employee", notify, at });
      const from = {
        source: actor.key ? ("api" as const) : ("ui" as const),
        origin: "",
        external_id,
        external_at: updated_at === undefined ? null : new Date(updated_at),
      };
      const work = async (tx: Tx) => {
        const { booking, made } = await makeBooking(tx, links, workspaceId, fields, from, context);
        return { status: made ? 201 : 200, body: await presentWithHistory(tx, links, booking) };
      };
      // Other systems send theirs by the thousand.
      const answer = await commands.execute(workspaceId, {
        keys: keysOf(body, idempotency),
        body,
        work: (tx) => answerOnce(tx, workspaceId, idempotency, () => work(tx), at),
      });
      if (idempotency) idempotency.replayed = answer.replayed;
      if (answer.status === 200) call.answerOtherwise();
      tell(workspaceId, answer.body.id);
      return answer.body;
    },
    async list({ actor, query }) {
      return db.inWorkspace(actor.workspaceId, (tx) => listPage(tx, links, actor.workspaceId, query));
    },
    async get({ actor, params }) {
      return db.inWorkspace(actor.workspaceId, async (tx) =>
        presentWithHistory(tx, links, await loadBooking(tx, actor.workspaceId, params.id)),
      );
    },
    async update(call) {
      const { changed_by, notify, ...fields } = call.body;
      return change(call, call.params.id, fields, { by: changed_by, notify, reason: null });
    },
    async cancel(call) {
      return cancel(call, call.params.id, call.body);
    },
    async remove(call) {
      return cancel(call, call.params.id, call.body);
    },
    async decisions({ actor, params }) {
      const { workspaceId } = actor;
      return db.inWorkspace(workspaceId, async (tx) => ({
        items: await decisionsOfBooking(tx, workspaceId, params.id, clock.now()),
      }));
    },
    async wouldTell(call) {
      const context = contextOf(call, { by: call.body.change.changed_by, notify: true, at: clock.now() });
      return wouldTell({ db, deciding }, call.actor.workspaceId, call.body, context);
    },
  };

  async function change(
    call: ByActor,
    id: string,
    fields: BookingFields,
    { by, notify, reason }: { by: ChangeContext["by"]; notify: boolean; reason: string | null },
  ) {
    const { workspaceId } = call.actor;
    const context = contextOf(call, { by, notify, at: clock.now() });
    const shown = await db.inWorkspace(workspaceId, async (tx) =>
      presentWithHistory(tx, links, await changeBooking(tx, workspaceId, id, fields, context, null, reason)),
    );
    tell(workspaceId, id);
    return shown;
  }

  function cancel(call: ByActor, id: string, { by, reason = null, notify }: z.output<typeof bookings.cancel.body>) {
    return change(call, id, { status: "cancelled" }, { by, notify, reason: reason || null });
  }
}

/** A booking that is made beside others. */
interface Making extends Command<unknown> {
  body: Called["body"];
}

/** Locks the bookings and people that any of these names, as an import locks those of its rows. */
async function lockAllOf(tx: Tx, workspaceId: string, makings: readonly Making[]): Promise<void> {
  const bodies = makings.map(({ body }) => body);
  await lockBookingsCalled(
    tx,
    workspaceId,
    "",
    bodies.flatMap(({ external_id }) => external_id ?? []),
  );
  const { country } = await getWorkspace(tx, workspaceId);
  const people = bodies.flatMap(({ customer, attendees = [] }) => [...(customer ? [customer] : []), ...attendees]);
  await lockPeopleNamed(tx, { workspaceId, country }, people);
}

/** By what a new booking may be the same as another, or have the same people. */
function keysOf(
  { external_id, customer, attendees = [] }: Called["body"],
  idempotency: Called["idempotency"],
): string[] {
  const people = [customer, ...attendees].flatMap(personKeys);
  return [...people, ...(external_id ? [`id ${external_id}`] : []), ...(idempotency ? [`key ${idempotency.key}`] : [])];
}

const contextOf = ({ actor }: ByActor, rest: Pick<ChangeContext, "by" | "notify" | "at">): ChangeContext => ({
  ...rest,
  name: actor.name,
  depth: 0,
});
