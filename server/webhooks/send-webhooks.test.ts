import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import type { Webhook, WebhookDelivery } from "../../contract/webhooks.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { onThisMachine } from "../../testing/targets.ts";
import { until } from "../../testing/until.ts";
import { type Received, startReceiver, verifies } from "../../testing/webhook-receiver.ts";
import { startDueWork } from "../kit/due-runner.ts";
import { createOutboundTargets, type OutboundTargets } from "../kit/outbound-targets.ts";
import { claimDue } from "./deliveries-store.ts";
import { queueEvents } from "./queue-events.ts";
import { nextAttempt, webhookJobs, webhookSender } from "./send-webhooks.ts";
import { newWebhookSecret } from "./sign-webhook.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const { call, services } = await testApp(database);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });

const refusal =
  "The target leads to no address on the public internet. Others are reached only where ALLOWED_PRIVATE_TARGETS names them.";

/** Milliseconds by which a test has advanced the clock. */
let ahead = 0;
const clock = { now: () => new Date(Date.now() + ahead) };

/** Runs a sender as one process does; resolves when it takes its turns. */
async function startSender(options: { targets?: OutboundTargets; timeout_ms?: number; round_ms?: number } = {}) {
  const { targets = onThisMachine, timeout_ms, round_ms } = options;
  const sender = webhookSender(
    { ...services, clock, log, targets },
    { every_ms: 10, ...(timeout_ms !== undefined && { timeout_ms }), ...(round_ms !== undefined && { round_ms }) },
  );
  const running = await startDueWork({ db, log }, [sender]);
  onTestFinished(() => running.stop());
  return running;
}

async function start(url: string) {
  ahead = 0;
  const { id, key } = await workspaceWithKey(database);
  const made = await call("POST /webhooks", { key, body: { url, events: ["alert.raised"] } });
  expect(made.status).toBe(201);
  const { secret, ...webhook } = made.body as Webhook & { secret: string };
  const path = `/webhooks/${webhook.id}`;
  return {
    id,
    key,
    secret,
    path,
    /** Removes it with its waiting deliveries, which other tests do not expect. */
    remove: () => call(`DELETE ${path}`, { key }),
    publish: (data: object = { n: 1 }) =>
      db.asSystem((tx) => queueEvents(tx, clock.now(), [{ workspace_id: id, event: "alert.raised", data }])),
    webhook: async () =>
      ((await call("GET /webhooks", { key })).body.items as Webhook[]).find((each) => each.id === webhook.id),
    deliveries: async () => (await call(`GET ${path}/deliveries`, { key })).body.items as WebhookDelivery[],
    delivery: async () => ((await call(`GET ${path}/deliveries`, { key })).body.items as WebhookDelivery[])[0],
  };
}

/** Waits for so many attempts of the newest delivery. */
const attempted = (test: Awaited<ReturnType<typeof start>>, times: number) =>
  until(async () => {
    const delivery = await test.delivery();
    expect(delivery?.attempts).toHaveLength(times);
    const last = delivery?.attempts.at(-1);
    expect(last?.status ?? last?.error).not.toBeNull();
    return delivery as WebhookDelivery;
  });

test("an event is sent if its transaction commits, signed by the specification over the exact octets", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  await startSender();
  await expect(
    db.asSystem(async (tx) => {
      await queueEvents(tx, clock.now(), []);
      throw new Error("rolled back");
    }),
  ).rejects.toThrow("rolled back");
  await tested.publish({ name: "Åse" });
  const delivery = await attempted(tested, 1);
  expect(receiver.received).toHaveLength(1);
  const [request] = receiver.received as [Received];
  expect(verifies(request, tested.secret)).toBe(true);
  expect(verifies({ ...request, body: `${request.body} ` }, tested.secret)).toBe(false);
  expect(request.headers).toMatchObject({ "webhook-id": delivery.id, "content-type": "application/json" });
  expect(request.body).toBe(delivery.body);
  expect(JSON.parse(request.body)).toMatchObject({ type: "alert.raised", data: { name: "Åse" } });
  expect(delivery).toMatchObject({ state: "delivered", next_at: null, attempts: [{ status: 204, error: null }] });
});

