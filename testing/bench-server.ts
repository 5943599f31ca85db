/** Whole servers on a PostgreSQL of their own, for benchmarks: a plain one, and one whose sender goes out by SMPP. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { startTestServer, type TestServer } from "./server.ts";
import type { SmscProcess } from "./smsc-process.ts";

export const smscLogin = { system_id: "bench", password: "secret" };

/** A server with one workspace. */
export interface PlainServer {
  url: string;
  /** Where its database is. */
  connection: string;
  authorization: string;
  /** As a superuser, so without row-level security. */
  database: pg.Client;
  // oxlint-disable-next-line typescript/no-explicit-any -- each caller knows what it asked for
  call(method: string, path: string, body?: unknown): Promise<any>;
  /** The servers' log lines, of level warn and above. */
  warnings(): string[];
  /** Asked again it answers the same promise. */
  stop(): Promise<void>;
}

export interface BenchServer extends Omit<PlainServer, "database"> {
  /** The default sender: +47 and digits. */
  sender: string;
  /** Whether receipts are asked for from now on. */
  askForReceipts(ask: boolean): Promise<void>;
  /** Messages in the ledger by status. */
  ledger(): Promise<Record<string, number>>;
}

const key = "vk_bench_super_admin_0123456789_abcdefghijkl";
const bindTimeout = 30_000;

/** Processes by their roles: one that does everything, or two as `npm start` makes them on several cores. */
const together = ["api,worker,mail"];
const apart = ["api", "worker,mail"];

/** What a benchmark was asked for: its numbers, and the processes, which are two unless it says `together`. */
export function readWords(words: readonly string[]): { numbers: number[]; roles: readonly string[] } {
  const numbers = words.filter((word) => word !== "together").map(Number);
  return { numbers, roles: words.includes("together") ? together : apart };
}

/** Starts a server with one empty workspace, in a process for each of `roles`. */
export async function startPlainServer(
  env: Record<string, string> = {},
  roles: readonly string[] = together,
): Promise<PlainServer> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
  const postgres = await startEmbeddedPostgres({ directory });
  const common = { DATABASE_URL: postgres.connection, SECRET_KEY: "a bench's key of at least thirty-two characters" };
  const first = {
    ADMIN_EMAIL: "bench@varsla.example",
    ADMIN_PASSWORD: "correct horse battery",
    API_KEY: key,
    WORKSPACE_NAME: "Bench",
  };
  const servers: TestServer[] = [];
  let stopped: Promise<void> | undefined;
  for (const ROLES of roles) servers.push(await startTestServer({ env: { ...common, ...first, ...env, ROLES } }));
  const url = servers[0]?.url ?? "";
  const authorization = `Bearer ${key}`;
  const database = new pg.Client({ connectionString: postgres.superuser("varsla") });
  await database.connect();
  return {
    url,
    connection: postgres.connection,
    authorization,
    database,
    async call(method, path, body) {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: { authorization, "content-type": "application/json" },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
      return response.json();
    },
    warnings: () =>
      servers.flatMap((server) =>
        server
          .output()
          .split("\n")
          .filter((line) => line.startsWith("{")),
      ),
    stop: () => (stopped ??= stopAll()),
  };

  async function stopAll() {
    await database.end();
    await Promise.all(servers.map((server) => server.stop()));
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** Starts a server with a connection to the SMSC that has this window. */
export async function startBenchServer(
  smsc: SmscProcess,
  window: number,
  roles: readonly string[] = together,
): Promise<BenchServer> {
  const { url, connection, authorization, database, call, warnings, stop } = await startPlainServer({}, roles);

  /** Waits until the SMSC has seen one more connection bind. */
  async function bound(before: number): Promise<void> {
    const end = performance.now() + bindTimeout;
    while ((await smsc.counts()).binds <= before) {
      if (performance.now() > end) throw new Error(`no connection to the SMSC in ${bindTimeout / 1000} s`);
      await delay(20);
    }
  }

  await call("PATCH", "/subscription", { allowance: 1_000_000_000 });
  let receipts = false;
  const { binds } = await smsc.counts();
  const settings = {
    host: "127.0.0.1",
    port: smsc.port,
    system_id: smscLogin.system_id,
    tls: "off",
    window,
    receipts: "none",
  };
  const secrets = { password: smscLogin.password };
  const { id } = await call("POST", "/carriers", { kind: "smpp", settings, secrets });
  // Figures do not depend on the time of day.
  await call("PUT", "/quiet-hours", { enabled: false });
  const [sender] = (await call("GET", "/senders")).items;
  await call("PATCH", `/senders/${sender.id}`, { carrier_id: id });
  await bound(binds);

  return {
    url,
    connection,
    authorization,
    sender: sender.address,
    call,
    async askForReceipts(ask) {
      if (receipts === ask) return;
      const before = await smsc.counts();
      await call("PATCH", `/carriers/${id}`, { settings: { receipts: ask ? "all" : "none" } });
      await bound(before.binds);
      receipts = ask;
    },
    async ledger() {
      const { rows } = await database.query("select status, count(*)::int as n from messages group by 1");
      return Object.fromEntries(rows.map(({ status, n }) => [status, n]));
    },
    warnings,
    stop,
  };
}
