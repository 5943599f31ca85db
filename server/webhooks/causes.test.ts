/** Every event that is no alert, made by its cause on a real server, and delivered to a real receiver. */
import { expect, test } from "vitest";
import { type ActivityType, activityTypes } from "../../contract/activity.ts";
import type { Campaign } from "../../contract/campaigns.ts";
import type { Contact } from "../../contract/contacts.ts";
import { webhookEvents } from "../../contract/webhook-events.ts";
import type { Webhook } from "../../contract/webhooks.ts";
import { apiClient } from "../../testing/api-client.ts";
import { startTestServer } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import { startReceiver, verifies } from "../../testing/webhook-receiver.ts";
import { whenDone } from "../../testing/when-done.ts";

const key = "vk_of_the_workspace_whose_events_are_sent";
const server = await startTestServer({
  env: {
    ADMIN_EMAIL: "a@example.com",
    ADMIN_PASSWORD: "a long passphrase",
    API_KEY: key,
    WORKSPACE_NAME: "Salong Saks",
  },
});
whenDone(() => server.stop());
const { must } = apiClient(() => server.url, key);

const types = Object.keys(activityTypes) as ActivityType[];

interface Event {
  id: string;
  type: ActivityType;
  timestamp: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows what it asked for
  data: any;
}

/** A webhook for all of them, with its receiver. */
async function start() {
  const receiver = await startReceiver();
  const { secret, id } = await must<Webhook & { secret: string }>("POST /webhooks", {
    url: receiver.url,
    events: types,
  });
  const events = () => receiver.received.map(({ body }) => JSON.parse(body) as Event);
  return {
    id,
    secret,
    receiver,
    events,
    /** The events of a type, once there are so many. */
    of: (type: ActivityType, n = 1) =>
      until(() => {
        const own = events().filter((event) => event.type === type);
        expect(own, JSON.stringify(events().map((event) => event.type))).toHaveLength(n);
        return own as [Event, ...Event[]];
      }),
  };
}