test("the example in the documentation verifies what is sent, and nothing else", async () => {
  const page = await readFile(join(import.meta.dirname, "..", "..", "docs", "self-hosting", "alerts.md"), "utf8");
  const code = /```js\n(.*?)```/s.exec(page)?.[1] ?? "";
  const directory = await mkdtemp(join(tmpdir(), "varsla-example-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "example.mjs");
  await writeFile(file, `${code}\nexport { isFromVarsla };`);
  const { isFromVarsla } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    isFromVarsla(headers: Received["headers"], body: string, secret: string): boolean;
  };
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  await startSender();
  await tested.publish();
  await attempted(tested, 1);
  const [{ headers, body }] = receiver.received as [Received];
  expect(isFromVarsla(headers, body, tested.secret)).toBe(true);
  expect(isFromVarsla(headers, `${body} `, tested.secret)).toBe(false);
  expect(isFromVarsla({ ...headers, "webhook-timestamp": "1700000000" }, body, tested.secret)).toBe(false);
  expect(isFromVarsla(headers, body, newWebhookSecret())).toBe(false);
});

test("after a rotation both secrets verify for a day", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  const { secret } = (await call(`POST ${tested.path}/secret`, { key: tested.key })).body;
  expect(secret).not.toBe(tested.secret);
  await startSender();
  await tested.publish();
  await attempted(tested, 1);
  const [request] = receiver.received as [Received];
  expect([secret, tested.secret].map((each) => verifies(request, each))).toEqual([true, true]);
});

test("a refused delivery is retried on the schedule, for more than a day, with the same id; then it has failed", async () => {
  const receiver = await startReceiver((response) => response.writeHead(503).end("busy"));
  const tested = await start(receiver.url);
  await startSender();
  await tested.publish();
  let begun = clock.now().getTime();
  const hours: number[] = [];
  for (let times = 1; ; times++) {
    const delivery = await attempted(tested, times);
    expect(delivery.attempts.at(-1)).toMatchObject({ status: 503, response: "busy" });
    if (!delivery.next_at) {
      expect(delivery.state).toBe("failed");
      break;
    }
    expect(delivery.state).toBe("waiting");
    const next = new Date(delivery.next_at).getTime();
    hours.push((next - begun) / 3_600_000);
    begun = next;
    ahead = next - Date.now();
  }
  expect(hours.map((each) => Math.round(each * 10) / 10).slice(-4)).toSatisfy((last: number[]) =>
    [2, 5, 10, 10].every((due, i) => (last[i] ?? 0) >= due && (last[i] ?? 0) <= due * 1.1 + 0.1),
  );
  expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1);
  expect(receiver.received).toHaveLength(8);
  expect(await tested.webhook()).toMatchObject({ enabled: true, last_error: "HTTP 503" });
});

test("the schedule ends, and has a random delay", () => {
  const at = new Date(0);
  expect(nextAttempt(1, at, 0)?.getTime()).toBe(5_000);
  expect(nextAttempt(1, at, 1)?.getTime()).toBe(5_500);
  expect(nextAttempt(8, at, 0)).toBeNull();
});

test("a webhook that accepted nothing for days is disabled with the next failed delivery; enabling it resets its failures", async () => {
  let status = 500;
  const receiver = await startReceiver((response) => response.writeHead(status).end());
  const tested = await start(receiver.url);
  await startSender();
  await tested.publish();
  await attempted(tested, 1);
  // A failure of days ago and a new one do not prove that it always failed: the delivery gets all its attempts.
  ahead = 4 * 86_400_000;
  await attempted(tested, 2);
  expect(await tested.webhook()).toMatchObject({ enabled: true, failing_since: expect.any(String) });
  for (let attempt = 3; attempt < 8; attempt++) {
    ahead += 12 * 3_600_000;
    await attempted(tested, attempt);
  }
  expect(await tested.webhook()).toMatchObject({ enabled: true });
  await tested.publish();
  await attempted(tested, 1);
  ahead += 12 * 3_600_000;
  await until(async () => expect((await tested.deliveries()).map(({ state }) => state)).toEqual(["failed", "failed"]));
  expect(await tested.webhook()).toMatchObject({ enabled: false, disabled_at: expect.any(String) });
  await tested.publish();
  expect(await tested.deliveries()).toHaveLength(2);
  const enabled = await call(`PATCH ${tested.path}`, { key: tested.key, body: { enabled: true } });
  expect(enabled.body).toMatchObject({ enabled: true, disabled_at: null, failing_since: null, last_error: null });
  status = 200;
  const again = await tested.delivery();
  await call(`POST ${tested.path}/deliveries/${again?.id}/redeliver`, { key: tested.key });
  expect(await attempted(tested, (again?.attempts.length ?? 0) + 1)).toMatchObject({ state: "delivered" });
});

