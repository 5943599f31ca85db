import { sql } from "kysely";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { ActivityType } from "../../contract/activity.ts";
import type { Webhook, WebhookDelivery } from "../../contract/webhooks.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { runDue } from "../../testing/due.ts";
import { newId } from "../../testing/new-id.ts";
import { runs } from "../../testing/runs.ts";
import { onThisMachine } from "../../testing/targets.ts";
import { until } from "../../testing/until.ts";
import { startReceiver } from "../../testing/webhook-receiver.ts";
import { appendActivity } from "../activity/activity.ts";
import { activityReading } from "../activity/read-on.ts";
import type { Presenters } from "../activity/subscriber.ts";
import { webhookSubscriber } from "./read-activity.ts";
import { webhookSender } from "./send-webhooks.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };
const { call, services } = await testApp(database, { clock });
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const sender = webhookSender({ ...services, clock, log, targets: onThisMachine });

/** Shows nothing but the id. */
const presenters: Presenters = {
  "contact.erased": async (_tx, _workspace, { subjects }) =>
    new Map(subjects.map((id) => [id, { data: { id }, contact_id: null }])),
};

async function start(url: string, events: string[] = ["contact.erased"]) {
  ahead = 0;
  const { id, key } = await workspaceWithKey(database);
  const add = async (to: string) => (await call("POST /webhooks", { key, body: { url: to, events } })).body as Webhook;
  const webhook = await add(url);
  const path = `/webhooks/${webhook.id}`;
  return {
    workspace: id,
    add,
    change: (body: object) => call(`PATCH ${path}`, { key, body }),
    remove: () => call(`DELETE ${path}`, { key }),
    append: async (subjects: readonly string[], type: ActivityType = "contact.erased") =>
      db.inWorkspace(id, (tx) => appendActivity(tx, id, clock.now(), [{ type, subjects }])),
    deliveries: async () => (await call(`GET ${path}/deliveries?limit=200`, { key })).body.items as WebhookDelivery[],
    waiting: async () =>
      (
        await db.inWorkspace(id, (tx) =>
          sql<{ id: string }>`
            select id from webhook_deliveries where workspace_id = ${id} and webhook_id = ${webhook.id} and next_at is not null`.execute(
            tx,
          ),
        )
      ).rows.length,
    unread: async () =>
      (
        await db.inWorkspace(id, (tx) =>
          sql<{ n: number }>`
            select coalesce(sum(cardinality(a.subjects) - u.taken), 0)::int as n
            from activity_unread u join activity a on a.workspace_id = ${id} and a.id = u.activity_id
            where u.workspace_id = ${id} and u.subscription_id = ${webhook.id}`.execute(tx),
        )
      ).rows[0]?.n,
  };
}

const read = (room?: number) =>
  runDue([activityReading({ db, log, subscribers: [webhookSubscriber(presenters, room)] })], clock.now());
const post = () => runDue([sender], clock.now());
const ids = (n: number) => Array.from({ length: n }, () => newId());
const subjectsOf = (bodies: readonly { body: string }[]) =>
  bodies.map(({ body }) => (JSON.parse(body) as { data: { id: string } }).data.id);

test("a webhook that is away for a day gets everything once it is back, and only so much waits for it meanwhile", async () => {
  let isAway = true;
  const receiver = await startReceiver((response) => response.writeHead(isAway ? 503 : 204).end());
  const tested = await start(receiver.url);
  const room = 10;
  const happened: string[] = [];
  for (let hour = 0; hour < 24; hour++) {
    const subjects = ids(2);
    happened.push(...subjects);
    await tested.append(subjects);
    await read(room);
    await post();
    ahead += 3_600_000;
    // One more each time that it is probed.
    expect(await tested.waiting()).toBeLessThanOrEqual(room + hour);
  }
  expect(await tested.unread()).toBeGreaterThan(0);
  isAway = false;
  const before = receiver.received.length;
  // The first that it takes, here one that probes, brings the others forward.
  while ((await tested.unread()) || (await tested.waiting())) {
    await read(room);
    await post();
    ahead += 1_000;
  }
  const got = receiver.received.slice(before);
  expect(subjectsOf(got).toSorted()).toEqual(happened.toSorted());
  expect(new Set(got.map(({ headers }) => headers["webhook-id"])).size).toBe(happened.length);
  // Within what waited, and within what was read later, in the order in which it happened; two are posted at a time.
  const times = got.slice(-room).map(({ body }) => (JSON.parse(body) as { timestamp: string }).timestamp);
  expect(times).toEqual(times.toSorted());
});

