/** One run: an installation, its traffic, the blows; then the books are compared. */
import pg from "pg";
import { openDb } from "../../server/kit/db.ts";
import * as books from "./books.ts";
import { type Installation, startInstallation, until } from "./installation.ts";
import { type Blows, planBlows, planTraffic, type Scale } from "./plan.ts";
import { type Struck, strike } from "./strike.ts";
import { createTenant, type Tenant } from "./tenant.ts";
import { sendTraffic, type Told, wordings } from "./traffic.ts";

export interface ChaosOptions {
  seed: number;
  /** Texts through each carrier. */
  messages: number;
  blows: Blows;
  /** Milliseconds over which traffic and blows are spread. */
  duration: number;
  workers: number;
  say(line: string): void;
  signal: AbortSignal;
}

export interface Outcome {
  /** What happened, line by line. */
  lines: string[];
  /** What must never happen and did. Empty: all is well. */
  violations: string[];
  struck: Struck;
}

const settleLimit = 240_000;

/** Runs it; every process has ended when it resolves or rejects. */
export async function runChaos(options: ChaosOptions): Promise<Outcome> {
  const { seed, duration, say, signal } = options;
  const installation = await startInstallation({ workers: options.workers });
  try {
    signal.throwIfAborted();
    const scale: Scale = { messages: options.messages, ...sizes(options.messages), senders: 4, texts: wordings };
    const db = openDb({ connection: installation.connection, max: 2 });
    const sandbox = await createTenant(db, "sandbox", "10", scale);
    await db.close();
    say(`${options.workers} workers, one API process and PostgreSQL are up; striking for ${duration / 1000} s`);
    const struggle = new AbortController();
    const both = AbortSignal.any([signal, struggle.signal]);
    const [struck, told] = await Promise.all([
      strike(installation, null, planBlows(seed, options.blows, duration), both),
      sendTraffic(installation.url, sandbox, planTraffic(seed + 1, scale, duration), both),
    ]).catch((error: unknown) => {
      struggle.abort();
      throw error;
    });
    say("the last blow is dealt; waiting until everything has settled");
    const unsettled = await settle(installation, [sandbox], signal);
    const faults = [installation.api, ...installation.workers].map((member) => ({
      name: member.name,
      ...member.faults(),
    }));
    await Promise.all([installation.api, ...installation.workers].map((member) => member.stop()));
    return await judge({ installation, struck, unsettled, faults, tenants: [{ tenant: sandbox, told }] });
  } finally {
    await installation.stop();
  }
}

/** Lists so large that each is a few campaigns' audience, and a campaign takes several batches. */
function sizes(messages: number): Pick<Scale, "lists" | "list_size"> {
  return { lists: 5, list_size: Math.max(100, Math.min(2_000, Math.round(messages / 40))) };
}

/** Waits until nothing is under way any more; answers what still is when it takes too long. */
async function settle(installation: Installation, tenants: Tenant[], signal: AbortSignal): Promise<string[]> {
  const client = await connect(installation);
  let left: string[] = [];
  try {
    await until(
      async () => {
        signal.throwIfAborted();
        const receipts = await client.query("select 1 from sandbox_receipts limit 1");
        left = receipts.rowCount ? ["receipts of the sandbox"] : [];
        for (const tenant of tenants) left.push(...(await books.leftOver(client, tenant)));
        return left.length === 0;
      },
      "everything to settle",
      settleLimit,
    ).catch((error: unknown) => {
      signal.throwIfAborted();
      if (left.length === 0) throw error;
    });
    return left;
  } finally {
    await client.end();
  }
}

async function connect({ superuser }: Installation): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  return client;
}

interface Evidence {
  installation: Installation;
  struck: Struck;
  unsettled: string[];
  faults: { name: string; starting: number; serving: number; output: string }[];
  tenants: { tenant: Tenant; told: Told }[];
}

async function judge({ installation, struck, unsettled, faults, tenants }: Evidence): Promise<Outcome> {
  const lines: string[] = [];
  const violations = unsettled.map((what) => `not settled after ${settleLimit / 1000} s: ${what}`);
  for (const kind of ["worker", "api", "database", "network"] as const) {
    if (struck.dealt[kind] === 0) continue;
    const met = kind === "api" ? "" : `, ${struck.met[kind]} of them while texts were being handed over`;
    lines.push(`${kind}: ${struck.dealt[kind]} blows${met}`);
  }
  lines.push(`texts under way at a blow: ${struck.under_way.size}`);
  for (const { name, starting, serving, output } of faults) {
    if (starting > 0) lines.push(`${name}: ended ${starting} times while it started, and was started again`);
    if (serving > 0) violations.push(`${name} ended ${serving} times by itself: ${output.slice(-1_000)}`);
  }
  const client = await connect(installation);
  try {
    for (const { tenant, told } of tenants) {
      const report = (what: string, found: readonly unknown[]) => {
        for (const each of found.slice(0, 5)) violations.push(`${tenant.name}: ${what} ${JSON.stringify(each)}`);
        if (found.length > 5) violations.push(`${tenant.name}: ${what} … ${found.length} in all`);
      };
      const ledger = await books.readLedger(client, tenant);
      const found = books.compare(ledger, await books.sandboxBooks(client, tenant));
      report("lost:", found.lost);
      report("doubled:", found.doubled);
      report("went, though the ledger says it did not:", found.denied);
      report("uncertain, though the carrier can tell:", found.uncertain);
      report("twice in the ledger:", found.twice_in_ledger);
      report("not in the ledger:", found.unknown);
      report("promise broken:", books.brokenPromises(ledger, told));
      report("", await books.wrongQuota(client, tenant, ledger));
      report("", await books.wrongCounts(client, tenant, ledger));
      report("left over:", await books.leftOver(client, tenant));
      const open = ledger.filter((row) => ["queued", "submitted", "sent"].includes(row.status));
      const explained = open.filter((row) => row.status === "sent" && tenant.silent.has(row.number));
      report(
        "without an end:",
        open.filter((row) => !explained.includes(row)),
      );
      const statuses = Map.groupBy(ledger, (row) => (row.reason ? `${row.status} (${row.reason})` : row.status));
      const summary = [...statuses].map(([status, rows]) => `${rows.length} ${status}`).join(", ");
      lines.push(
        `${tenant.name}: ${found.texts} texts (${told.campaigns.length} campaigns, ${told.texts.size} by API with ${told.retries} retries), ` +
          `lost ${found.lost.length}, doubled ${found.doubled.length}, uncertain ${found.uncertain.length}`,
        `${tenant.name}: ${summary}; ${explained.length} await a receipt that the handset never gives`,
      );
    }
  } finally {
    await client.end();
  }
  return { lines, violations, struck };
}