test("410 disables the webhook at once", async () => {
  const receiver = await startReceiver((response) => response.writeHead(410).end());
  const tested = await start(receiver.url);
  await startSender();
  await tested.publish();
  await attempted(tested, 1);
  expect(await tested.webhook()).toMatchObject({ enabled: false, last_error: "HTTP 410" });
});

test("a redirect counts as a failure and is not followed", async () => {
  const elsewhere = await startReceiver();
  const receiver = await startReceiver((response) => response.writeHead(307, { location: elsewhere.url }).end());
  const tested = await start(receiver.url);
  await startSender();
  await tested.publish();
  expect(await attempted(tested, 1)).toMatchObject({ state: "waiting", attempts: [{ status: 307 }] });
  expect(elsewhere.received).toEqual([]);
});

test("a receiver that does not respond in time is retried", async () => {
  const receiver = await startReceiver(() => {});
  const tested = await start(receiver.url);
  await startSender({ timeout_ms: 100 });
  await tested.publish();
  expect(await attempted(tested, 1)).toMatchObject({
    state: "waiting",
    attempts: [{ status: null, error: "no answer within 0.1 s" }],
  });
});

test("an endless response is read to some kilobytes; a slow one counts by its status", async () => {
  const hose = await startReceiver((response) => {
    response.writeHead(200);
    const pour = () => {
      while (!response.destroyed && response.write("\0🙂".repeat(10_000)));
    };
    response.on("drain", pour);
    pour();
  });
  const tested = await start(hose.url);
  await startSender({ timeout_ms: 500 });
  await tested.publish();
  const delivery = await attempted(tested, 1);
  expect(delivery.state).toBe("delivered");
  expect(delivery.attempts[0]?.response?.length).toBeLessThanOrEqual(500);
  await until(() => expect(hose.busy().now).toBe(0));

  const drip = await startReceiver((response) => {
    response.writeHead(200);
    response.write("a");
  });
  await call(`PATCH ${tested.path}`, { key: tested.key, body: { url: drip.url } });
  await tested.publish();
  expect(await attempted(tested, 1)).toMatchObject({ state: "delivered", attempts: [{ status: 200, response: "a" }] });
});

test("no notation of this machine or its network can be reached, and every refusal has the same text", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  await startSender({ targets: createOutboundTargets({ allowed: [] }) });
  const { port } = new URL(receiver.url);
  const hosts = [
    "127.0.0.1",
    "localhost",
    "LOCALHOST.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "2130706433",
    "0x7f.1",
    "0.0.0.0",
  ];
  const urls = [...hosts.map((host) => `http://${host}:${port}/`), "http://127.0.0.1:1/", "https://not-there.invalid/"];
  for (const url of urls) {
    await call(`PATCH ${tested.path}`, { key: tested.key, body: { url } });
    await tested.publish();
    const { attempts } = await attempted(tested, 1);
    expect(attempts, url).toEqual([
      {
        at: expect.any(String),
        status: null,
        response: null,
        error: expect.stringContaining("ALLOWED_PRIVATE_TARGETS"),
      },
    ]);
    expect(new Set(attempts.map((each) => each.error))).toEqual(new Set([refusal]));
  }
  expect(receiver.received).toEqual([]);
  await tested.remove();
});

test("when any target may be reached, only the status is shown of those in the operator's network", async () => {
  const receiver = await startReceiver((response) => response.writeHead(418).end("SSH-2.0-OpenSSH_9.6"));
  const tested = await start(receiver.url);
  await startSender({ targets: createOutboundTargets({ allowed: [], others: "discreet" }) });
  await tested.publish();
  expect((await attempted(tested, 1)).attempts[0]).toMatchObject({ status: 418, response: null, error: null });
  for (const url of ["http://127.0.0.1:1/", receiver.url.replace("http:", "https:")]) {
    await call(`PATCH ${tested.path}`, { key: tested.key, body: { url } });
    await tested.publish();
    expect((await attempted(tested, 1)).attempts[0], url).toMatchObject({ status: null, error: "no answer" });
  }
  await call(`PATCH ${tested.path}`, { key: tested.key, body: { url: "http://169.254.169.254/latest/meta-data" } });
  await tested.publish();
  expect((await attempted(tested, 1)).attempts[0]?.error).toBe(refusal);
  await tested.remove();
});

