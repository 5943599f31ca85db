/**
 * Bookings whose reminders are due one after the other, and what customers and employees do to a share of them at about that moment.
 * The log says, for each booking, in which states it was and when each of them was asked for and answered.
 */
import { setTimeout as delay } from "node:timers/promises";
import { type Random, seeded } from "../random.ts";
import type { PatientClient } from "./client.ts";

/** How long before the start the reminder is due. */
export const lead = 60 * 60_000;

const second = 1_000;
const minute = 60 * second;
const day = 24 * 60 * minute;

/** What is done to a booking; `late`: it is made when its reminder would have been due. */
export const changes = [
  "moved",
  "moved to earlier",
  "moved and moved back",
  "cancelled",
  "reinstated",
  "late",
] as const;
export type Change = (typeof changes)[number];

/** A state in which a booking was: from when it was asked for, by the clock of this machine, and certainly from when that was answered. */
export interface BookingState {
  start: number;
  live: boolean;
  asked: number;
  answered: number;
}

export interface LoggedBooking {
  /** Its customer's, who has no other. */
  number: string;
  change: Change | null;
  /** In their order. */
  states: BookingState[];
}

/** A booking that is there when the traffic begins. */
export interface GivenBooking {
  id: string;
  number: string;
  start: number;
}

/** Each of so many bookings is changed in one of the ways, in turn. */
const everyChanged = 4;
/** When it is changed, after the moment of its reminder. */
const [earliest, latest] = [-20 * second, 2 * second];
const longestBetween = 6 * second;
/** Moved bookings are due again at most so long after their moment. */
export const movedBy = 2 * minute;

interface Planned {
  at: number;
  booking: LoggedBooking;
  id: string | null;
  change: Change;
  /** Between the first change and the second. */
  pause: number;
}

/** Changes a share of the bookings until all moments have passed; `strangers` are the numbers of those who book too late. */
export async function changeBookings(
  client: PatientClient,
  given: readonly GivenBooking[],
  { seed, strangers, signal }: { seed: number; strangers: (i: number) => string; signal: AbortSignal },
): Promise<LoggedBooking[]> {
  const random = seeded(seed);
  const log: LoggedBooking[] = [];
  const planned: Planned[] = [];
  given.forEach(({ id, number, start }, i) => {
    const change = i % everyChanged === 0 ? (changes[(i / everyChanged) % changes.length] as Change) : null;
    const state = { start, live: true, asked: Number.NEGATIVE_INFINITY, answered: Number.NEGATIVE_INFINITY };
    const own: LoggedBooking = { number, change: change === "late" ? null : change, states: [state] };
    log.push(own);
    if (change === null) return;
    const at = start - lead + random.whole(earliest, latest);
    const pause = random.whole(0, longestBetween);
    if (change !== "late") return void planned.push({ at, booking: own, id, change, pause });
    const other: LoggedBooking = { number: strangers(i), change, states: [] };
    log.push(other);
    planned.push({ at, booking: other, id: null, change, pause });
  });
  planned.sort((a, b) => a.at - b.at);
  const under = new Set<Promise<void>>();
  const failure = new AbortController();
  const both = AbortSignal.any([signal, failure.signal]);
  for (const each of planned) {
    await delay(Math.max(0, each.at - Date.now()), undefined, { signal: both });
    const done: Promise<void> = change(client, each, random, both).finally(() => under.delete(done));
    done.catch(() => failure.abort());
    under.add(done);
  }
  await Promise.all(under);
  return log;
}

async function change(
  client: PatientClient,
  { booking, id, change, pause }: Planned,
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  const { states } = booking;
  const [first] = states;
  const start = first?.start ?? Date.now() + lead - random.whole(1, 30) * minute;
  const become = async (state: Pick<BookingState, "start" | "live">, request: () => Promise<unknown>) => {
    const entry = { ...state, asked: Date.now(), answered: Number.POSITIVE_INFINITY };
    states.push(entry);
    await request();
    entry.answered = Date.now();
  };
  const move = (to: number) =>
    become({ start: to, live: true }, () =>
      client.must([200], "PATCH", `/bookings/${id}`, { start: new Date(to).toISOString() }),
    );
  const set = (status: "cancelled" | "confirmed") =>
    become({ start, live: status === "confirmed" }, () => client.must([200], "PATCH", `/bookings/${id}`, { status }));
  switch (change) {
    case "moved":
      return move(start + random.whole(1, movedBy / minute) * minute);
    case "moved to earlier":
      return move(start - random.whole(1, 30) * minute);
    case "moved and moved back":
      await move(start + day);
      await delay(pause, undefined, { signal });
      return move(start);
    case "cancelled":
      return set("cancelled");
    case "reinstated":
      await set("cancelled");
      await delay(pause, undefined, { signal });
      return set("confirmed");
    case "late": {
      const body = {
        customer: { mobile: booking.number },
        start: new Date(start).toISOString(),
        end: new Date(start + 30 * minute).toISOString(),
        external_id: booking.number,
      };
      return become({ start, live: true }, () => client.must([200, 201], "POST", "/bookings", body));
    }
  }
}
