/** Random days of a salon, against a small model of what workflows must send about moments, and must not. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runs } from "../../../testing/runs.ts";
import { day, hour, later, minute, morning, type Salon, salonsOf } from "../../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());

/** The workflows: when they fire, and until when what they say makes sense. */
const timings = [
  { name: "hour before", when: { trigger: "before_start", hours: 1 } },
  { name: "at once if late", when: { trigger: "before_start", minutes: 30, send_if_late: true } },
  { name: "thanks", when: { trigger: "after_end", hours: 1 } },
] as const;
const lasts = 45 * minute;

type Op =
  | { op: "book" | "move"; which: number; ahead: number }
  | { op: "cancel" | "reinstate" | "complete" | "staff"; which: number }
  | { op: "mute"; which: number; muted: boolean }
  | { op: "switch"; workflow: number; alsoAhead: boolean }
  | { op: "edit"; workflow: number }
  | { op: "pass"; ms: number }
  | { op: "look" };

const which = fc.nat({ max: 2 });
const workflow = fc.nat({ max: timings.length - 1 });
const ahead = fc.constantFrom(-90, 0, 20, 45, 61, 70, 90, 300).map((minutes) => minutes * minute);
const anOp: fc.Arbitrary<Op> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ op: fc.constant("book" as const), which, ahead }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("move" as const), which, ahead }) },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constantFrom("cancel" as const, "reinstate", "complete", "staff"), which }),
  },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("mute" as const), which, muted: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant("switch" as const), workflow, alsoAhead: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("edit" as const), workflow }) },
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant("pass" as const),
      ms: fc.constantFrom(1_000, 5 * minute, 15 * minute, 29 * minute, hour, 3 * hour, 2 * day, -10_000, -hour),
    }),
  },
  { weight: 6, arbitrary: fc.constant({ op: "look" as const }) },
);

interface Booked {
  id: string;
  name: string;
  start: number;
  status: "confirmed" | "cancelled" | "completed";
  muted: boolean;
  staffed: boolean;
  created: number;
  updated: number;
  /** Since when it has had this start and been live. */
  armed: number;
  /** When things happened to it that nobody has looked at. */
  news: number[];
}

interface Enabled {
  enabled: boolean;
  since: number;
  alsoAhead: boolean;
}

/** What must have been sent, by booking, workflow and start. */
class Model {
  readonly bookings = new Map<number, Booked>();
  readonly workflows: Enabled[];
  readonly sent: string[] = [];
  private readonly decided = new Set<string>();
  private looked: number;

  constructor(now: number) {
    this.looked = now;
    this.workflows = timings.map(() => ({ enabled: true, since: now, alsoAhead: false }));
  }

  look(now: number): void {
    const since = Math.min(this.looked, now);
    for (const booking of this.bookings.values()) {
      const isNews = booking.news.some((at) => at <= now);
      booking.news = booking.news.filter((at) => at > now);
      for (const [i, workflow] of this.workflows.entries()) {
        const verdict = this.verdict(booking, i, workflow, now);
        if (verdict === null || !(isNews || verdict.moment > since)) continue;
        const key = `${booking.name}|${timings[i]?.name}|${booking.start}`;
        if (this.decided.has(key)) continue;
        this.decided.add(key);
        if (verdict.sends) this.sent.push(key);
      }
    }
    this.looked = now;
  }

  /** What a look at `now` means for a booking: null where it is not due, or not meant. */
  private verdict(booking: Booked, i: number, { enabled, since, alsoAhead }: Enabled, now: number) {
    const { start, armed, status, muted } = booking;
    const isThanks = i === 2;
    const isMeant = status === "confirmed" || (isThanks && status === "completed");
    const moment = isThanks ? start + lasts + hour : start - (i === 0 ? hour : 30 * minute);
    if (!enabled || !isMeant || moment > now || !(alsoAhead || armed >= since)) return null;
    if (moment < since && (isThanks || armed < since)) return null;
    if (isThanks) {
      if (moment < booking.created) return null;
      return { moment, sends: !muted && now <= moment + 2 * day };
    }
    if (muted) return { moment, sends: false };
    if (moment < armed) return { moment, sends: i === 1 && start >= armed && now <= Math.max(start, armed + minute) };
    const late = Math.max((start - moment) / 3, 5 * minute);
    return { moment, sends: now <= moment + late };
  }
}

