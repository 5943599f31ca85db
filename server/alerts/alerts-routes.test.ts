import { sql } from "kysely";
import { expect, test } from "vitest";
import type { Alert } from "../../contract/alerts.ts";
import { testWatch } from "../../testing/alerts.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { identityOf } from "../accounts/account-jobs.ts";
import { createPerson, joinWorkspace } from "../accounts/create-person.ts";
import { insertCarrier } from "../carriers/carriers-store.ts";
import { alertJobs } from "./alerts-jobs.ts";
import { checkConditions } from "./watch.ts";

const database = await testDatabase();
const { db } = database;
const watch = testWatch(db);
const { call, services } = await testApp(database, { clock: { now: watch.now } });
const password = "correct horse battery";
const passwordHash = await identityOf(services).hashPassword(password);

async function addCarrier(workspaceId: string, name: string): Promise<string> {
  const id = newId();
  const row = { workspace_id: workspaceId, id, kind: "smpp" as const, name, enabled: true, is_default: false };
  await db.asSystem((tx) => insertCarrier(tx, { ...row, settings: {}, secrets: Buffer.of(1) }));
  return id;
}

async function signIn(workspaceId: string): Promise<string> {
  const email = `${newId()}@example.com`;
  await db.asSystem(async (tx) => {
    const user = await createPerson(tx, { name: "Kari", email, passwordHash, verified: true }, watch.now());
    await joinWorkspace(tx, { workspaceId, userId: user.id, role: "viewer", smsSetup: false }, watch.now());
  });
  return (await call("POST /api/auth/sign-in/email", { body: { email, password } })).cookies;
}

test("a person's summary counts the alerts they have not seen; a key's counts all open ones", async () => {
  const { id, key } = await workspaceWithKey(database);
  const [kari, ola] = [await signIn(id), await signIn(id)];
  const summary = async (who: { cookie: string } | { key: string }) => (await call("GET /alerts/summary", who)).body;
  expect(await summary({ key })).toEqual({ open: 0, unseen: 0, critical: [] });
  await addCarrier(id, "Link");
  await watch.after(1);
  await watch.after(31);
  expect(await summary({ cookie: kari })).toMatchObject({ open: 1, unseen: 1, critical: [{ kind: "carrier_down" }] });
  await watch.after(1);
  const headers = { origin: "http://localhost:3000" };
  expect((await call("POST /alerts/seen", { cookie: kari, headers })).status).toBe(204);
  expect((await call("POST /alerts/seen", { key })).status).toBe(204);
  expect(await summary({ cookie: kari })).toMatchObject({ open: 1, unseen: 0 });
  expect(await summary({ cookie: ola })).toMatchObject({ open: 1, unseen: 1 });
  expect(await summary({ key })).toMatchObject({ open: 1, unseen: 1 });
  await addCarrier(id, "Twilio");
  await watch.after(1);
  await watch.after(31);
  expect(await summary({ cookie: kari })).toMatchObject({ open: 2, unseen: 1 });
});

test("open and past alerts are listed newest first, page by page, and only the workspace's own", async () => {
  const { id, key } = await workspaceWithKey(database);
  const stranger = await workspaceWithKey(database);
  const carriers: string[] = [];
  for (const name of ["One", "Two", "Three"]) {
    carriers.push(await addCarrier(id, name));
    await watch.after(1);
    await watch.after(31);
  }
  await db.asSystem((tx) => sql`update carriers set enabled = false where id = ${carriers[0]}`.execute(tx));
  await watch.after(1);
  await watch.after(61);
  const list = async (query: string) => (await call(`GET /alerts${query}`, { key })).body;
  const names = (items: Alert[]) => items.map(({ params }) => (params as { carrier: { name: string } }).carrier.name);
  expect(names((await list("?state=open")).items)).toEqual(["Three", "Two"]);
  expect(names((await list("?state=past")).items)).toEqual(["One"]);
  const first = await list("?limit=2");
  expect(names(first.items)).toEqual(["Three", "Two"]);
  const second = await list(`?limit=2&cursor=${first.next_cursor}`);
  expect(names(second.items)).toEqual(["One"]);
  expect(second.next_cursor).toBeNull();
  expect((await call("GET /alerts?cursor=nonsense", { key })).body.error).toMatchObject({ code: "invalid_cursor" });
  expect((await call("GET /alerts", { key: stranger.key })).body.items).toEqual([]);
});

test("webhooks get an event in the transaction that raises an alert, and in the one that resolves it", async () => {
  const { id, key } = await workspaceWithKey(database);
  const hook = async (events: string[]) =>
    (await call("POST /webhooks", { key, body: { url: "http://127.0.0.1:9/", events } })).body.id;
  const [both, raised] = [await hook(["alert.raised", "alert.resolved"]), await hook(["alert.raised"])];
  const carrier = await addCarrier(id, "Link");
  await watch.after(1);
  await watch.after(31);
  await checkConditions(watch.services);
  await db.asSystem((tx) => sql`update carriers set enabled = false where id = ${carrier}`.execute(tx));
  await watch.after(1);
  await watch.after(61);
  const sent = async (webhook: string) =>
    (await call(`GET /webhooks/${webhook}/deliveries`, { key })).body.items.map((each: { body: string }) =>
      JSON.parse(each.body),
    );
  const [alert] = (await call("GET /alerts", { key })).body.items;
  expect(await sent(both)).toEqual([
    { type: "alert.resolved", timestamp: expect.any(String), data: { workspace_id: id, alert } },
    {
      type: "alert.raised",
      timestamp: alert.raised_at,
      data: { workspace_id: id, alert: { ...alert, resolved_at: null } },
    },
  ]);
  expect((await sent(raised)).map(({ type }: { type: string }) => type)).toEqual(["alert.raised"]);
});

test("alerts resolved 90 days ago are purged, open ones stay", async () => {
  const { id, key } = await workspaceWithKey(database);
  const [gone] = [await addCarrier(id, "Gone"), await addCarrier(id, "Still")];
  await watch.after(1);
  await watch.after(31);
  await db.asSystem((tx) => sql`update carriers set enabled = false where id = ${gone}`.execute(tx));
  await watch.after(1);
  await watch.after(61);
  expect((await call("GET /alerts", { key })).body.items).toHaveLength(2);
  const later = new Date(watch.now().getTime() + 91 * 86_400_000);
  const handlers = alertJobs({ ...services, clock: { now: () => later } });
  await handlers.forget_old_alerts?.({} as never, new AbortController().signal);
  expect((await call("GET /alerts", { key })).body.items).toMatchObject([{ params: { carrier: { name: "Still" } } }]);
});
