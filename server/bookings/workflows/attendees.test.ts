/**
 * Who comes changes, and the booking is called off and on again, before workflows look: each person is told what it comes to for them, once.
 * Every sequence of two changes is tried, and some longer ones, from each state that people may have been told of.
 */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { seeded } from "../../../testing/random.ts";
import { runs } from "../../../testing/runs.ts";
import { day, hour, kari, later, minute, morning, ola, salonsOf } from "../../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());

const start = later(morning, 3 * day).toISOString();
const anna = { first_name: "Anna", mobile: "+4791234571" };
const people = { kari, ola, anna };
type Name = keyof typeof people;

/** Who comes besides nobody: of nobody the customer, who is Kari, comes alone. */
type Op = readonly Name[] | "cancelled" | "confirmed";
const ops: readonly Op[] = [[], ["kari", "ola"], ["kari", "anna"], ["anna"], "cancelled", "confirmed"];

interface State {
  attendees: readonly Name[];
  off: boolean;
}

const thereIn = ({ attendees }: State): readonly Name[] => (attendees.length === 0 ? ["kari"] : attendees);

const afterOp = (state: State, op: Op): State =>
  typeof op === "string" ? { ...state, off: op === "cancelled" } : { ...state, attendees: op };

/** What each person must be told of the states that a booking has gone through since the last look. */
function expectedOf(states: readonly State[], isNew: boolean): string[] {
  const [first, last] = [states[0], states.at(-1)];
  if (!first || !last) throw new Error("a booking has a state");
  const [was, is] = [thereIn(first), thereIn(last)];
  const told = (what: "in" | "off", names: readonly Name[]) =>
    names.map((name) => `${what} ${people[name].first_name}`);
  if (isNew) return last.off ? [] : told("in", is);
  if (first.off && last.off) return [];
  if (last.off) return told("off", was);
  // Whoever is alone is the customer, whose booking it is: that they become, or are no longer, an attendee is not told.
  const turn = states.findLastIndex(
    (each, i) => i > 0 && thereIn(each).includes("kari") !== isThere(states, i - 1, "kari"),
  );
  const isOwn = turn > 0 && [states[turn - 1], states[turn]].some((each) => each?.attendees.length === 0);
  const isNews = (name: Name) => !(name === "kari" && isOwn);
  const left = was.filter((name) => !is.includes(name) && isNews(name));
  const joined = is.filter((name) => !was.includes(name) && isNews(name));
  return [...(first.off ? [] : told("off", left)), ...told("in", joined)];
}

const isThere = (states: readonly State[], i: number, name: Name): boolean => {
  const state = states[i];
  return state !== undefined && thereIn(state).includes(name);
};

interface Begun extends State {
  isNew: boolean;
}

const begun: readonly Begun[] = [[], ["kari", "ola"]].flatMap((attendees) => [
  { attendees: attendees as Name[], off: false, isNew: false },
  { attendees: attendees as Name[], off: true, isNew: false },
  { attendees: attendees as Name[], off: false, isNew: true },
]);

test("in whatever order people join and leave and the booking is called off: each is told what it comes to, once", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "{{ booking.notes }}: in {{ customer.first_name }}" });
  await salon.workflow({
    when: { trigger: "booking_cancelled" },
    text: "{{ booking.notes }}: off {{ customer.first_name }}",
  });
  const random = seeded(7);
  const anyOp = () => ops[random.whole(0, ops.length - 1)] as Op;
  const sequences: readonly (readonly Op[])[] = [
    ...ops.map((op) => [op]),
    ...ops.flatMap((one) => ops.map((other) => [one, other])),
    ...Array.from({ length: runs(20, 400) }, () => Array.from({ length: random.whole(3, 5) }, anyOp)),
  ];
  const rounds = begun.flatMap((from) => sequences.map((sequence) => ({ from, sequence })));
  const attending = (names: readonly Name[]) => names.map((name) => people[name]);
  const made: { id: string; sequence: readonly Op[]; states: State[]; notes: string; isNew: boolean }[] = [];
  const make = async (wanted: typeof rounds) => {
    for (const { from, sequence } of wanted) {
      const notes = `${made.length}`;
      const { id } = await salon.book({ start, notes, attendees: attending(from.attendees) });
      if (from.off) await salon.cancel(id, { notify: false });
      made.push({ id, sequence, states: [from], notes, isNew: from.isNew });
    }
  };
  await make(rounds.filter(({ from }) => !from.isNew));
  await salon.look();
  const before = (await salon.textsTo()).length;
  await make(rounds.filter(({ from }) => from.isNew));
  for (const { id, sequence, states } of made)
    for (const op of sequence) {
      await salon.change(id, typeof op === "string" ? { status: op } : { attendees: attending(op) });
      states.push(afterOp(states.at(-1) as State, op));
    }
  await salon.look();
  const texts = Map.groupBy((await salon.textsTo()).slice(before), (text) => text.split(": ")[0] ?? "");
  for (const { notes, states, sequence, isNew } of made) {
    const told = (texts.get(notes) ?? []).map((text) => text.slice(notes.length + 2)).sort();
    const expected = expectedOf(states, isNew).sort();
    expect({ from: states[0], sequence, told }).toEqual({ from: states[0], sequence, told: expected });
  }
});

