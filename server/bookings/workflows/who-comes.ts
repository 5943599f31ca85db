/**
 * Who joined a booking and who left it, in the changes that wait together.
 *
 * Each person is told what it comes to for them, once:
 *
 *   joined, or left and joined and so on until they are there    confirmed
 *   left, whatever came between                                   that their place is off
 *   joined and left, or left and joined again                     nothing
 *   were there when the booking was called off                    that it is off, also where they were taken from it afterwards
 *   left a booking that was off already                           nothing: they know
 *   joined a booking that is moved, or called off, beside it      not of that: they have not been told of it as it was
 *
 * The customer of a booking to which nobody else comes is there without being an attendee. That they become one, or are none any more, is
 * neither joining nor leaving, and is told to nobody: the booking is theirs.
 */
import { type Booking, isOff, namesOf } from "../booking.ts";
import type { HappeningRow } from "../happenings-store.ts";
import type { Change, Leaver } from "./change.ts";

/** Somebody's coming or going. */
interface Step extends Leaver {
  kind: "joined" | "left";
  /** In the order of the rows. */
  row: number;
  /** The id of the attendee; null: the customer who comes alone. */
  id: string | null;
  first_name: string | null;
  last_name: string | null;
  /** What would be told; null: nobody is told of it. */
  change: Change | null;
}

interface Given {
  rows: readonly HappeningRow[];
  booking: Booking;
  /** Nobody has been told of the booking yet. */
  isNew: boolean;
  lastMove: Change | undefined;
  /** Those of the status, of which the last one counts. */
  turns: readonly Change[];
}

/** Says of each who joined or left whether they are told, and whom the move and the turn of the status are not about, or are still. */
export function settlePeople(changes: readonly Change[], { rows, booking, isNew, lastMove, turns }: Given): void {
  const wasOff = isOffBefore(rows, booking);
  const turn = turns.at(-1);
  const off = turn && turn.leftOut === null ? turnedOffIn(rows, turns) : null;
  const newcomers: string[] = [];
  const also: Leaver[] = [];
  for (const steps of peopleOf(stepsOf(changes, rows, booking))) {
    for (const { change } of steps) if (change) change.leftOut = "superseded";
    const [first, last] = [steps[0], steps.at(-1)];
    if (!first || !last || isNew) continue;
    const [wasThere, isThere] = [first.kind === "left", last.kind === "joined"];
    if (wasThere === isThere) continue;
    if (isThere) {
      if (last.id !== null) newcomers.push(last.id);
      if (last.change) last.change.leftOut = null;
    } else if (wasOff) {
      if (last.change) last.change.leftOut = "booking_cancelled";
    } else if (off !== null && (last.change === null || last.row >= off)) also.push(last);
    else if (last.change) last.change.leftOut = null;
  }
  if (lastMove) lastMove.except = newcomers;
  if (turn && off !== null) Object.assign(turn, { except: newcomers, also });
}

/** Whether the booking was off before the first of the changes. */
function isOffBefore(rows: readonly HappeningRow[], booking: Booking): boolean {
  const first = rows.flatMap(({ happenings }) => happenings).find(({ kind }) => kind === "status");
  return isOff({ stands_for: first?.kind === "status" ? first.from_stands_for : booking.stands_for });
}

/** The place of the row since which the booking is off by the turns; null where it is not. */
function turnedOffIn(rows: readonly HappeningRow[], turns: readonly Change[]): number | null {
  const isInto = ({ happening }: Change) =>
    happening.kind === "status" && isOff({ stands_for: happening.to_stands_for });
  const since = turns[turns.findLastIndex((each) => !isInto(each)) + 1];
  return since ? rows.findIndex(({ id }) => id === since.row.id) : null;
}

/** Who comes and goes in the rows that are told, in order. In one row those who leave go before those who join. */
function stepsOf(changes: readonly Change[], rows: readonly HappeningRow[], booking: Booking): Step[] {
  const left = new Map(rows.flatMap(({ before }) => (before?.left ?? []).map((each) => [each.id, each] as const)));
  const coming = new Map(booking.attendees.map((each) => [each.id, each]));
  const stepOf = (change: Change, row: number): Step[] => {
    const { happening } = change;
    if (happening.kind !== "attendee_joined" && happening.kind !== "attendee_left") return [];
    const kind = happening.kind === "attendee_joined" ? "joined" : "left";
    const id = happening.attendee;
    const attendee = left.get(id) ?? null;
    const present = coming.get(id);
    const names = present ? namesOf(present) : { first_name: null, last_name: null, ...attendee };
    const { first_name, last_name } = names;
    const contact_id = present ? (present.contact?.id ?? null) : (attendee?.contact_id ?? null);
    return [{ kind, row, id, first_name, last_name, contact_id, attendee, change }];
  };
  const alone = (kind: Step["kind"], row: number, contact_id: string): Step => {
    const { first_name = null, last_name = null } = booking.customer?.id === contact_id ? booking.customer : {};
    return { kind, row, id: null, first_name, last_name, contact_id, attendee: null, change: null };
  };
  return rows.flatMap((own, row) => {
    if (!own.notify) return [];
    const steps = changes.filter((change) => change.row.id === own.id).flatMap((change) => stepOf(change, row));
    const goes = steps.filter(({ kind }) => kind === "left");
    const comes = steps.filter(({ kind }) => kind === "joined");
    const [before, after] = [own.before?.alone ?? null, aloneAfter(rows, row, booking)];
    return [
      ...(before !== null && comes.length > 0 ? [alone("left", row, before)] : []),
      ...goes,
      ...comes,
      ...(after !== null && goes.length > 0 ? [alone("joined", row, after)] : []),
    ];
  });
}

/** The customer, where nobody else comes after a row. */
function aloneAfter(rows: readonly HappeningRow[], row: number, { attendees, customer_id }: Booking): string | null {
  const next = rows[row + 1];
  if (next) return next.before?.alone ?? null;
  return attendees.length === 0 ? customer_id : null;
}

/** The steps by person: who left and joined again is another attendee. */
function peopleOf(steps: readonly Step[]): Step[][] {
  const people: Step[][] = [];
  for (const step of steps) {
    const isOwn = (person: Step[]): boolean => {
      const last = person.at(-1);
      if (!last || last.kind === step.kind) return false;
      return step.kind === "left" ? isSamePlace(last, step) : isSamePerson(last, step);
    };
    const known = people.find(isOwn);
    if (known) known.push(step);
    else people.push([step]);
  }
  return people;
}

const isSamePlace = (a: Step, b: Step): boolean => a.id === b.id && (a.id !== null || a.contact_id === b.contact_id);

/** By the contact, unless the first names say that two share it; without one by the name. */
function isSamePerson(a: Step, b: Step): boolean {
  if (a.contact_id !== b.contact_id) return false;
  const isFirstName = a.first_name?.toLowerCase() === b.first_name?.toLowerCase();
  if (a.contact_id !== null) return isFirstName || a.first_name === null || b.first_name === null;
  return isFirstName && a.last_name?.toLowerCase() === b.last_name?.toLowerCase();
}
