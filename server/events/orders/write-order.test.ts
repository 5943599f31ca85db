/** What the calls on orders take and refuse, and one order for one id of another system, however often and in what order it comes. */
import { expect, test } from "vitest";
import type { Order } from "../../../contract/orders.ts";
import { testDatabase } from "../../../testing/database.ts";
import { kari, ola, organisersOf } from "../../../testing/events.ts";

const organisers = await organisersOf(await testDatabase());

test("an order of an event is read back with its lines, its tickets and its buyer", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const lines = [
    {
      ticket_type: "stalls ",
      quantity: 2,
      holders: [{ first_name: "Anna", mobile: "912 34 569" }, { first_name: "Bo" }],
    },
    { ticket_type: event.ticket_types[1]?.id, price: 0 },
    { product: "Programme", quantity: 3 },
  ];
  const order = await organiser.order(event, { lines });
  expect(order).toMatchObject({
    event: { id: event.id, name: "Concert" },
    buyer: { name: "Kari Nordmann", mobile: "+4791234567" },
    status: "paid",
    source: "api",
    test: false,
    complimentary: false,
    lines: [
      {
        ticket_type: { name: "Stalls" },
        product: null,
        quantity: 2,
        price: 350,
        currency: "NOK",
        state: "active",
        tickets: [
          { holder: { name: "Anna", mobile: "+4791234569" }, valid: true, checked_in_at: null },
          { holder: { id: null, name: "Bo" }, valid: true },
        ],
      },
      { ticket_type: { name: "Balcony" }, price: 0, tickets: [{ holder: null, valid: true }] },
      { ticket_type: null, product: { name: "Programme" }, quantity: 3, price: 40, tickets: [] },
    ],
    history: [{ what: "created", by: "Ticket office" }],
  });
  expect(order.reference).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  expect(await organiser.get(order)).toEqual(order);
  const { history: _, ...shown } = order;
  expect(await organiser.all(`/events/${event.id}/orders`)).toEqual([shown]);
  expect(await organiser.counts(event)).toEqual({ orders: 1, tickets: 3, checked_in: 0 });
  // Whoever has a name alone is no contact.
  expect(await organiser.all("/contacts")).toHaveLength(2);
});

test("the same order twenty times at once: one 201, nineteen 200, one order, nothing in its history but that it was made", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const body = {
    buyer: kari,
    lines: [{ ticket_type: "Stalls", quantity: 2, holders: [ola] }, { product: "Programme" }],
    external_id: "T-1",
  };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => organiser.ask(`POST /events/${event.id}/orders`, body)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
  const [order, ...more] = await organiser.all<Order>(`/events/${event.id}/orders`);
  expect(more).toEqual([]);
  expect(new Set(answers.map(({ body: { id } }) => id))).toEqual(new Set([order?.id]));
  expect(await organiser.all("/contacts")).toHaveLength(2);
  const read = await organiser.get(order as Order);
  expect(read.history.map(({ what }) => what)).toEqual(["created"]);
  expect(read.lines).toEqual(answers[0]?.body.lines);
});

const id = "019abf0e-3a51-7c41-8a5e-7a8e6f2b9d10";
const many = (quantity: number) => ({ ticket_type: "Stalls", quantity });