test("a workspace whose webhooks all hang does not block the others", async () => {
  const hanging = await startReceiver(() => {});
  const slow = await start(hanging.url);
  for (let i = 0; i < 9; i++)
    await call("POST /webhooks", { key: slow.key, body: { url: hanging.url, events: ["alert.raised"] } });
  await slow.publish();
  await slow.publish();
  const receiver = await startReceiver();
  const other = await start(receiver.url);
  await other.publish();
  await startSender({ timeout_ms: 60_000 });
  await attempted(other, 1);
  expect(hanging.busy().most).toBeGreaterThan(2);
});

test("deliveries that wait for a free slot are sent as soon as there is one, in the same round", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  for (let i = 0; i < 30; i++) await tested.publish({ i });
  await startSender({ round_ms: 600_000 });
  await until(async () =>
    expect((await tested.deliveries()).filter(({ state }) => state === "delivered")).toHaveLength(30),
  );
  expect(receiver.received).toHaveLength(30);
  expect(receiver.busy().most).toBeLessThanOrEqual(2);
});

test("a round says since when its oldest delivery was due", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  ahead = -3_600_000;
  await tested.publish();
  const due = new Date((await tested.delivery())?.next_at ?? 0);
  ahead = 0;
  await tested.publish();
  const sender = webhookSender({ ...services, clock, log, targets: onThisMachine });
  const round = await sender.run({ now: clock.now(), signal: new AbortController().signal });
  expect(round.oldest).toEqual(due);
  await sender.stop?.();
});

test("several workers post each delivery only once", async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const receiver = await startReceiver(async (response) => {
    if (receiver.received.length === 1) await held;
    response.writeHead(200).end();
  });
  const tested = await start(receiver.url);
  for (let i = 0; i < 30; i++) await tested.publish({ i });
  for (let i = 0; i < 3; i++) await startSender();
  const delivered = async () => (await tested.deliveries()).filter(({ state }) => state === "delivered").length;
  // All poll while the first delivery is being posted.
  await until(async () => expect(await delivered()).toBe(29));
  release();
  await until(async () => expect(await delivered()).toBe(30));
  const ids = receiver.received.map(({ headers }) => headers["webhook-id"]);
  expect(new Set(ids).size).toBe(30);
  expect(ids).toHaveLength(30);
});

test("redelivering a delivery that is being posted does not post it twice at the same time", async () => {
  let release = () => {};
  const held = new Promise<void>((done) => (release = done));
  const receiver = await startReceiver((response) => held.then(() => response.writeHead(200).end()));
  const tested = await start(receiver.url);
  await startSender();
  await tested.publish();
  await until(() => expect(receiver.received).toHaveLength(1));
  const id = (await tested.delivery())?.id;
  const again = await call(`POST ${tested.path}/deliveries/${id}/redeliver`, { key: tested.key });
  expect(again).toMatchObject({ status: 202, body: { id } });
  await startSender();
  await tested.publish(); // another delivery, to be sure that the second sender has polled
  await until(() => expect(receiver.received).toHaveLength(2));
  release();
  await until(async () =>
    expect((await tested.deliveries()).map(({ state }) => state)).toEqual(["delivered", "delivered"]),
  );
  expect(receiver.received.filter(({ headers }) => headers["webhook-id"] === id)).toHaveLength(1);
});

test("a worker claims the next delivery while others hold all that have waited longer", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  for (let i = 0; i < 40; i++) await tested.publish({ i });
  const last = (await tested.delivery())?.id;
  const at = clock.now();
  const claim = () => claimDue(db, at, new Date(at.getTime() + 60_000), { webhooks: [], workspaces: [] });
  await db.asSystem(async (tx) => {
    await sql`select 1 from webhook_deliveries where next_at is not null and id <> ${last} for update`.execute(tx);
    expect((await claim())?.id).toBe(last);
    expect(await claim()).toBeUndefined();
  });
  expect((await claim())?.id).not.toBe(last);
  await tested.remove();
});