test("one webhook that is away holds up no other of its workspace", async () => {
  const away = await startReceiver((response) => response.writeHead(503).end());
  const here = await startReceiver();
  const tested = await start(away.url);
  await tested.add(here.url);
  const subjects = ids(30);
  await tested.append(subjects);
  await until(async () => {
    await read(5);
    await post();
    ahead += 2_000;
    expect(subjectsOf(here.received).toSorted()).toEqual(subjects.toSorted());
  });
  await tested.remove();
});

test("many outcomes are prepared in small parts, and never more than there is room for", async () => {
  const many = runs(6_000, 200_000);
  const tested = await start("http://127.0.0.1:1/hook");
  for (let from = 0; from < many; from += 4_000) await tested.append(ids(Math.min(4_000, many - from)));
  let delivered = 0;
  let largest = 0;
  while (await tested.unread()) {
    await read();
    const waiting = await tested.waiting();
    largest = Math.max(largest, waiting);
    delivered += waiting;
    // As its receiver would.
    await db.inWorkspace(tested.workspace, (tx) =>
      sql`delete from webhook_deliveries where workspace_id = ${tested.workspace}`.execute(tx),
    );
    ahead += 2_000;
  }
  expect(delivered).toBe(many);
  expect(largest).toBe(1_000);
});

test("what a webhook no longer receives, or got while it was off, is not sent", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url, ["contact.erased", "contact.created"]);
  await tested.append(ids(1));
  await tested.change({ events: ["contact.created"] });
  await read();
  await tested.change({ events: ["contact.erased"] });
  await tested.append(ids(1));
  await tested.change({ enabled: false });
  await tested.append(ids(1));
  await tested.change({ enabled: true });
  const [subject = ""] = ids(1);
  await tested.append([subject]);
  await read();
  await post();
  expect(subjectsOf(receiver.received)).toEqual([subject]);
  await tested.append(ids(1));
  await tested.remove();
  await read();
  await post();
  expect(receiver.received).toHaveLength(1);
});

test("a delivery that is prepared again is the same delivery", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  await tested.append(ids(1));
  const unread = () =>
    db.inWorkspace(tested.workspace, (tx) =>
      sql<{ workspace_id: string; subscription_id: string; activity_id: string }>`
        select * from activity_unread where workspace_id = ${tested.workspace}`.execute(tx),
    );
  const [row] = (await unread()).rows;
  await read();
  await post();
  // As after a dump of the moment before was restored.
  await db.inWorkspace(tested.workspace, (tx) =>
    sql`insert into activity_unread (workspace_id, subscription_id, activity_id)
      values (${row?.workspace_id}, ${row?.subscription_id}, ${row?.activity_id})`.execute(tx),
  );
  await read();
  await post();
  expect(receiver.received).toHaveLength(1);
  expect(await tested.deliveries()).toHaveLength(1);
});

test("a webhook that an earlier version disabled or removed ends its subscription", async () => {
  const tested = await start("http://127.0.0.1:1/hook");
  await tested.append(ids(1));
  await db.inWorkspace(tested.workspace, (tx) =>
    sql`update webhooks set enabled = false where workspace_id = ${tested.workspace}`.execute(tx),
  );
  await read();
  expect(await tested.unread()).toBe(0);
  expect(await tested.waiting()).toBe(0);
});
