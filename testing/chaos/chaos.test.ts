/**
 * A small installation of six processes, with its database stopped, faults injected, and two API processes side by side. The long
 * version is `npm run chaos`, which `npm run test:long` runs.
 */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openDb } from "../../server/kit/db.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import { call } from "./client.ts";
import { databaseAway } from "./database-away.ts";
import { type Installation, startInstallation, until } from "./installation.ts";
import { openPage } from "./live-updates.ts";
import { type Network, startNetwork } from "./network.ts";
import { faultScenario, runScenario } from "./run.ts";
import { createTenant, type Tenant } from "./tenant.ts";

const seed = 3;
// Without Twilio, where a look-up after a kill takes most of a minute: the long version has it.
const carriers = ["sandbox", "smpp"] as const;
let installation: Installation;
let network: Network;
const never = new AbortController().signal;
// Lease and response timeout, in seconds: a loaded machine needs the time.
const generous = 20;
const common = { seed, carriers, response_seconds: generous, say: () => {}, signal: never };

beforeAll(async () => {
  network = await startNetwork(seed);
  installation = await startInstallation({
    apis: 2,
    workers: 3,
    lease_seconds: generous,
    twilio_api_url: network.twilio.url,
    relay: network.relay,
  });
}, 180_000);

afterAll(async () => {
  await installation?.stop();
  await network?.stop();
});

test("with the database stopped, then processes killed again and again: no text is lost or doubled, and every figure is right", async () => {
  const violations: string[] = [];
  const away = databaseAway(installation, network, 3_000, violations);
  const faults = { worker: 4, api: 1, database: 1, network: 3 };
  const faulty = faultScenario(installation, network, { ...common, duration: 8_000, faults });
  // Without mails: what a killed process had claimed waits for three minutes.
  const options = { ...common, messages: 400, mails: 0, duration: 16_000 };
  // In one run, so that its end is awaited once.
  const { violations: found, lines } = await runScenario(installation, network, options, async (tenants, signal) => [
    ...(await away(tenants, signal)),
    ...(await faulty(tenants, signal)),
  ]);
  expect({ seed, violations: [...violations, ...found], lines }).toEqual({ seed, violations: [], lines });
}, 420_000);

test("what one API process accepts the other shows, texts are sent once, and one process of each role may die", async () => {
  const { connection } = installation;
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 1 });
  const scale = { messages: 0, lists: 1, list_size: 200, senders: 1, rates: [], texts: 1 };
  const tenant = await createTenant(db, "shared", "18", scale, null);
  await db.close();
  const [here, there] = installation.urls as [string, string];
  const page = await openPage(there, tenant.key);

  const id = await sendCampaign(here, tenant);
  await until(
    async () => (await call(there, tenant.key, "GET", `/campaigns/${id}`)).body.status === "sent",
    "campaign",
  );
  await until(() => page.received.some(({ item }) => item.topic === "campaign" && item.id === id), "its live update");
  page.close();

  const text = { to: tenant.numberOf(70_000), text: "Hei" };
  const sent = await Promise.all(
    [here, there, here, there].map((url) => call(url, tenant.key, "POST", "/messages", { body: text, key: "once" })),
  );
  expect(new Set(sent.map(({ status, body }) => `${status} ${body.id}`)).size).toBe(1);
  expect(sent[0]?.status).toBe(202);

  const stopped = tenant.numberOf(7);
  const reply = { to: tenant.addresses[0], text: "STOP" };
  await call(here, tenant.key, "POST", `/sandbox/phones/${stopped}/reply`, { body: reply });
  const marketing = { to: stopped, text: "Tilbud", class: "marketing", subscription_type: "marketing" };
  expect(await call(there, tenant.key, "POST", "/messages", { body: marketing })).toMatchObject({
    status: 422,
    body: { error: { code: "opted_out" } },
  });

  installation.apis[0]?.kill();
  installation.workers[0]?.kill();
  const next = await sendCampaign(there, tenant);
  await until(
    async () => (await call(there, tenant.key, "GET", `/campaigns/${next}`)).body.status === "sent",
    "another",
  );
  await until(() => installation.apis[0]?.ready() === true, "the API process that was killed");
  const { body: shown } = await call(here, tenant.key, "GET", `/campaigns/${next}`);
  expect(shown).toMatchObject({ status: "sent" });

  for (const [number, texts] of [
    [tenant.numberOf(8), ["Til 1: Hei *1", "Til 2: Hei *1"]],
    [stopped, ["Til 1: Hei *1", "STOP", "You have opted out."]],
    [text.to, ["Hei"]],
  ] as const) {
    const { body } = await call(here, tenant.key, "GET", `/sandbox/phones/${number}/messages`);
    expect(body.items.map((item: { text: string }) => item.text)).toEqual(texts);
  }
});

test("after all of that every process still exits on SIGINT", async () => {
  expect(await installation.stop()).toEqual([0, 0, 0, 0, 0, 0]);
});

let campaigns = 0;

async function sendCampaign(url: string, tenant: Tenant): Promise<string> {
  const draft = await call(url, tenant.key, "POST", "/campaigns", {
    body: {
      name: "Campaign",
      text: `Til ${++campaigns}: Hei *1`,
      subscription_type: "marketing",
      include: { lists: tenant.lists, contacts: [] },
      opt_out_text: false,
    },
  });
  expect(draft).toMatchObject({ status: 201 });
  const sent = await call(url, tenant.key, "POST", `/campaigns/${draft.body.id}/send`);
  expect(sent).toMatchObject({ status: 202 });
  return draft.body.id;
}