test.each<[string, object, string, string]>([
  [
    "an unknown ticket type",
    { lines: [{ ticket_type: "Stalls" }, { ticket_type: "Nope" }] },
    "unknown_ticket_type",
    "lines.1.ticket_type",
  ],
  ["an id of no ticket type", { lines: [{ ticket_type: id }] }, "unknown_ticket_type", "lines.0.ticket_type"],
  [
    "a product as a ticket type",
    { lines: [{ ticket_type: "Programme" }] },
    "unknown_ticket_type",
    "lines.0.ticket_type",
  ],
  ["an unknown product", { lines: [{ product: "Nope" }] }, "unknown_product", "lines.0.product"],
  ["a line of nothing", { lines: [{}] }, "no_item", "lines.0"],
  ["a line of both", { lines: [{ ticket_type: "Stalls", product: "Programme" }] }, "two_items", "lines.0"],
  ["a line that the order does not have", { lines: [{ id, ticket_type: "Stalls" }] }, "unknown_line", "lines.0.id"],
  ["a quantity of 0", { lines: [many(0)] }, "invalid", "lines.0.quantity"],
  ["a quantity of 501", { lines: [many(501)] }, "invalid", "lines.0.quantity"],
  ["1,001 tickets", { lines: [many(500), many(500), many(1)] }, "too_many_tickets", "lines"],
  ["101 lines", { lines: Array.from({ length: 101 }, () => many(1)) }, "invalid", "lines"],
  [
    "more holders than tickets",
    { lines: [{ ...many(1), holders: [ola, ola] }] },
    "too_many_holders",
    "lines.0.holders",
  ],
  [
    "a holder's number that is none",
    { lines: [{ ...many(2), holders: [ola, { mobile: "1" }] }] },
    "invalid_number",
    "lines.0.holders.1.mobile",
  ],
  [
    "a holder who is no contact",
    { lines: [{ ...many(1), holders: [{ id }] }] },
    "unknown_contact",
    "lines.0.holders.0.id",
  ],
  ["a price in thousandths", { lines: [{ ...many(1), price: 0.125 }] }, "invalid_price", "lines.0.price"],
  ["a date of a product", { lines: [{ product: "Programme", date: id }] }, "date_of_product", "lines.0.date"],
  ["a buyer of nothing", { buyer: {} }, "no_buyer", "buyer"],
  ["a buyer's number that is none", { buyer: { mobile: "12345" } }, "invalid_number", "buyer.mobile"],
  ["a buyer who is no contact", { buyer: { id } }, "unknown_contact", "buyer.id"],
  ["a language that is none", { buyer: { ...kari, locale: "!" } }, "invalid_locale", "buyer.locale"],
  [
    "an unknown subscription type",
    { consents: [{ subscription_type: "Nope", granted: true }] },
    "unknown_subscription_type",
    "consents.0.subscription_type",
  ],
  [
    "consents of nobody",
    { buyer: null, consents: [{ subscription_type: "marketing", granted: true }] },
    "consents_without_buyer",
    "consents",
  ],
  ["a reference of two lines", { reference: "a\nb" }, "invalid", "reference"],
  ["an unknown status", { status: "gone" }, "invalid", "status"],
  ["a name with a NUL", { buyer: { first_name: "a\0b" } }, "invalid", "buyer.first_name"],
])("%s is refused with the field, and nothing of the order stays", async (_, fields, code, field) => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const refused = await organiser.refusal(`POST /events/${event.id}/orders`, { buyer: kari, ...fields });
  expect(refused).toMatchObject({ status: 422 });
  // A union of shapes is refused as a whole.
  if (!(code === "invalid" && field.startsWith("buyer"))) expect(refused).toMatchObject({ code, field });
  expect(await organiser.all(`/events/${event.id}/orders`)).toEqual([]);
  expect(await organiser.all("/contacts")).toEqual([]);
});

test("1,000 tickets are an order, with hostile names kept as they are written", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const names = [`'); drop table tickets; --`, `{{ 7*7 }} "x" \\`, "👩‍👩‍👧 مرحبا"];
  const order = await organiser.order(event, {
    lines: [{ ...many(500), holders: names.map((first_name) => ({ first_name })) }, many(500)],
    reference: "A%_\\1",
  });
  const held = order.lines[0]?.tickets.slice(0, 5).map(({ holder }) => holder?.name ?? null);
  expect(held).toEqual([...names, null, null]);
  expect(await organiser.counts(event)).toEqual({ orders: 1, tickets: 1_000, checked_in: 0 });
  for (const query of ["A%_\\", "drop table", "مرحبا", "7*7"])
    expect([query, await organiser.all(`/events/${event.id}/orders?query=${encodeURIComponent(query)}`)]).toMatchObject(
      [query, [{ id: order.id }]],
    );
  expect(await organiser.all(`/events/${event.id}/orders?query=${encodeURIComponent("B%")}`)).toEqual([]);
});

test("what comes out of order changes nothing, and the same again writes nothing", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const post = (status: string, updated_at: string) =>
    organiser.order(event, { status, updated_at, external_id: "T-2" });
  await post("pending", "2027-03-10T08:00:00Z");
  await post("refunded", "2027-03-10T08:30:00Z");
  const late = await post("paid", "2027-03-10T08:15:00Z");
  expect(late.status).toBe("refunded");
  const same = await post("refunded", "2027-03-10T08:45:00Z");
  expect(same.history.map(({ what, from, to }) => [what, from, to])).toEqual([
    ["status", "pending", "refunded"],
    ["created", null, "pending"],
  ]);
  // Newer than what was taken last, though that changed nothing.
  expect((await post("paid", "2027-03-10T08:40:00Z")).status).toBe("refunded");
});