/** Does one thing in the salon and in the model. */
async function perform(salon: Salon, ids: readonly string[], model: Model, op: Op): Promise<void> {
  const now = salons.clock.now();
  const time = now.getTime();
  const startOf = (ms: number) => Math.floor(time / minute) * minute + ms;
  switch (op.op) {
    case "pass":
      salons.setTime(later(now, op.ms));
      return;
    case "look":
      await salon.look(now);
      model.look(time);
      return;
    case "switch": {
      const known = model.workflows[op.workflow];
      if (!known) return;
      known.enabled = !known.enabled;
      await salon.request(`PATCH /workflows/${ids[op.workflow]}`, { enabled: known.enabled, also_ahead: op.alsoAhead });
      if (known.enabled) Object.assign(known, { since: time, alsoAhead: op.alsoAhead });
      return;
    }
    case "edit":
      await salon.request(`PATCH /workflows/${ids[op.workflow]}`, { name: `Edited at ${time}` });
      return;
    case "book": {
      if (model.bookings.has(op.which)) return;
      const start = startOf(op.ahead);
      const name = `B${op.which}`;
      const { id } = await salon.book({ start: new Date(start).toISOString(), notes: name });
      const times = { created: time, updated: time, armed: time, news: [time] };
      model.bookings.set(op.which, { id, name, start, status: "confirmed", muted: false, staffed: false, ...times });
      return;
    }
  }
  const booking = model.bookings.get(op.which);
  if (!booking) return;
  const at = Math.max(time, booking.updated + 1);
  switch (op.op) {
    case "move": {
      const start = startOf(op.ahead);
      await salon.change(booking.id, { start: new Date(start).toISOString() });
      if (start === booking.start) return;
      Object.assign(booking, { start, armed: at, updated: at });
      booking.news.push(at);
      return;
    }
    case "cancel":
    case "reinstate":
    case "complete": {
      const status = { cancel: "cancelled", reinstate: "confirmed", complete: "completed" }[op.op] as Booked["status"];
      await salon.change(booking.id, { status });
      if (status === booking.status) return;
      if (booking.status === "cancelled") booking.armed = at;
      Object.assign(booking, { status, updated: at });
      booking.news.push(at);
      return;
    }
    case "mute":
      await salon.change(booking.id, { muted: op.muted });
      if (booking.muted !== op.muted) Object.assign(booking, { muted: op.muted, updated: at });
      return;
    case "staff":
      booking.staffed = !booking.staffed;
      await salon.change(booking.id, { resources: booking.staffed ? ["Ida"] : [] });
      booking.updated = at;
      booking.news.push(at);
  }
}

const text = "{{ booking.notes }}|NAME|{{ booking.date }} {{ booking.time }}";
const shown = (start: number) => {
  const of = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-NO", { timeZone: "Europe/Oslo", ...options }).format(start);
  return `${of({ dateStyle: "long" })} ${of({ timeStyle: "short" })}`;
};

test("whatever happens in whatever order, clocks set back and looks left out: each moment is told once, if at all", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anOp, { minLength: 10, maxLength: 40, size: "max" }), async (ops) => {
      const salon = await salons.open();
      const ids: string[] = [];
      await salon.request("POST /resources", { name: "Ida" });
      for (const { name, when } of timings)
        ids.push((await salon.workflow({ name, when, text: text.replace("NAME", name) })).id);
      const model = new Model(morning.getTime());
      for (const op of [...ops, { op: "look" } as const]) await perform(salon, ids, model, op);
      const expected = model.sent.map((key) => {
        const [name, what, start] = key.split("|");
        return `${name}|${what}|${shown(Number(start))}`;
      });
      expect((await salon.textsTo()).sort()).toEqual(expected.sort());
    }),
    { numRuns: runs(25, 3_000), examples: examples.map((ops) => [ops]) },
  );
});

const examples: Op[][] = [
  // Booked while the clock is set back, for a moment that had been looked at.
  [
    { op: "look" },
    { op: "pass", ms: 5 * minute },
    { op: "look" },
    { op: "pass", ms: -10_000 },
    { op: "book", which: 0, ahead: 61 * minute },
    { op: "look" },
    { op: "pass", ms: 5 * minute },
    { op: "look" },
  ],
  // Switched off over a moment, and on again for what is ahead; something else of the booking changes then.
  [
    { op: "book", which: 0, ahead: 90 * minute },
    { op: "look" },
    { op: "switch", workflow: 0, alsoAhead: false },
    { op: "pass", ms: 31 * minute },
    { op: "look" },
    { op: "switch", workflow: 0, alsoAhead: true },
    { op: "staff", which: 0 },
    { op: "pass", ms: 1_000 },
    { op: "look" },
  ],
];
