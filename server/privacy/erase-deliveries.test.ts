/** What webhooks were sent, or are to be sent, about a person who is erased. */
import { pino } from "pino";
import { expect, test } from "vitest";
import type { Contact } from "../../contract/contacts.ts";
import type { Webhook, WebhookDelivery } from "../../contract/webhooks.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { runDue } from "../../testing/due.ts";
import { newId } from "../../testing/new-id.ts";
import { activityReading } from "../activity/read-on.ts";
import { allSubscribers } from "../modules.ts";
import { insertDeliveries } from "../webhooks/deliveries-store.ts";
import { finishErasureOf } from "./finish-erasure.ts";

const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const read = () => runDue([activityReading({ ...services, log, subscribers: allSubscribers(services) })]);

async function start() {
  const { id: workspace, key } = await workspaceWithKey(database);
  const must = async <Body>(line: string, body?: unknown): Promise<Body> => {
    const answer = await call(line, { key, ...(body !== undefined && { body }) });
    expect(answer.status, JSON.stringify(answer.body)).toBeOneOf([200, 201, 202]);
    return answer.body as Body;
  };
  const events = ["contact.created", "contact.opted_out", "contact.erased"];
  const webhook = await must<Webhook>("POST /webhooks", { url: "http://127.0.0.1:1/hook", events });
  const deliveries = async () =>
    (await must<{ items: WebhookDelivery[] }>(`GET /webhooks/${webhook.id}/deliveries?limit=200`)).items;
  return {
    workspace,
    webhook,
    must,
    deliveries,
    add: (mobile: string) => must<Contact>("POST /contacts", { mobile }),
    erase: (id: string) => must<{ id: string }>(`POST /contacts/${id}/erasure`, { confirm: id }),
    about: async (text: string) =>
      (await deliveries()).filter(({ body }) => body.includes(text)).map(({ event }) => event),
  };
}

test("deliveries about the contact are deleted in the call, those of others stay, and its id is all that follows", async () => {
  const { must, add, erase, about, deliveries } = await start();
  const [kari, ola] = [await add("+4790000001"), await add("+4790000002")];
  for (const { id } of [kari, ola]) await must(`POST /contacts/${id}/opt-outs`, { reason: "By phone" });
  await read();
  expect(await about("+4790000001")).toHaveLength(2);
  await erase(kari.id);
  expect(await about(kari.id)).toEqual([]);
  expect(await about("+4790000001")).toEqual([]);
  await read();
  const [erased] = (await deliveries()).filter(({ event }) => event === "contact.erased");
  expect(JSON.parse(erased?.body ?? "{}")).toMatchObject({ type: "contact.erased", data: { id: kari.id } });
  expect((await about("+4790000002")).toSorted()).toEqual(["contact.created", "contact.opted_out"]);
});

test("what is unread when the person is erased tells nobody of them", async () => {
  const { must, add, erase, deliveries } = await start();
  const kari = await add("+4790000001");
  await must(`POST /contacts/${kari.id}/opt-outs`, { reason: "By phone" });
  await erase(kari.id);
  await read();
  expect((await deliveries()).map(({ event }) => event)).toEqual(["contact.erased"]);
});

test("deliveries that name a number of theirs and no contact are deleted by the job", async () => {
  const { workspace, webhook, add, erase, deliveries } = await start();
  const kari = await add("+4790000001");
  const bodies = ["+4790000001", "+47900000011"].map((number) => JSON.stringify({ data: { contact: null, number } }));
  const rows = bodies.map((body) => ({ id: newId(), webhook_id: webhook.id, event: "contact.opted_out", body }));
  await db.inWorkspace(workspace, (tx) => insertDeliveries(tx, workspace, rows, new Date()));
  const { id } = await erase(kari.id);
  await finishErasureOf(
    { ...services, log, eraseNumbers: [] },
    { workspace_id: workspace, id },
    new AbortController().signal,
  );
  expect((await deliveries()).map(({ body }) => body)).toEqual([bodies[1]]);
});
