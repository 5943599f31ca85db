/** What buyers answer at the purchase: once in the consent ledger, as what was said then. */
import { expect, test } from "vitest";
import type { ConsentEvent } from "../../../contract/consent.ts";
import { testDatabase } from "../../../testing/database.ts";
import { kari, morning, type Organiser, organisersOf } from "../../../testing/events.ts";

const organisers = await organisersOf(await testDatabase());

const ledger = async (organiser: Organiser, contact: string | null | undefined) => {
  const { events } = await organiser.request(`GET /contacts/${contact}/consent`);
  return (events as ConsentEvent[])
    .map(({ subscription_type, channel, action, source }) => `${subscription_type.key} ${channel} ${action} ${source}`)
    .toSorted();
};
const marketing = (granted: boolean, rest: object = {}) => ({ subscription_type: "marketing", granted, ...rest });

test("a consent is recorded by both channels with its wording, once for an order however often it comes", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const consents = [marketing(true, { evidence: "Yes, tell me of concerts" })];
  const body = { buyer: kari, lines: [], external_id: "T-1", consents };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => organiser.ask(`POST /events/${event.id}/orders`, body)),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([...Array.from({ length: 19 }, () => 200), 201]);
  const order = await organiser.order(event, body);
  expect(await ledger(organiser, order.buyer?.id)).toEqual([
    "marketing email grant order",
    "marketing sms grant order",
  ]);
  const { events } = await organiser.request(`GET /contacts/${order.buyer?.id}/consent`);
  expect(events[0].evidence).toBe("Yes, tell me of concerts");
  expect(order.consents.map(({ channel, granted }) => [channel, granted])).toEqual([
    ["sms", true],
    ["email", true],
  ]);
  // Another answer is an event; the same by one channel again is none.
  await organiser.order(event, { ...body, consents: [marketing(false, { channel: "sms" })] });
  await organiser.order(event, { ...body, consents: [marketing(false, { channel: "sms" })] });
  expect(await ledger(organiser, order.buyer?.id)).toEqual([
    "marketing email grant order",
    "marketing sms grant order",
    "marketing sms withdraw order",
  ]);
  expect((await organiser.get(order)).history.map(({ what }) => what)).toEqual(["created"]);
});

test("a refusal withdraws what is in force, and records nothing where nothing is", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const order = await organiser.order(event, { consents: [marketing(false)] });
  expect(await ledger(organiser, order.buyer?.id)).toEqual([]);
  expect(order.consents).toHaveLength(2);
  const given = { contact_id: order.buyer?.id, subscription_type: "marketing", action: "grant", source: "form" };
  await organiser.request("POST /consent-events", given);
  organisers.setTime(new Date(morning.getTime() + 60_000));
  await organiser.order(event, { consents: [marketing(false)] });
  expect(await ledger(organiser, order.buyer?.id)).toEqual([
    "marketing sms grant form",
    "marketing sms withdraw order",
  ]);
});

test("what the buyer chose since the purchase stays", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const first = await organiser.order(event);
  const contact_id = first.buyer?.id;
  const given = { contact_id, subscription_type: "marketing", action: "grant", source: "form" };
  await organiser.request("POST /consent-events", given);
  const before = { external_id: "T-2", updated_at: "2027-03-09T12:00:00Z" };
  await organiser.order(event, { ...before, consents: [marketing(false)] });
  expect(await ledger(organiser, contact_id)).toEqual(["marketing sms grant form"]);
  await organiser.request("POST /consent-events", { ...given, action: "withdraw" });
  await organiser.order(event, { ...before, external_id: "T-3", consents: [marketing(true, { channel: "sms" })] });
  const { current } = await organiser.request(`GET /contacts/${contact_id}/consent`);
  expect(current).toMatchObject([{ channel: "sms", granted: false, source: "form" }]);
});

test("an order that gets another buyer has the answers of the new one", async () => {
  const organiser = await organisers.open();
  const event = await organiser.event();
  const order = await organiser.order(event, { consents: [marketing(true)] });
  const buyer = { first_name: "Per", mobile: "+4791234599" };
  const changed = await organiser.request(`PATCH /orders/${order.id}`, { buyer });
  expect(changed.consents).toEqual([]);
  expect(await ledger(organiser, changed.buyer.id)).toEqual([]);
  await organiser.request(`PATCH /orders/${order.id}`, { consents: [marketing(true, { channel: "email" })] });
  expect(await ledger(organiser, changed.buyer.id)).toEqual(["marketing email grant order"]);
});