test("events of several workspaces are queued together, each for the webhooks of its own", async () => {
  const receiver = await startReceiver();
  const [one, other] = [await start(receiver.url), await start(receiver.url)];
  const events = [one, other, one].map(({ id }, i) => ({
    workspace_id: id,
    event: "alert.raised" as const,
    data: { i },
  }));
  const unheard = { workspace_id: other.id, event: "alert.resolved" as const, data: {} };
  await db.asSystem((tx) => queueEvents(tx, clock.now(), [...events, unheard]));
  const queued = async ({ deliveries }: typeof one) =>
    (await deliveries()).map(({ body }) => (JSON.parse(body) as { data: object }).data).toReversed();
  expect(await queued(one)).toEqual([0, 2].map((i) => ({ workspace_id: one.id, i })));
  expect(await queued(other)).toEqual([{ workspace_id: other.id, i: 1 }]);
  for (const tested of [one, other]) await tested.remove();
});

test("after a crash a delivery is sent again with the same id, once the claim has expired", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  await tested.publish();
  // The state that a process leaves when it dies between claiming and recording.
  const at = clock.now();
  const claim = () => claimDue(db, at, new Date(at.getTime() + 60_000), { webhooks: [], workspaces: [] });
  const mine = (await tested.delivery())?.id;
  // Retries of earlier tests' deliveries may be due before it.
  let claimed = await claim();
  while (claimed && claimed.id !== mine) claimed = await claim();
  expect(claimed?.id).toBe(mine);
  await startSender();
  const probe = await startReceiver();
  const other = await start(probe.url);
  await other.publish();
  await until(() => expect(probe.received).toHaveLength(1));
  expect(receiver.received, "before the claim has expired").toEqual([]);
  ahead = 61_000;
  const delivery = await attempted(tested, 2);
  expect(delivery).toMatchObject({ state: "delivered", attempts: [{ status: null, error: null }, { status: 204 }] });
  expect(receiver.received.map(({ headers }) => headers["webhook-id"])).toEqual([delivery.id]);
});

test("a worker that stops queues again what it was posting", async () => {
  const receiver = await startReceiver(() => {});
  const tested = await start(receiver.url);
  const sender = await startSender();
  await tested.publish();
  await until(() => expect(receiver.received).toHaveLength(1));
  await sender.stop();
  expect(await tested.delivery()).toMatchObject({ state: "waiting" });
  expect(new Date((await tested.delivery())?.next_at ?? 0).getTime()).toBeLessThanOrEqual(clock.now().getTime());
});

test("a test delivery is sent whatever the webhook's events, even while it is disabled, and only once", async () => {
  const receiver = await startReceiver((response) => response.writeHead(500).end());
  const tested = await start(receiver.url);
  await call(`PATCH ${tested.path}`, { key: tested.key, body: { enabled: false } });
  await startSender();
  const sent = await call(`POST ${tested.path}/test`, { key: tested.key });
  expect(sent.status).toBe(202);
  expect(await attempted(tested, 1)).toMatchObject({ id: sent.body.id, event: "webhook.test", state: "failed" });
  expect(await tested.webhook()).toMatchObject({ failing_since: null });
});

test("deliveries are purged after 30 days, except waiting ones", async () => {
  const receiver = await startReceiver((response) =>
    response.writeHead(receiver.received.length > 1 ? 500 : 200).end(),
  );
  const tested = await start(receiver.url);
  const sender = await startSender();
  await tested.publish({ n: "delivered" });
  await attempted(tested, 1);
  await tested.publish({ n: "waiting" });
  await attempted(tested, 1);
  await sender.stop();
  const later = { now: () => new Date(Date.now() + 31 * 86_400_000) };
  await webhookJobs({ db, clock: later }).forget_old_webhook_deliveries?.({} as never, new AbortController().signal);
  expect((await tested.deliveries()).map(({ state }) => state)).toEqual(["waiting"]);
});

test("a removed webhook leaves no deliveries, and its secret is never shown", async () => {
  const receiver = await startReceiver();
  const tested = await start(receiver.url);
  await tested.publish();
  const shown = JSON.stringify([await tested.webhook(), await tested.deliveries()]);
  expect(shown).not.toContain(tested.secret);
  expect((await call(`DELETE ${tested.path}`, { key: tested.key })).status).toBe(204);
  const { rows } = await db.asSystem((tx) =>
    sql`select 1 from webhook_deliveries where webhook_id = ${tested.path.slice(-36)}`.execute(tx),
  );
  expect(rows).toEqual([]);
});

test.each(["ftp://example.com/", "http://user:secret@example.com/", "not a url"])(
  "%s is refused as a webhook's URL",
  async (url) => {
    const { key } = await workspaceWithKey(database);
    const refused = await call("POST /webhooks", { key, body: { url, events: ["alert.raised"] } });
    expect(refused).toMatchObject({ status: 422 });
  },
);
