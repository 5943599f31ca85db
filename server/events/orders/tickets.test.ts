/** Checking tickets in, and handing them on. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { kari, morning, ola, organisersOf } from "../../../testing/events.ts";

const organisers = await organisersOf(await testDatabase());

async function sold(fields: Record<string, unknown> = {}) {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const order = await organiser.order(event, { lines: [{ ticket_type: "Stalls", quantity: 2 }], ...fields });
  const [first = "", second = ""] = order.lines[0]?.tickets.map(({ id }) => `/tickets/${id}`) ?? [];
  return { organiser, event, order, first, second };
}

test("a ticket is checked in once, by however many at a time, and keeps that time until it is taken back", async () => {
  const { organiser, event, order, first } = await sold();
  const answers = await Promise.all(Array.from({ length: 20 }, () => organiser.ask(`POST ${first}/check-in`)));
  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  organisers.setTime(new Date(morning.getTime() + 60_000));
  const again = await organiser.request(`POST ${first}/check-in`);
  expect(again).toMatchObject({
    checked_in_at: morning.toISOString(),
    order_id: order.id,
    event_id: event.id,
    buyer: { name: "Kari Nordmann" },
  });
  expect(await organiser.counts(event)).toEqual({ orders: 1, tickets: 2, checked_in: 1 });
  expect((await organiser.request(`DELETE ${first}/check-in`)).checked_in_at).toBeNull();
  await organiser.request(`DELETE ${first}/check-in`);
  expect((await organiser.get(order)).history.map(({ what, to }) => [what, to])).toEqual([
    ["checked_in", null],
    ["checked_in", morning.toISOString()],
    ["created", "paid"],
  ]);
});

test("a ticket that is not valid is not checked in", async () => {
  const { organiser, order, first } = await sold({ status: "pending" });
  expect(await organiser.refusal(`POST ${first}/check-in`)).toMatchObject({ status: 409, code: "ticket_not_valid" });
  await organiser.request(`PATCH /orders/${order.id}`, { status: "paid" });
  await organiser.request(`POST ${first}/check-in`);
  // Whoever was let in was let in.
  await organiser.request(`POST /orders/${order.id}/cancel`);
  expect((await organiser.request(`POST ${first}/check-in`)).checked_in_at).not.toBeNull();
});

test("a ticket that is handed on stays the same, has its new holder, and the history tells", async () => {
  const { organiser, event, order, first, second } = await sold();
  const held = await organiser.request(`PATCH ${second}`, { holder: { ...ola, email: "ola@example.no" } });
  expect(held).toMatchObject({ holder: { name: "Ola", mobile: ola.mobile, email: "ola@example.no" }, valid: true });
  await organiser.request(`PATCH ${second}`, { holder: { first_name: "Bo" } });
  await organiser.request(`PATCH ${first}`, { state: "refunded" });
  const after = await organiser.get(order);
  expect(after.lines[0]?.tickets).toMatchObject([
    { holder: null, state: "refunded", valid: false },
    { holder: { id: null, name: "Bo" }, state: "active", valid: true },
  ]);
  expect(after.lines[0]?.tickets.map(({ id }) => `/tickets/${id}`)).toEqual([first, second]);
  expect(after.history).toMatchObject([
    { what: "tickets", from: ["active", "active"], to: ["refunded", "active"] },
    { what: "holders", from: ["Ola"], to: ["Bo"] },
    { what: "holders", from: [], to: ["Ola"] },
    { what: "created" },
  ]);
  expect(await organiser.counts(event)).toEqual({ orders: 1, tickets: 1, checked_in: 0 });
  expect(await organiser.request(`PATCH ${second}`, { holder: null })).toMatchObject({ holder: null });
  for (const [body, field] of [
    [{ holder: { mobile: "1" } }, "holder.mobile"],
    [{ holder: { id: order.id } }, "holder.id"],
    [{ state: "gone" }, "state"],
  ] as const)
    expect(await organiser.refusal(`PATCH ${second}`, body)).toMatchObject({ status: 422, field });
});

test("a new holder by the order's lines is the same, and one with the buyer's number is the buyer's contact", async () => {
  const { organiser, order, second } = await sold();
  const lines = [{ ticket_type: "Stalls", quantity: 2, holders: [null, kari] }];
  const after = await organiser.request(`PATCH /orders/${order.id}`, { lines });
  expect(after.lines[0].tickets[1]).toMatchObject({ holder: { id: order.buyer?.id } });
  expect(`/tickets/${after.lines[0].tickets[1].id}`).toBe(second);
  expect(await organiser.all("/contacts")).toHaveLength(1);
});
