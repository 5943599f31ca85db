/** Settings → Carriers by API: secrets go in and never come out, and nothing is removed that is in use. */
import { sql } from "kysely";
import { describe, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { giveSenders } from "../../testing/carriers.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { sendCarrierTest } from "../messages/carrier-test.ts";
import { findCarrier, sealContext } from "./carriers-store.ts";

const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);
const secret = "hemmelig-42";

const smpp = { kind: "smpp", settings: { host: "smsc.example", system_id: "varsla" }, secrets: { password: secret } };

async function addSmpp(key: string, parts: object = {}) {
  const answer = await call("POST /carriers", { key, body: { ...smpp, ...parts } });
  expect(answer.status).toBe(201);
  return answer.body as { id: string; is_default: boolean; name: string };
}

async function storedSecrets(workspaceId: string, id: string): Promise<unknown> {
  const row = await db.inWorkspace(workspaceId, (tx) => findCarrier(tx, workspaceId, id));
  if (!row) throw new Error(`no carrier ${id}`);
  expect(row.secrets.toString("latin1")).not.toContain(secret);
  return services.seal.open(row.secrets, sealContext(row));
}

test("secrets are sealed on disk, in no answer and in no error, and stay when settings change", async () => {
  const { id: workspaceId, key } = await workspaceWithKey(database);
  const { id } = await addSmpp(key);
  const answers = [
    await call(`GET /carriers/${id}`, { key }),
    await call("GET /carriers", { key }),
    await call(`PATCH /carriers/${id}`, { key, body: { name: "Nett", settings: { window: 7 } } }),
    await call(`PATCH /carriers/${id}`, { key, body: { secrets: { password: secret.repeat(20) } } }),
    await call("POST /carriers", { key, body: { ...smpp, secrets: { password: secret, passwrd: secret } } }),
    await call("POST /carriers", { key, body: { ...smpp, secrets: { password: secret.repeat(20) } } }),
    await call("POST /carriers", { key, body: { ...smpp, secrets: secret } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 400, 422, 422, 422]);
  for (const { body } of answers) expect(JSON.stringify(body)).not.toContain(secret);
  expect(answers[2]?.body).toMatchObject({ name: "Nett", settings: { window: 7, host: "smsc.example", port: 2775 } });
  expect(await storedSecrets(workspaceId, id)).toEqual({ password: secret });
  await call(`PATCH /carriers/${id}`, { key, body: { secrets: { password: "ny" } } });
  expect(await storedSecrets(workspaceId, id)).toEqual({ password: "ny" });
});

test("a new SMPP connection is encrypted unless it says otherwise; an existing one keeps its setting, whatever else changes", async () => {
  const { id: workspaceId, key } = await workspaceWithKey(database);
  const tlsOf = async (id: string) => (await call(`GET /carriers/${id}`, { key })).body.settings.tls;
  expect(await tlsOf((await addSmpp(key)).id)).toBe("on");
  for (const tls of ["off", "on", "unverified"]) {
    const { id } = await addSmpp(key, { settings: { ...smpp.settings, tls } });
    expect((await call(`PATCH /carriers/${id}`, { key, body: { settings: { window: 7 } } })).status).toBe(200);
    expect(await tlsOf(id)).toBe(tls);
  }
  // Stored before the setting existed.
  const { id } = await addSmpp(key);
  await db.inWorkspace(workspaceId, (tx) =>
    sql`update carriers set settings = settings - 'tls' where workspace_id = ${workspaceId} and id = ${id}`.execute(tx),
  );
  const change = { settings: { window: 7 }, secrets: { password: secret } };
  expect((await call(`PATCH /carriers/${id}`, { key, body: change })).status).toBe(200);
  expect(await tlsOf(id)).toBe("off");
});

describe("a stored secret is not sent to a changed host or account", () => {
  const needed = (field: string) => ({ status: 422, body: { error: { code: "secret_needed", field } } });

  test("SMPP: the password is entered again with host, port and TLS", async () => {
    const { id: workspaceId, key } = await workspaceWithKey(database);
    const { id } = await addSmpp(key, { settings: { ...smpp.settings, tls: "on" } });
    const change = (body: object) => call(`PATCH /carriers/${id}`, { key, body });
    for (const settings of [{ host: "evil.example" }, { port: 2776 }, { tls: "off" }, { tls: "unverified" }])
      expect(await change({ settings })).toMatchObject(needed("password"));
    expect((await call(`GET /carriers/${id}`, { key })).body.settings).toMatchObject({
      host: "smsc.example",
      tls: "on",
    });
    expect((await change({ settings: { host: " smsc.example ", port: 2775, window: 9 } })).status).toBe(200);
    expect((await change({ settings: { host: "new.example" }, secrets: { password: "ny" } })).status).toBe(200);
    expect(await storedSecrets(workspaceId, id)).toEqual({ password: "ny" });
  });

  test("Twilio: the token with the account, a key's secret with the key", async () => {
    const { key } = await workspaceWithKey(database);
    const [account, keySid] = [(digit: string) => `AC${digit.repeat(32)}`, (digit: string) => `SK${digit.repeat(32)}`];
    const body = {
      kind: "twilio",
      settings: { account_sid: account("1"), api_key_sid: keySid("1") },
      secrets: { auth_token: secret, api_key_secret: secret },
    };
    const { id } = (await call("POST /carriers", { key, body })).body as { id: string };
    const change = (settings: object, secrets?: object) =>
      call(`PATCH /carriers/${id}`, { key, body: { settings, secrets } });
    expect(await change({ account_sid: account("2") })).toMatchObject(needed("auth_token"));
    expect(await change({ account_sid: account("2") }, { api_key_secret: "x" })).toMatchObject(needed("auth_token"));
    expect(await change({ api_key_sid: keySid("2") })).toMatchObject(needed("api_key_secret"));
    expect(await change({ api_key_sid: keySid("2") }, { api_key_secret: null })).toMatchObject(
      needed("api_key_secret"),
    );
    expect((await change({ account_sid: account("2") }, { auth_token: "ny" })).status).toBe(200);
    expect((await change({ api_key_sid: keySid("2") }, { api_key_secret: "ny" })).status).toBe(200);
    expect((await change({ api_key_sid: null }, { api_key_secret: null })).status).toBe(200);
  });
});

test("the first is the default, names are unique, and the built-in carrier's is reserved", async () => {
  const { key } = await workspaceWithKey(database);
  const [first, second] = [await addSmpp(key), await addSmpp(key)];
  expect([first.is_default, second.is_default]).toEqual([true, false]);
  expect([first.name, second.name], "default names").toEqual(["SMPP", "SMPP 2"]);
  const named = (name: string) => call(`PATCH /carriers/${second.id}`, { key, body: { name } });
  for (const taken of ["SMPP", "smpp", "SM\u200bPP"])
    expect(await named(taken)).toMatchObject({ status: 409, body: { error: { code: "carrier_exists" } } });
  expect(await named("Sandbox")).toMatchObject({ status: 422, body: { error: { code: "reserved_name" } } });
  await call(`PATCH /carriers/${second.id}`, { key, body: { is_default: true } });
  const { body } = await call("GET /carriers", { key });
  expect(body.items.map((each: { id: string; is_default: boolean }) => [each.id, each.is_default])).toEqual([
    [second.id, true],
    [first.id, false],
  ]);
});

test("one that has senders or texts with unknown outcome cannot be removed; afterwards its routes are removed with it", async () => {
  const { id: workspaceId, key } = await workspaceWithKey(database);
  const [one, other] = [await addSmpp(key), await addSmpp(key)];
  const items = [
    { country: "NO", carriers: [one.id] },
    { country: "*", carriers: [other.id, one.id] },
  ];
  expect(await call("PUT /carrier-routes", { key, body: { items } })).toMatchObject({ status: 200, body: { items } });
  await db.inWorkspace(workspaceId, (tx) => giveSenders(tx, workspaceId, one.id));
  const remove = () => call(`DELETE /carriers/${one.id}`, { key });
  expect(await remove()).toMatchObject({ status: 409, body: { error: { code: "carrier_in_use" } } });
  await db.inWorkspace(workspaceId, async (tx) => {
    await giveSenders(tx, workspaceId, other.id);
    await sql`
      insert into dispatch_journal (workspace_id, sender_id, id, carrier_id, seqs)
      values (${workspaceId}, ${newId()}, ${newId()}, ${one.id}, '{1}')`.execute(tx);
  });
  expect(await remove()).toMatchObject({ status: 409, body: { error: { code: "carrier_busy" } } });
  await db.inWorkspace(workspaceId, (tx) =>
    sql`delete from dispatch_journal where workspace_id = ${workspaceId}`.execute(tx),
  );
  expect((await remove()).status).toBe(204);
  expect((await call("GET /carrier-routes", { key })).body.items).toEqual([{ country: "*", carriers: [other.id] }]);
  // It was the default; now the remaining one is.
  expect((await call(`GET /carriers/${other.id}`, { key })).body).toMatchObject({ is_default: true });
});

test("another workspace's carrier can be neither read nor changed nor used as a fallback", async () => {
  const mine = await workspaceWithKey(database);
  const theirs = await workspaceWithKey(database);
  const { id } = await addSmpp(theirs.key);
  const { key } = mine;
  const answers = [
    await call(`GET /carriers/${id}`, { key }),
    await call(`PATCH /carriers/${id}`, { key, body: { enabled: false } }),
    await call(`DELETE /carriers/${id}`, { key }),
    await call("PUT /carrier-routes", { key, body: { items: [{ country: "NO", carriers: [id] }] } }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404, 422]);
  expect((await call(`GET /carriers/${id}`, { key: theirs.key })).body).toMatchObject({ enabled: true });
});

test("a test text says the time with 24 hours, in every language", async () => {
  const { id: workspaceId, key } = await workspaceWithKey(database);
  const { id } = await addSmpp(key);
  await db.inWorkspace(workspaceId, (tx) => giveSenders(tx, workspaceId, id));
  const evening = new Date("2027-01-15T20:05:00.000Z");
  for (const language of ["en", "nb", "sv", "da"]) {
    await db.asSystem((tx) =>
      sql`update workspaces set language = ${language}, time_zone = 'Europe/Oslo' where workspace_id = ${workspaceId}`.execute(
        tx,
      ),
    );
    const text = await db.inWorkspace(workspaceId, async (tx) => {
      const message = await sendCarrierTest(tx, workspaceId, id, { to: "+4791000001" }, evening);
      const { rows } = await sql<{ text: string }>`select text from messages where id = ${message}`.execute(tx);
      return rows[0]?.text;
    });
    expect(text).toMatch(/, SMPP, 21[:.]05$/);
  }
});
