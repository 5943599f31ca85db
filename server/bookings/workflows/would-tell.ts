/**
 * What workflows would send at once about a change, without making it: the change is made, decided about, and taken back. So the answer is
 * what the code that sends decides, with quota, opt-outs and all.
 */
import { sql } from "kysely";
import type { z } from "zod";
import type { bookings } from "../../../contract/bookings.ts";
import type { Db, Tx } from "../../kit/db.ts";
import { getWorkspace, reminderHoursOf } from "../../workspaces/workspace.ts";
import type { Booking, ChangeContext } from "../booking.ts";
import { completeBookings } from "../complete-bookings.ts";
import { selectHappeningsOf } from "../happenings-store.ts";
import { selectBusy } from "../list-store.ts";
import { loadBooking } from "../present-booking.ts";
import { changeBooking, makeBooking } from "../write-booking.ts";
import { changesOf } from "./changes.ts";
import { decide, lockDecisions } from "./decide.ts";
import { selectOfBooking, type ShownDecision } from "./decisions-store.ts";
import { occasionsOfChange } from "./occasion.ts";
import { timedOf } from "./react.ts";
import type { DecideServices } from "./step.ts";
import type { WorkflowRow } from "./workflow.ts";
import { selectEnabled } from "./workflows-store.ts";

type Input = z.output<typeof bookings.wouldTell.body>;
type Told = z.output<typeof bookings.wouldTell.answer>;

/** Carries the result out of the transaction that is rolled back. */
class NotDone extends Error {
  readonly told: Told;
  constructor(told: Told) {
    super("This was only asked about");
    this.told = told;
  }
}

/** Makes the change, decides what follows, and takes both back. Fails like the change itself where that cannot be made. */
export async function wouldTell(
  { db, deciding }: { db: Db; deciding: DecideServices },
  workspaceId: string,
  input: Input,
  context: ChangeContext,
): Promise<Told> {
  try {
    return await db.inWorkspace(workspaceId, async (tx) => {
      throw new NotDone(await tryOut(tx, deciding, workspaceId, input, context));
    });
  } catch (error) {
    if (error instanceof NotDone) return error.told;
    throw error;
  }
}

async function tryOut(
  tx: Tx,
  deciding: DecideServices,
  workspaceId: string,
  { id, change: { changed_by: _, muted, ...change }, cancel }: Input,
  context: ChangeContext,
): Promise<Told> {
  await lockDecisions(tx, workspaceId);
  const from = { source: "ui", origin: "", external_id: null, external_at: null } as const;
  const fields = cancel ? { ...change, status: "cancelled" } : change;
  const made =
    id === undefined
      ? (await makeBooking(tx, deciding.links, workspaceId, fields, from, context)).booking
      : await changeBooking(tx, workspaceId, id, { ...fields, muted }, context);
  // As who looks at it after the commit reads it.
  const booking = await loadBooking(tx, workspaceId, made.id);
  const before = new Set((await selectOfBooking(tx, workspaceId, booking.id)).map(nameOf));
  await decideAbout(tx, deciding, booking, context.at);
  const sent = (await selectOfBooking(tx, workspaceId, booking.id))
    .filter((decision) => decision.state === "sent" && !before.has(nameOf(decision)))
    .toReversed();
  const texts = await textsOf(tx, workspaceId, sent);
  const items = sent.flatMap((decision): Told["items"] => {
    const { workflow_id, workflow_name, channel, to, name } = decision;
    if (channel === "none") return [];
    const text = texts.get(decision.message_id ?? decision.mail_id ?? "") ?? "";
    return [{ workflow: { id: workflow_id, name: workflow_name }, channel, to, name, text }];
  });
  return { items, busy: await busyBeside(tx, booking) };
}

/** What tells the decisions about a booking apart. */
const nameOf = ({ workflow_id, occurrence, action, recipient }: ShownDecision): string =>
  [workflow_id, occurrence.getTime(), action, recipient].join(" ");

/** As `react` does, with what else of the booking waits to be looked at. */
async function decideAbout(tx: Tx, deciding: DecideServices, booking: Booking, now: Date): Promise<void> {
  const { workspace_id: workspaceId } = booking;
  const workflows = (await selectEnabled(tx, workspaceId)).map(withoutFiles);
  const rows = await selectHappeningsOf(tx, workspaceId, booking.id);
  const hours = reminderHoursOf(await getWorkspace(tx, workspaceId));
  const occasions = [
    ...changesOf(rows, booking).flatMap((change) =>
      occasionsOfChange(workflows, change, { booking, contact: null }, now),
    ),
    ...timedOf(workflows, booking, rows, hours, now),
  ];
  await decide(deciding, tx, workspaceId, occasions, now);
}

/** Nobody sees what is attached, and it takes its time. */
const withoutFiles = (workflow: WorkflowRow): WorkflowRow => ({
  ...workflow,
  do: workflow.do.map((action) => (action.action === "send_email" ? { ...action, pdf: false, ics: false } : action)),
});

/** The texts of what was sent, by the ids of texts and mails. */
async function textsOf(
  tx: Tx,
  workspaceId: string,
  sent: readonly ShownDecision[],
): Promise<ReadonlyMap<string, string>> {
  const ids = (of: (decision: ShownDecision) => string | null) => sent.flatMap((decision) => of(decision) ?? []);
  const messages = await sql<{ id: string; text: string }>`
    select id, text from messages
    where workspace_id = ${workspaceId} and id = any(${ids(({ message_id }) => message_id)}::uuid[])`.execute(tx);
  const mails = await sql<{ id: string; text: string }>`
    select id, text from mails
    where workspace_id = ${workspaceId} and id = any(${ids(({ mail_id }) => mail_id)}::uuid[])`.execute(tx);
  return new Map([...messages.rows, ...mails.rows].map(({ id, text }) => [id, text]));
}

/** Live bookings of the same resources at the same time. */
async function busyBeside(tx: Tx, booking: Booking): Promise<Told["busy"]> {
  const { workspace_id: workspaceId, resource_ids: resources, start_at: start, end_at: end, id: except } = booking;
  const { time_zone } = await getWorkspace(tx, workspaceId);
  const busy = await selectBusy(tx, workspaceId, { resources, start, end, except });
  const others = await completeBookings(tx, workspaceId, time_zone, busy);
  return others.flatMap((other) =>
    other.resources
      .filter((resource) => resources.includes(resource.id))
      .map(({ id, name }) => ({
        resource: { id, name },
        booking: {
          id: other.id,
          reference: other.reference,
          start: other.start_at.toISOString(),
          end: other.end_at.toISOString(),
        },
      })),
  );
}
