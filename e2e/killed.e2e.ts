/** Recovery after a crash at the worst moment: kill -9 of server and PostgreSQL, an aborted upload, two Sends at once. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Campaign } from "../contract/campaigns.ts";
import type { Import } from "../contract/contacts.ts";
import type { Usage } from "../contract/usage.ts";
import { countSegments } from "../rules/gsm-segments.ts";
import { apiClient } from "../testing/api-client.ts";
import { postmasterPid, startTestServer, type TestServer } from "../testing/server.ts";

const key = "vk_super_admin_for_the_killing_0123456789";
const env = {
  ADMIN_EMAIL: "kari@salong.example",
  ADMIN_PASSWORD: "correct horse battery",
  API_KEY: key,
  WORKSPACE_NAME: "Salong Kari",
};
let dataDir: string;
let server: TestServer;
const { call, must } = apiClient(() => server.url, key);

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "varsla-killed-"));
  server = await startTestServer({ env, dataDir });
});
afterAll(async () => {
  await server.stop();
  const pid = await postmasterPid(dataDir);
  if (pid) process.kill(pid, "SIGQUIT"); // only when a test failed between two servers
  await rm(dataDir, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

async function killAndStartAgain({ postgres = true } = {}) {
  await server.kill({ postgres });
  server = await startTestServer({ env, dataDir });
}

/** Reads without row-level security what would take too long through the API. */
async function query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  const [, , , port, sockets] = (await readFile(join(dataDir, "postgres", "data", "postmaster.pid"), "utf8")).split(
    "\n",
  );
  const password = (await readFile(join(dataDir, "postgres", "password"), "utf8")).trim();
  const client = new pg.Client({ host: sockets, port: Number(port), user: "postgres", password, database: "varsla" });
  await client.connect();
  try {
    return (await client.query<Row>(text, values)).rows;
  } finally {
    await client.end();
  }
}

/** Polls as fast as responses arrive until `wanted` holds. */
async function until<Value>(ask: () => Promise<Value>, wanted: (value: Value) => boolean): Promise<Value> {
  const state = await vi.waitFor(
    async () => {
      const value = await ask();
      if (!wanted(value)) throw new Error(`Still ${JSON.stringify(value)}`);
      return value;
    },
    { timeout: 60_000, interval: 5 },
  );
  return state;
}

const stateOf = (id: string) => must<Import>(`GET /contacts/imports/${id}`);
const campaignOf = (id: string) => must<Campaign>(`GET /campaigns/${id}`);
const usage = () => must<Usage>("GET /usage");
const mobile = (index: number) => `+47${90_000_000 + index}`;

function csvOf(rows: number, line: (index: number) => string): string {
  return `Fornavn;Mobil\n${Array.from({ length: rows }, (_, index) => line(index)).join("\n")}\n`;
}

/** Imports a file into a list, with consent; returns the list's id. */
async function importList(list: string, csv: string): Promise<string> {
  const consent = "subscription_type=marketing&consent_source=Skjema";
  const { id } = await must<{ id: string }>(`POST /contacts/imports?list=${list}&${consent}`, csv);
  await until(
    () => stateOf(id),
    ({ status }) => status === "done",
  );
  const { items } = await must<{ items: { id: string; name: string }[] }>("GET /lists");
  const found = items.find(({ name }) => name === list);
  if (!found) throw new Error(`There is no list ${list}`);
  return found.id;
}

async function draftTo(list: string, text: string): Promise<Campaign> {
  return must<Campaign>("POST /campaigns", {
    name: "Høstklipp",
    text,
    subscription_type: "marketing",
    include: { lists: [list], contacts: [] },
  });
}

test("a text accepted at the moment everything is killed is delivered once", async () => {
  const to = "+4792000002";
  const { id } = await must<{ id: string }>("POST /messages", { to, text: "survives" });
  await killAndStartAgain();
  await until(
    () => must<{ status: string }>(`GET /messages/${id}`),
    ({ status }) => status === "delivered",
  );
  const { items } = await must<{ items: { text: string }[] }>(`GET /sandbox/phones/${encodeURIComponent(to)}/messages`);
  expect(items.map(({ text }) => text)).toEqual(["survives"]);
});

test("an import killed while it is merging ends with every contact and every consent once", async () => {
  // Every hundredth number is invalid.
  const rows = 41_000; // three chunks, so that it is killed between two
  const csv = csvOf(rows, (index) => (index % 100 === 0 ? "Feil;12" : `Ola;${mobile(index)}`));
  const valid = rows - rows / 100;
  const consent = "subscription_type=marketing&consent_source=Skjema";
  const { id } = await must<{ id: string }>(`POST /contacts/imports?list=Alle&${consent}`, csv);
  const seen = await until(
    () => stateOf(id),
    ({ created }) => created > 0,
  );
  expect(seen).toMatchObject({ status: "running", rows });
  expect(seen.created).toBeLessThan(valid);

  await killAndStartAgain();
  // It continues after the merged rows, not from the beginning.
  expect((await stateOf(id)).created).toBeGreaterThanOrEqual(seen.created);
  const done = await until(
    () => stateOf(id),
    ({ status }) => status !== "running",
  );
  expect(done).toMatchObject({
    status: "done",
    rows,
    created: valid,
    updated: 0,
    unchanged: 0,
    rejected_count: rows - valid,
  });
  const [found] = await query(
    `select count(*)::int as contacts, count(distinct mobile)::int as mobiles,
       count(*) filter (where consents = 1)::int as consented_once, count(*) filter (where members = 1)::int as on_list
     from contacts c,
       lateral (select count(*) as consents from consent_events where contact_id = c.id and granted) e,
       lateral (select count(*) as members from list_members where contact_id = c.id) m`,
  );
  expect(found).toEqual({ contacts: valid, mobiles: valid, consented_once: valid, on_list: valid });
});

