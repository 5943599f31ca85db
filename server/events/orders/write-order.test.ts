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
