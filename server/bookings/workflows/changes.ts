/** What the changes of a booking that wait together come to. */
import { type Booking, isOff } from "../booking.ts";
import type { BookingBefore, Happening, HappeningRow } from "../happenings-store.ts";
import type { Change } from "./change.ts";
import { settlePeople } from "./who-comes.ts";

/**
 * The changes of one booking in the order in which they happened. Of several that nobody has been told of yet the last one of a kind
 * counts, against how it was before the first; what came to nothing counts as superseded. A booking that nobody has been told of is
 * confirmed as it is now, so its changes are superseded too, and that it is off; that it was accepted is news of its own.
 */
export function changesOf(rows: readonly HappeningRow[], booking: Booking | null): Change[] {
  const changes = rows.flatMap((row) =>
    row.happenings.map((happening): Change => ({ row, happening, leftOut: null, except: [], also: [] })),
  );
  const told = changes.filter(({ row }) => row.notify);
  const isNew = told.some(({ happening }) => happening.kind === "created");
  const moves = told.filter(({ happening }) => isMove(happening));
  const lastMove = supersededByLast(moves);
  if (lastMove && moves.length > 1) {
    const first = moves[0]?.row.before ?? null;
    lastMove.row = { ...lastMove.row, before: first };
    if (first && booking && isAsBefore(first, booking)) lastMove.leftOut = "superseded";
  }
  if (lastMove && isNew) lastMove.leftOut = "superseded";
  const turns = told.filter(({ happening }) => happening.kind === "status");
  const lastTurn = supersededByLast(turns);
  const [from, to] = [turns[0]?.happening, lastTurn?.happening];
  if (lastTurn && from?.kind === "status" && to?.kind === "status") {
    lastTurn.happening = { ...to, from: from.from, from_stands_for: from.from_stands_for };
    const isNothing = from.from === to.to || (isNew && isOff({ stands_for: to.to_stands_for }));
    lastTurn.leftOut = isNothing ? "superseded" : null;
  }
  if (booking) settlePeople(changes, { rows, booking, isNew, lastMove, turns });
  return changes;
}

/** Whether something of the booking itself is another; who comes is told on their own. */
const isMove = (happening: Happening): boolean =>
  happening.kind === "changed" && happening.fields.some((field) => field !== "attendees");

/** All but the last one, which is answered, are superseded by it. */
function supersededByLast(changes: readonly Change[]): Change | undefined {
  const last = changes.at(-1);
  for (const each of changes) each.leftOut = each === last ? null : "superseded";
  return last;
}

function isAsBefore(before: BookingBefore, booking: Booking): boolean {
  const resources = (list: readonly { id: string }[]) => JSON.stringify(list.map(({ id }) => id).sort());
  return (
    before.start === booking.start_at.toISOString() &&
    before.end === booking.end_at.toISOString() &&
    before.service === (booking.service?.name ?? null) &&
    before.location === (booking.location?.name ?? null) &&
    resources(before.resources) === resources(booking.resources)
  );
}