test("an order of another event with a known id is refused, and so is one of another workspace's event", async () => {
  const organiser = await organisers.open();
  const [one, other] = [await organiser.event(), await organiser.event()];
  await organiser.order(one, { external_id: "T-3" });
  expect(await organiser.refusal(`POST /events/${other.id}/orders`, { external_id: "T-3" })).toEqual({
    status: 409,
    code: "order_of_another_event",
    field: "external_id",
    value: "T-3",
  });
  const stranger = await organisers.open();
  expect((await stranger.ask(`POST /events/${one.id}/orders`, {})).status).toBe(404);
  const own = await stranger.event();
  expect(
    await stranger.refusal(`POST /events/${own.id}/orders`, { lines: [{ ticket_type: one.ticket_types[0]?.id }] }),
  ).toMatchObject({ status: 422, code: "unknown_ticket_type" });
  // The id is this workspace's own.
  expect((await stranger.ask(`POST /events/${own.id}/orders`, { external_id: "T-3" })).status).toBe(201);
});

test("lines and tickets that stay keep their ids: by id, else in their order", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const made = await organiser.order(event, {
    lines: [many(2), { ticket_type: "Balcony", quantity: 3, holders: [ola, { first_name: "Bo" }] }],
  });
  const [stalls, balcony] = made.lines;
  const change = (lines: object[]) => organiser.request(`PATCH /orders/${made.id}`, { lines });
  const shorter = await change([{ ticket_type: "Balcony", quantity: 2 }, { product: "Programme" }, many(3)]);
  expect(shorter.lines.map((line: { id: string }) => line.id)).toEqual([balcony?.id, expect.anything(), stalls?.id]);
  const ticketIds = (line: { tickets: { id: string }[] } | undefined) => line?.tickets.map((ticket) => ticket.id);
  expect(ticketIds(shorter.lines[0])).toEqual(ticketIds(balcony)?.slice(0, 2));
  expect(shorter.lines[0].tickets).toMatchObject([{ holder: { name: "Ola" } }, { holder: { name: "Bo" } }]);
  expect(ticketIds(shorter.lines[2])?.slice(0, 2)).toEqual(ticketIds(stalls));
  // By its id a line becomes one of another type, and its tickets stay.
  const changed = await change([{ id: stalls?.id, ticket_type: "Balcony", quantity: 2, holders: [null, kari] }]);
  expect(changed.lines).toMatchObject([
    {
      id: stalls?.id,
      ticket_type: { name: "Balcony" },
      price: 250.5,
      tickets: [{ holder: null }, { holder: { name: "Kari Nordmann" } }],
    },
  ]);
  expect(ticketIds(changed.lines[0])).toEqual(ticketIds(stalls));
  expect(changed.history.slice(0, 2)).toMatchObject([
    { what: "holders", from: ["Ola", "Bo"], to: ["Kari Nordmann"] },
    { what: "lines", to: ["2 × Balcony"] },
  ]);
});

test("an archived ticket type is found by the name in an order that has it, and in no new one", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  await organiser.order(event, { external_id: "T-4" });
  await organiser.request(`DELETE /events/${event.id}/ticket-types/${event.ticket_types[0]?.id}`);
  const again = await organiser.order(event, { external_id: "T-4", lines: [many(2)] });
  expect(again.lines).toMatchObject([{ ticket_type: { name: "Stalls" }, quantity: 2 }]);
  expect(await organiser.refusal(`POST /events/${event.id}/orders`, { lines: [many(1)] })).toMatchObject({
    status: 422,
    field: "lines.0.ticket_type",
  });
});

