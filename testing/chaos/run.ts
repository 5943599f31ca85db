/** One run on an installation: its traffic, and what it suffers meanwhile; then the books are compared. */
import pg from "pg";
import { openDb } from "../../server/kit/db.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import * as books from "./books.ts";
import { type Installation, until } from "./installation.ts";
import { judge, type Verdict } from "./judge.ts";
import type { Network } from "./network.ts";
import { type Blows, planBlows, planTraffic, type Scale } from "./plan.ts";
import { smscBooks } from "./smsc-books.ts";
import { type DealtBlow, strike } from "./strike.ts";
import { type CarrierName, createTenant, type Tenant, type ThroughNetwork } from "./tenant.ts";
import { sendTraffic, type Told, wordings } from "./traffic.ts";
import { watchedJournals, watchJournals } from "./watch.ts";

export interface RunOptions {
  seed: number;
  carriers: readonly CarrierName[];
  /** Texts through each carrier. */
  messages: number;
  /** Milliseconds over which traffic and blows are spread. */
  duration: number;
  /** Seconds that a request to the SMSC may stay unanswered. */
  response_seconds: number;
  say(line: string): void;
  signal: AbortSignal;
}

/** What happens while the traffic goes on; resolves with the blows when it is over. */
export type Ordeal = (tenants: readonly Tenant[], signal: AbortSignal) => Promise<DealtBlow[]>;

export interface Outcome extends Verdict {
  tenants: Tenant[];
}

const settleLimit = 240_000;
const senders = 4;

/** Kills processes, the database and the network at the moments that the seed says, within `duration` milliseconds. */
export function dealBlows(
  installation: Installation,
  network: Network,
  {
    seed,
    duration,
    response_seconds,
    blows,
  }: Pick<RunOptions, "seed" | "duration" | "response_seconds"> & { blows: Blows },
): Ordeal {
  return (_tenants, signal) =>
    strike({
      installation,
      network: network.proxy,
      blows: planBlows(seed, blows, duration),
      // Longer than a request is waited for, so that both the timeout and the end of the connection come.
      silence: response_seconds * 1_500,
      signal,
    });
}

/** Sends the traffic while `ordeal` goes on, waits until all has settled, and compares. Everything stays up. */
export async function endure(
  installation: Installation,
  network: Network,
  options: RunOptions,
  ordeal: Ordeal,
): Promise<Outcome> {
  const { seed, duration, say, signal } = options;
  // Lanes with a rate always have something under way, and make good what a dead worker kept from them; those without
  // leave in large batches.
  const share = options.messages / senders / (duration / 1000);
  const rates = [3 * share, 6 * share].map((rate) => Math.max(20, Math.ceil(rate)));
  const scale: Scale = { messages: options.messages, ...sizes(options.messages), senders, rates, texts: wordings };
  const tenants = await createTenants(installation, network, options, scale);
  if (options.carriers.includes("smpp"))
    await until(() => network.proxy.connections() >= installation.workers.length, "the workers' connections");
  await network.smsc.clear();
  network.twilio.clear();
  say(`texts leave over ${duration / 1000} s`);
  await watchJournals(installation.superuser);
  const struggle = new AbortController();
  const both = AbortSignal.any([signal, struggle.signal]);
  const [dealt, ...told] = await Promise.all([
    ordeal(tenants, both),
    ...tenants.map((tenant, i) =>
      sendTraffic(installation.urls, tenant, planTraffic(seed + 1 + i, scale, duration), both),
    ),
  ]).catch((error: unknown) => {
    struggle.abort();
    throw error;
  });
  say("all is sent and suffered; waiting until everything has settled");
  const client = new pg.Client({ connectionString: installation.superuser });
  await client.connect();
  try {
    const unsettled = await settle(client, network, tenants, signal);
    const sides = tenants.map(async (tenant, i) => ({
      tenant,
      told: told[i] as Told,
      carrier: await carrierBooks(client, network, tenant),
    }));
    const evidence = {
      installation,
      blows: dealt,
      journals: await watchedJournals(client),
      response_seconds: options.response_seconds,
      tenants: await Promise.all(sides),
    };
    const { lines, violations } = await judge(client, evidence);
    await switchOff(client, tenants);
    const left = unsettled.map((what) => `not settled after ${settleLimit / 1000} s: ${what}`);
    left.push(...network.twilio.violations.map((what) => `Twilio was asked for what it does not know: ${what}`));
    return { lines, violations: [...left, ...violations], tenants };
  } finally {
    await client.end();
  }
}

/** What the tenant's carrier took, by its own books. */
function carrierBooks(client: pg.Client, { smsc, twilio }: Network, tenant: Tenant): Promise<books.CarrierBooks> {
  if (tenant.carrier === "smpp") return smscBooks(smsc);
  if (tenant.carrier === "twilio") return Promise.resolve(twilio.books());
  return books.sandboxBooks(client, tenant);
}

async function createTenants(
  { connection, secret_key, urls }: Installation,
  network: Network,
  { carriers, response_seconds }: RunOptions,
  scale: Scale,
): Promise<Tenant[]> {
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 2 });
  const tenants: Tenant[] = [];
  for (const name of carriers) {
    const through: ThroughNetwork | null =
      name === "sandbox" ? null : { kind: name, network, urls, secret_key, response_seconds };
    tenants.push(await createTenant(db, name, String(10 + tenants.length), scale, through));
  }
  await db.close();
  return tenants;
}

/** The next run's SMSC must not find anybody of this one's bound: it is all one customer to it. */
async function switchOff(client: pg.Client, tenants: readonly Tenant[]): Promise<void> {
  await client.query("update carriers set enabled = false where workspace_id = any($1::uuid[])", [
    tenants.map(({ id }) => id),
  ]);
}

/** Lists so large that each is a few campaigns' audience, and a campaign takes several batches. */
function sizes(messages: number): Pick<Scale, "lists" | "list_size"> {
  return { lists: 5, list_size: Math.max(100, Math.min(2_000, Math.round(messages / 40))) };
}

/** Waits until nothing is under way any more; answers what still is when it takes too long. */
async function settle(client: pg.Client, network: Network, tenants: Tenant[], signal: AbortSignal): Promise<string[]> {
  let left: string[] = [];
  await until(
    async () => {
      signal.throwIfAborted();
      const receipts = await client.query("select 1 from sandbox_receipts limit 1");
      left = receipts.rowCount ? ["receipts of the sandbox"] : [];
      const { undelivered } = await network.smsc.counts();
      if (undelivered > 0) left.push(`${undelivered} receipts of the SMSC`);
      if (network.twilio.undelivered() > 0) left.push(`${network.twilio.undelivered()} receipts of Twilio`);
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
}
