/**
 * Looks at changes, looks at moments, the moment itself, and changes of a booking, in every order: a reminder is sent exactly once for each
 * start that was the booking's, live, from its moment until a look, and for none else.
 *
 * look R   at what has happened to bookings (workflows.react)
 * look S   at whose moment has come (workflows.moments)
 * T        the clock passes the moment of the first start
 *
 * The looks and T are the same for all bookings of a round, so that one round tries each place of each change.
 */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { seeded } from "../../../testing/random.ts";
import { runs } from "../../../testing/runs.ts";
import { hour, later, minute, morning, type Salon, salonsOf } from "../../../testing/workflows.ts";

const salons = await salonsOf(await testDatabase());
const [react, moments] = salons.works;
if (!react || !moments) throw new Error("the works of workflows are two");

type Step = "R" | "S" | "T";

/** Every different order of some steps. */
function ordersOf(steps: readonly Step[]): Step[][] {
  if (steps.length === 0) return [[]];
  return [...new Set(steps)].flatMap((first) => {
    const rest = [...steps];
    rest.splice(rest.indexOf(first), 1);
    return ordersOf(rest).map((order) => [first, ...order]);
  });
}

const first = later(morning, 5 * hour);
const second = later(morning, 9 * hour);
const momentOf = (start: Date) => later(start, -hour);

type Change = { start: Date } | { status: "cancelled" | "confirmed" };

/** What is done to a booking, at most two things. */
const histories: Record<string, readonly Change[]> = {
  "left alone": [],
  "moved later": [{ start: second }],
  "moved and moved back": [{ start: second }, { start: first }],
  cancelled: [{ status: "cancelled" }],
  "cancelled and reinstated": [{ status: "cancelled" }, { status: "confirmed" }],
  "moved and cancelled": [{ start: second }, { status: "cancelled" }],
};

/** The places of changes among the slots before, between and after the steps, in order. */
function placesOf(changes: number, slots: number): number[][] {
  if (changes === 0) return [[]];
  if (changes === 1) return Array.from({ length: slots }, (_, i) => [i]);
  return Array.from({ length: slots }, (_, i) => Array.from({ length: slots - i }, (__, j) => [i, i + j])).flat();
}

/** A booking as the rule sees it. */
interface Rule {
  name: string;
  start: Date;
  live: boolean;
  /** Since when it has had this start and been live. */
  armed: Date;
  /** Something has happened to it that no look R has seen. */
  news: boolean;
  sent: Date[];
}

function changes(rule: Rule, change: Change, at: Date): void {
  const wasLive = rule.live;
  if ("status" in change) rule.live = change.status === "confirmed";
  const isMoved = "start" in change && change.start.getTime() !== rule.start.getTime();
  if ("start" in change) rule.start = change.start;
  if (isMoved || (rule.live && !wasLive)) rule.armed = at;
  rule.news = true;
}

function looks(rule: Rule, now: Date): void {
  const { live, start, armed, sent } = rule;
  const moment = momentOf(start);
  if (live && moment <= now && armed <= moment && !sent.includes(start)) sent.push(start);
}

async function tryOrder(salon: Salon, order: readonly Step[], keep: (n: number) => boolean): Promise<void> {
  let n = 0;
  const made: { rule: Rule; id: string; todo: { slot: number; change: Change }[] }[] = [];
  let now = morning;
  for (const [what, list] of Object.entries(histories))
    for (const places of placesOf(list.length, order.length + 1)) {
      n++;
      if (list.length > 0 && !keep(n)) continue;
      const name = `${what} at ${places.join(" and ")}, ${order.join("")}`;
      const { id } = await salon.book({
        start: first.toISOString(),
        notes: name,
        customer: { first_name: name, mobile },
      });
      const todo = places.map((slot, i) => ({ slot, change: list[i] as Change }));
      made.push({ id, todo, rule: { name, start: first, live: true, armed: now, news: true, sent: [] } });
    }
  const step = (ms: number) => salons.setTime((now = later(now, ms)));
  // One second before the moment.
  step(momentOf(first).getTime() - now.getTime() - 1_000 * (order.length + 2));
  for (let slot = 0; slot <= order.length; slot++) {
    for (const { id, todo, rule } of made)
      for (const { change } of todo.filter((each) => each.slot === slot)) {
        await salon.change(id, "start" in change ? { start: change.start.toISOString() } : change);
        changes(rule, change, now);
      }
    step(order[slot] === "T" ? 10 * minute : 1_000);
    if (order[slot] === "R") {
      await runDue([react as typeof moments & {}], now);
      for (const { rule } of made) {
        if (rule.news) looks(rule, now);
        rule.news = false;
      }
    }
    if (order[slot] === "S") {
      await runDue([moments as typeof react & {}], now);
      for (const { rule } of made) looks(rule, now);
    }
  }
  // All moments pass, and everything is looked at.
  for (const at of [later(now, 1_000), momentOf(second), second]) {
    await salon.look(at);
    for (const { rule } of made) looks(rule, at);
  }
  const texts = Map.groupBy(await salon.textsTo(), (text) => text.split("|")[0] ?? "");
  for (const { rule } of made) {
    const sent = (texts.get(rule.name) ?? []).map((text) => text.split("|")[1]).sort();
    expect([rule.name, sent]).toEqual([rule.name, rule.sent.map(timeOf).sort()]);
  }
}

const mobile = "+4791234567";
const timeOf = (start: Date) =>
  new Date(start).toLocaleTimeString("nb-NO", { timeZone: "Europe/Oslo", hour: "2-digit", minute: "2-digit" });

test("each reminder is sent once for each start that was current at its moment, in whatever order changes and looks come", async () => {
  const orders = ordersOf(["T", "R", "R", "S", "S"]);
  expect(orders).toHaveLength(30);
  const random = seeded(3);
  const few = runs(10, 1);
  for (const order of orders) {
    const salon = await salons.open();
    await salon.workflow({
      when: { trigger: "before_start", hours: 1 },
      text: "{{ booking.notes }}|{{ booking.time }}",
    });
    await tryOrder(salon, order, () => few === 1 || random.whole(1, few) === 1);
  }
});
