import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { bareEnvironment } from "../testing/bare-environment.ts";
import { testDatabase } from "../testing/database.ts";
import { postmasterPid, startTestServer, type TestServer } from "../testing/server.ts";
import { until } from "../testing/until.ts";

const first = {
  ADMIN_EMAIL: "kari@salong.example",
  ADMIN_PASSWORD: "correct horse battery",
  API_KEY: "vk_of_the_first_workspace_0123456789",
  WORKSPACE_NAME: "Salong Kari",
};
const headers = { authorization: `Bearer ${first.API_KEY}`, "content-type": "application/json" };

async function dataDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-main-"));
  onTestFinished(async () => {
    const pid = await postmasterPid(directory);
    if (pid) process.kill(pid, "SIGQUIT");
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  return directory;
}

async function addContact(server: TestServer, mobile: string): Promise<void> {
  const body = JSON.stringify({ mobile, first_name: "Ola" });
  const answer = await fetch(`${server.url}/api/v1/contacts`, { method: "POST", headers, body });
  expect(answer.status).toBe(201);
}

async function mobiles(server: TestServer): Promise<string[]> {
  const answer = await fetch(`${server.url}/api/v1/contacts`, { headers });
  expect(answer.status).toBe(200);
  const { items } = (await answer.json()) as { items: { mobile: string }[] };
  return items.map((item) => item.mobile).sort();
}

test("starts with the first workspace, stops cleanly, and finds its data again; also after kill -9 of everything", async () => {
  const dataDir = await dataDirectory();
  const poor = { ...first, ADMIN_PASSWORD: "hunter2", API_KEY: "vk_short" };
  const refused = await startTestServer({ dataDir, env: poor }).catch((error: Error) => error.message);
  expect(refused).toMatch(/ended with code 1/);
  expect(refused).toContain("ADMIN_PASSWORD has 7 characters; it must have from 10 to 128\nAPI_KEY has 8 characters");
  expect(await postmasterPid(dataDir)).toBeNull();

  const one = await startTestServer({ dataDir, env: first });
  await addContact(one, "+4791234567");
  expect(await one.stop()).toBe(0);
  expect(await postmasterPid(dataDir)).toBeNull();

  const two = await startTestServer({ dataDir, env: first });
  expect(await mobiles(two)).toEqual(["+4791234567"]);
  await addContact(two, "+4791234568");
  await two.kill({ postgres: true });

  const three = await startTestServer({ dataDir, env: first });
  expect(await mobiles(three)).toEqual(["+4791234567", "+4791234568"]);
  await three.kill();

  // This time its PostgreSQL still runs, and is taken over. The invalid variables are ignored now.
  const pid = await postmasterPid(dataDir);
  const four = await startTestServer({ dataDir, env: poor });
  expect(await postmasterPid(dataDir)).toBe(pid);
  expect(await mobiles(four)).toHaveLength(2);
  expect(four.output()).toContain("ADMIN_PASSWORD has 7 characters; it must have from 10 to 128. It is ignored");
  expect(await four.stop()).toBe(0);
  for (const output of [refused, four.output()]) expect(output).not.toMatch(/hunter2|vk_short/);
});

test("until it is set up it prints the set-up link, the same at each start, and then only the address", async () => {
  const dataDir = await dataDirectory();
  const { connection: DATABASE_URL } = await testDatabase();
  const one = await startTestServer({ dataDir, env: { DATABASE_URL, LOG_LEVEL: "trace" } });
  const link = new URL(one.setUpLink ?? "");
  expect(`${link.origin}${link.pathname}`).toBe(`${one.url}/setup`);
  const token = new URLSearchParams(link.hash.slice(1)).get("token") ?? "";
  const setUp = (url: string, given: string) =>
    fetch(`${url}/api/v1/setup`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        token: given,
        workspace: { name: "Salong", country: "NO", time_zone: "Europe/Oslo", language: "nb" },
        admin: { name: "Kari", email: "kari@salong.example", password: "correct horse battery" },
      }),
    });
  expect((await setUp(one.url, "made up")).status).toBe(403);
  expect(one.output().split(token)).toHaveLength(2); // printed once, and never logged
  await one.stop();

  const two = await startTestServer({ dataDir, env: { DATABASE_URL } });
  expect(two.setUpLink).toBe(`${two.url}/setup#token=${token}`);
  expect((await setUp(two.url, token)).status).toBe(201);
  expect((await setUp(two.url, token)).status).toBe(409);
  await two.stop();

  const three = await startTestServer({ dataDir, env: { DATABASE_URL } });
  expect(three.setUpLink).toBeNull();
  expect(three.output()).not.toContain("token");
  await three.stop();
});

test("partitions that became due while no process ran are created at the start", async () => {
  const { db, connection } = await testDatabase();
  const partitions = async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ name: string }>`
        select relname as name from pg_class where relispartition and relkind = 'r'
          and relname ~ '^(messages|smpp_references)_\\d' order by 1`.execute(tx),
    );
    return rows.map(({ name }) => name);
  };
  const all = await partitions();
  expect(all.some((name) => name.startsWith("smpp"))).toBe(true);
  await db.asSystem((tx) => sql.raw(`drop table ${all.join(", ")}`).execute(tx));
  const server = await startTestServer({ env: { DATABASE_URL: connection, ROLES: "api" } });
  expect(await partitions()).toEqual(all);
  await server.stop();
});

test("an open stream does not keep it from stopping", async () => {
  const { connection: DATABASE_URL } = await testDatabase();
  const server = await startTestServer({ env: { ...first, DATABASE_URL } });
  const news = await fetch(`${server.url}/api/v1/news`, { headers });
  expect(news.status).toBe(200);
  const ended = news.text();
  expect(await server.stop()).toBe(0);
  await ended.catch(() => {}); // closed or reset, both are fine
});

test("a port in use is reported by its variable before anything else is started", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await once(other, "listening");
  onTestFinished(() => void other.close());
  const { port } = other.address() as AddressInfo;
  const started = startTestServer({ dataDir: await dataDirectory(), env: { PORT: String(port) } });
  await expect(started).rejects.toThrow(`PORT is ${port}; another program listens there already.`);
});

test("all invalid settings are reported, and nothing is started", async () => {
  const started = startTestServer({ dataDir: await dataDirectory(), env: { PORT: "high", ROLES: "cook" } });
  await expect(started).rejects.toThrow(/PORT is "high".*\n.*ROLES is "cook"/);
});

test("answers 503 until it is ready", async () => {
  const dataDir = await dataDirectory();
  const { connection: DATABASE_URL } = await testDatabase();
  const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts")], {
    env: { ...bareEnvironment, DATABASE_URL, DATA_DIR: dataDir, PORT: "0", LOG_LEVEL: "debug" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const url = await until(() => /listening at (http:\S+?)"/.exec(output)?.[1] ?? expect.unreachable());
  const statuses = new Set<number>();
  await until(async () => {
    statuses.add((await fetch(`${url}/api/health`)).status);
    expect(statuses).toContain(200);
  });
  expect([...statuses]).toEqual([503, 200]);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([0, null]);
});