test("a customer who was reminded alone is not reminded again as one of several, nor the other way round", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "before_start", hours: 1 }, text: "soon {{ customer.first_name }}" });
  const { id } = await salon.book({ start });
  await salon.look(later(start, -hour));
  expect(await salon.textsTo()).toEqual(["soon Kari"]);
  await salon.change(id, { attendees: [kari, ola] });
  await salon.look(later(start, -hour + minute));
  expect((await salon.textsTo(kari.mobile)).length).toBe(1);
  await salon.change(id, { attendees: [] });
  await salon.look(later(start, -hour + 2 * minute));
  expect(await salon.textsTo(kari.mobile)).toEqual(["soon Kari"]);
});

test("who joins a booking that is moved beside it is confirmed with its new time, and the others read that it was moved", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "in {{ customer.first_name }} {{ booking.time }}" });
  await salon.workflow({
    when: { trigger: "booking_changed" },
    text: "now {{ customer.first_name }} {{ booking.time }}",
  });
  const moved = { start: later(start, 2 * hour).toISOString() };
  const orders = [
    [{ ...moved, attendees: [kari, ola] }],
    [moved, { attendees: [kari, ola] }],
    [{ attendees: [kari, ola] }, moved],
  ];
  for (const changes of orders) {
    const { id } = await salon.book({ start });
    await salon.look();
    const before = (await salon.textsTo()).length;
    for (const change of changes) await salon.change(id, change);
    await salon.look();
    expect((await salon.textsTo()).slice(before).sort()).toEqual(["in Ola 12:00", "now Kari 12:00"]);
  }
});

test("who is taken off a booking after it was rejected is told that it was, and not that a place was cancelled", async () => {
  const salon = await salons.open();
  await salon.workflow({ when: { trigger: "booking_rejected" }, text: "no {{ customer.first_name }}" });
  await salon.workflow({ when: { trigger: "booking_cancelled" }, text: "off {{ customer.first_name }}" });
  const { id } = await salon.book({ start, attendees: [kari, ola] });
  await salon.look();
  await salon.change(id, { status: "rejected" });
  await salon.change(id, { attendees: [kari] });
  await salon.look();
  expect((await salon.textsTo()).sort()).toEqual(["no Kari", "no Ola"]);
  await salon.change(id, { attendees: [] });
  await salon.look();
  expect(await salon.textsTo()).toHaveLength(2);
});

test("two who share a number are two: one leaves and is told, and the other stays", async () => {
  const salon = await salons.open();
  await salon.workflow({ text: "in {{ customer.first_name }}" });
  await salon.workflow({ when: { trigger: "booking_cancelled" }, text: "off {{ customer.first_name }}" });
  const kim = { ...kari, first_name: "Kim" };
  const { id } = await salon.book({ start });
  await salon.look();
  await salon.change(id, { attendees: [kari, kim] });
  await salon.look();
  await salon.change(id, { attendees: [kari] });
  await salon.look();
  expect(await salon.textsTo()).toEqual(["in Kari", "in Kim", "off Kim"]);
});