test("each event comes from its cause, once, signed, and with what its GET shows", async () => {
  const { events, of, receiver, secret, id: webhook } = await start();

  // Contacts by API. What is sent is the contact as it is when that is prepared, maybe after the change already.
  const kari = await must<Contact>("POST /contacts", { mobile: "+4790000001", first_name: "Kari" });
  const changed = await must<Contact>(`PATCH /contacts/${kari.id}`, { last_name: "Nordmann" });
  const consent = await must("POST /consent-events", {
    contact_id: kari.id,
    subscription_type: "marketing",
    action: "grant",
    source: "Form",
  });
  expect((await of("contact.consented"))[0].data).toEqual({ contact: changed, consent });
  expect((await of("contact.updated"))[0].data).toEqual(changed);
  expect((await of("contact.created"))[0].data.id).toBe(kari.id);

  // An import that makes two contacts, who consent, and changes one.
  const file = "mobile,first_name\n+4790000001,Karianne\n+4790000002,Ola\n+4790000003,Per\n";
  const query = "list=Members&subscription_type=marketing&consent_source=Form&file_name=members.csv";
  const { id: imported } = await must<{ id: string }>(`POST /contacts/imports?${query}`, file);
  const [done] = await of("import.done");
  const [shown] = (await must<{ items: { id: string }[] }>("GET /contacts/imports")).items;
  expect(shown?.id).toBe(imported);
  expect(done.data).toEqual(shown);
  expect(done.data).toMatchObject({ status: "done", created: 2, updated: 1 });
  const made = (await of("contact.created", 3)).slice(1).map(({ data }) => data.first_name);
  expect(made.toSorted()).toEqual(["Ola", "Per"]);
  expect((await of("contact.updated", 2))[1]?.data).toMatchObject({ id: kari.id, first_name: "Karianne" });
  // She had consented already.
  const consented = (await of("contact.consented", 3)).slice(1);
  expect(consented.map(({ data }) => [data.contact.first_name, data.consent.action]).toSorted()).toEqual([
    ["Ola", "grant"],
    ["Per", "grant"],
  ]);

  // A campaign: one is delivered, one is not, and one has opted out.
  const per = consented.find(({ data }) => data.contact.first_name === "Per")?.data.contact as Contact;
  await must(`POST /contacts/${per.id}/opt-outs`, { reason: "By phone" });
  await must("PUT /sandbox/phones/+4790000002", { behaviour: "fail", error_code: "30003" });
  const [list] = (await must<{ items: { id: string }[] }>("GET /lists")).items;
  const draft = await must<Campaign>("POST /campaigns", {
    name: "November",
    text: "Hei, se https://example.com/offer",
    links: { shorten: true },
    subscription_type: "marketing",
    include: { lists: [list?.id] },
  });
  await must(`POST /campaigns/${draft.id}/send`);
  const [sent] = await of("campaign.sent");
  expect(sent.data).toMatchObject({ id: draft.id, status: "sent", counts: { sent: 2, not_sent: 1 } });
  const [delivered] = await of("message.delivered");
  expect(delivered.data).toEqual(await must(`GET /messages/${delivered.data.id}`));
  expect(delivered.data).toMatchObject({ status: "delivered", to: "+4790000001", source: { id: draft.id } });
  const [failed] = await of("message.failed");
  expect(failed.data).toEqual(await must(`GET /messages/${failed.data.id}`));
  expect(failed.data).toMatchObject({ status: "undelivered", to: "+4790000002", reason: "unreachable" });
  const [skipped] = await of("message.skipped");
  expect(skipped.data).toEqual(await must(`GET /messages/${skipped.data.id}`));
  expect(skipped.data).toMatchObject({ status: "skipped", reason: "opted_out", contact_id: per.id });

  expect((await of("contact.opted_out"))[0].data).toMatchObject({ contact: { id: per.id }, number: per.mobile });

  // A click: sooner than two seconds after the receipt it is a robot's, and repeated ones count once.
  const [short] = /https?:\/\/\S+\/l\/\w+/.exec(delivered.data.text) ?? [];
  const path = new URL(short as string).pathname;
  const browser = {
    "user-agent":
      "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 Version/19.1 Mobile Safari/604.1",
  };
  await until(async () => {
    const answer = await fetch(`${server.url}${path}`, { headers: browser, redirect: "manual" });
    expect(answer.headers.get("location")).toBe("https://example.com/offer");
    expect(events().some(({ type }) => type === "link.clicked")).toBe(true);
  });
  expect((await of("link.clicked"))[0].data).toMatchObject({
    url: "https://example.com/offer",
    message_id: delivered.data.id,
    contact_id: kari.id,
    source: { type: "campaign", id: draft.id },
  });

  // From handsets: a word, STOP and START, also from a number that no contact has; a second STOP changes nothing.
  const reply = (number: string, text: string) =>
    must(`POST /sandbox/phones/${number}/reply`, { to: delivered.data.from, text });
  await reply("+4790000001", "See you at ten");
  for (const word of ["STOP", "STOP", "START"]) await reply("+4790000009", word);
  const received = (await of("message.received", 4)).find(({ data }) => data.text === "See you at ten") as Event;
  expect(received.data).toEqual(await must(`GET /messages/${received.data.id}`));
  expect(received.data).toMatchObject({ direction: "inbound", contact_id: kari.id });
  expect((await of("contact.opted_out", 2))[1]?.data).toEqual({ contact: null, number: "+4790000009" });
  expect((await of("contact.opted_in"))[0].data).toEqual({ contact: null, number: "+4790000009" });

  // A booking: made, paid for, cancelled. What was changed in nothing is no change.
  const booking = await must<{ id: string }>("POST /bookings", { start: "2030-12-04T14:00", end: "2030-12-04T15:00" });
  expect((await of("booking.created"))[0].data.id).toBe(booking.id);
  for (const _ of [1, 2]) await must(`PATCH /bookings/${booking.id}`, { payment: "paid" });
  expect((await of("booking.updated"))[0].data).toMatchObject({
    id: booking.id,
    payment: "paid",
    stands_for: "confirmed",
  });
  const { history: _, ...cancelled } = await must<{ history: unknown }>(`POST /bookings/${booking.id}/cancel`, {});
  expect((await of("booking.cancelled"))[0].data).toEqual(cancelled);

  // An order: made, changed, cancelled. What was changed in nothing is no change.
  const event = await must<{ id: string }>("POST /events", { name: "Concert", start: "2030-12-04T19:00" });
  const order = await must<{ id: string }>(`POST /events/${event.id}/orders`, { buyer: { id: kari.id } });
  expect((await of("order.created"))[0].data.id).toBe(order.id);
  for (const _ of [1, 2]) await must(`PATCH /orders/${order.id}`, { complimentary: true });
  expect((await of("order.updated"))[0].data).toMatchObject({ id: order.id, complimentary: true, status: "paid" });
  const off = await must<{ history?: unknown }>(`POST /orders/${order.id}/cancel`, {});
  delete off.history;
  expect((await of("order.cancelled"))[0].data).toEqual(off);

  // An erasure, after which nothing of the person is left in what was sent.
  await must(`POST /contacts/${kari.id}/erasure`, { confirm: kari.id });
  expect((await of("contact.erased"))[0].data).toEqual({ id: kari.id });
  await until(async () => {
    const { items } = await must<{ items: { body: string; event: string }[] }>(
      `GET /webhooks/${webhook}/deliveries?limit=200`,
    );
    const kept = items.filter(({ body }) => body.includes(kari.id) || body.includes("+4790000001"));
    expect(kept.map(({ event }) => event)).toEqual(["contact.erased"]);
  });

  expect(new Set(events().map(({ type }) => type))).toEqual(new Set(types));
  expect(new Set(events().map(({ id }) => id)).size).toBe(events().length);
  for (const [i, event] of events().entries()) {
    expect(receiver.received[i]?.headers["webhook-id"]).toBe(event.id);
    expect(verifies(receiver.received[i] as never, secret)).toBe(true);
    expect(webhookEvents[event.type].payload.parse(event)).toEqual(event);
  }
});