test("a campaign killed twice while it is sending reaches every handset once and costs what was sent", async () => {
  const total = 3_000;
  const first = 80_000; // after the numbers of the import
  // Every tenth name is so long that the text takes two segments.
  const nameOf = (index: number) => (index % 10 === 0 ? `Navn ${"x".repeat(80)}` : "Ola");
  const list = await importList(
    "Kunder",
    csvOf(total, (index) => `${nameOf(index)};${mobile(first + index)}`),
  );
  const text =
    'Hei {{ contact.first_name | default: "der" }}, denne uka er det 20 % på klipp hos oss. Velkommen innom!';
  const { id } = await draftTo(list, text);
  const before = await usage();
  await must(`POST /campaigns/${id}/send`, undefined, { "idempotency-key": "send" });
  let submitted = 0;
  for (let kills = 0; kills < 2; kills++) {
    const { counts } = await until(
      () => campaignOf(id),
      ({ counts: { sent } }) => sent > submitted,
    );
    submitted = counts.sent;
    expect(submitted).toBeLessThan(total);
    // Once with its database, which rolls back open transactions; once without, so that the database's locks outlive the process.
    await killAndStartAgain({ postgres: kills === 0 });
  }

  const sent = await until(
    () => campaignOf(id),
    ({ status, counts: { delivered } }) => status === "sent" && delivered === total,
  );
  expect(sent.counts).toMatchObject({ recipients: total, sent: total, not_sent: 0, not_delivered: 0, pending: 0 });
  const texts = await query<{ phone: string; text: string; message_id: string }>(
    "select phone, text, message_id from sandbox_messages where outbound and phone between $1 and $2",
    [mobile(first), mobile(first + total - 1)],
  );
  expect(texts).toHaveLength(total);
  expect(new Set(texts.map(({ phone }) => phone)).size).toBe(total);
  expect(new Set(texts.map(({ message_id }) => message_id)).size).toBe(total);
  const segments = texts.reduce((sum, each) => sum + countSegments(each.text).segments, 0);
  expect(segments).toBe(total + total / 10);
  const after = await usage();
  expect({ used: after.used - before.used, reserved: after.reserved }).toEqual({ used: segments, reserved: 0 });
});

test("an aborted upload imports nothing and says so", async () => {
  // Half of it exceeds both the megabyte read before the first row is inserted and the first batch of rows.
  const csv = csvOf(42_000, (index) => `Ola ${"x".repeat(40)};${mobile(100_000 + index)}`);
  const { total: before } = await must<{ total: number }>("GET /contacts");
  const url = new URL("/api/v1/contacts/imports?list=Halve&file_name=half.csv", server.url);
  const headers = {
    authorization: `Bearer ${key}`,
    "content-type": "text/csv",
    "content-length": Buffer.byteLength(csv),
  };
  const upload = request(url, { method: "POST", headers });
  const lost = new Promise((done) => upload.once("error", done));
  upload.write(csv.slice(0, csv.length / 2));
  const started = async () => {
    const { items } = await must<{ items: Import[] }>("GET /contacts/imports");
    return items.find(({ file_name }) => file_name === "half.csv");
  };
  const receiving = await until(started, (found) => found !== undefined && found.rows > 0);
  expect(receiving?.status).toBe("receiving");
  upload.destroy();
  await lost;

  const failed = await until(started, (found) => found?.status !== "receiving");
  expect(failed).toMatchObject({ status: "failed", created: 0, updated: 0, error: { code: "cut_off" } });
  expect(failed?.error?.message).toMatch(/nothing of it was imported/);
  expect((await must<{ total: number }>("GET /contacts")).total).toBe(before);
  const { items: lists } = await must<{ items: { name: string }[] }>("GET /lists");
  expect(lists.map(({ name }) => name)).not.toContain("Halve");
  const left = await query("select tablename from pg_tables where schemaname = 'staging'");
  expect(left).toEqual([]);
});

test("two people who press Send at the same moment send once", async () => {
  const number = mobile(200_000);
  const list = await importList(
    "Ola",
    csvOf(1, () => `Ola;${number}`),
  );
  const before = await usage();
  const drafts = await Promise.all(Array.from({ length: 5 }, () => draftTo(list, "Hei!")));
  for (const { id } of drafts) {
    const answers = await Promise.all(
      ["kari", "ola"].map((who) =>
        call<{ error?: { code: string } }>(`POST /campaigns/${id}/send`, undefined, {
          "idempotency-key": `${who}-${id}`,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort(), JSON.stringify(answers)).toEqual([202, 409]);
    expect(answers.find(({ status }) => status === 409)?.body.error?.code).toBe("already_sent");
  }
  for (const { id } of drafts) {
    await until(
      () => campaignOf(id),
      ({ status, counts: { delivered } }) => status === "sent" && delivered === 1,
    );
  }
  const { items } = await must<{ items: unknown[] }>(`GET /sandbox/phones/${encodeURIComponent(number)}/messages`);
  expect(items).toHaveLength(drafts.length);
  expect(await usage()).toMatchObject({ used: before.used + drafts.length, reserved: 0 });
});