test("only active tickets of active lines of orders that are paid or complimentary, and no tests, are valid", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const valid = async (fields: Record<string, unknown>) => {
    const order = await organiser.order(event, fields);
    return order.lines.flatMap(({ tickets }) => tickets.map((ticket) => ticket.valid));
  };
  expect(await valid({ status: "paid" })).toEqual([true]);
  expect(await valid({ status: "pending" })).toEqual([false]);
  expect(await valid({ status: "pending", complimentary: true })).toEqual([true]);
  for (const status of ["cancelled", "refunded", "expired"])
    expect([status, await valid({ status, complimentary: true })]).toEqual([status, [false]]);
  expect(await valid({ test: true })).toEqual([false]);
  for (const state of ["cancelled", "refunded", "transferred"])
    expect([state, await valid({ lines: [{ ...many(1), state }, many(1)] })]).toEqual([state, [false, true]]);
  expect(await organiser.counts(event)).toEqual({ orders: 5, tickets: 5, checked_in: 0 });
  const paid = await organiser.all<Order>(`/events/${event.id}/orders?status=paid`);
  const orderId = paid.find(({ test: isTest }) => !isTest)?.id;
  const off = await organiser.request(`POST /orders/${orderId}/cancel`, { reason: "ill" });
  expect(off.history[0]).toMatchObject({ what: "status", from: "paid", to: "cancelled", reason: "ill" });
  expect((await organiser.counts(event)).orders).toBe(4);
  const again = await organiser.request(`POST /orders/${orderId}/cancel`, {});
  expect(again.history).toEqual(off.history);
});

test("two changes of one order at once are both kept", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const order = await organiser.order(event);
  const [ticket] = order.lines[0]?.tickets ?? [];
  await Promise.all([
    organiser.request(`PATCH /orders/${order.id}`, { locale: "sv" }),
    organiser.request(`PATCH /tickets/${ticket?.id}`, { holder: ola }),
    organiser.request(`POST /tickets/${ticket?.id}/check-in`),
    organiser.request(`PATCH /orders/${order.id}`, { complimentary: true }),
  ]);
  const after = await organiser.get(order);
  expect(after).toMatchObject({ locale: "sv", complimentary: true });
  expect(after.lines[0]?.tickets).toMatchObject([{ id: ticket?.id, holder: { name: "Ola" } }]);
  expect(after.lines[0]?.tickets[0]?.checked_in_at).not.toBeNull();
  expect(after.history).toHaveLength(5);
});

test("an order by an idempotency key is made once", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const body = { buyer: kari, lines: [many(2)] };
  const answers = await Promise.all(
    Array.from({ length: 10 }, () =>
      organiser.ask(`POST /events/${event.id}/orders`, body, { "idempotency-key": "once-1" }),
    ),
  );
  expect(new Set(answers.map(({ status, body: { id: own } }) => `${status} ${own}`)).size).toBe(1);
  expect(await organiser.all(`/events/${event.id}/orders`)).toHaveLength(1);
});

test("refused orders among good ones: each has its own answer, and the buyers of refused ones are no contacts", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, i) =>
      organiser.ask(`POST /events/${event.id}/orders`, {
        buyer: { first_name: `Nr ${i}`, mobile: `+4791234${String(500 + i)}` },
        lines: [i % 3 === 1 ? { ticket_type: "Nope" } : many(1)],
        ...(i % 3 === 2 && { consents: [{ subscription_type: "Nope", granted: true }] }),
      }),
    ),
  );
  expect(answers.map(({ status, body }) => (status === 201 ? "made" : body.error.field))).toEqual(
    Array.from({ length: 12 }, (_, i) => ["made", "lines.0.ticket_type", "consents.0.subscription_type"][i % 3]),
  );
  expect(await organiser.all("/contacts")).toHaveLength(4);
});

test("orders are found by the beginning of the reference, the buyer, and holders; of a contact by what they bought and hold", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const first = await organiser.order(event, {
    lines: [{ ...many(2), holders: [ola, { first_name: "Åse", last_name: "Ødegård" }] }],
  });
  const second = await organiser.order(await organiser.event(), { buyer: ola });
  const found = async (path: string) => (await organiser.all<Order>(path)).map((order) => order.id);
  const own = `/events/${event.id}/orders?query=`;
  for (const query of [first.reference.slice(0, 6).toLowerCase(), "nordmann", "91234567", "912 34 568", "ase ode"])
    expect([query, await found(own + encodeURIComponent(query))]).toEqual([query, [first.id]]);
  expect(await found(own + second.reference)).toEqual([]);
  const contact = second.buyer?.id;
  expect((await found(`/orders?contact=${contact}`)).sort()).toEqual([first.id, second.id].sort());
  expect((await found("/orders?query=ola")).sort()).toEqual([first.id, second.id].sort());
  expect(await found("/orders?status=pending")).toEqual([]);
});
