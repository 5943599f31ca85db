/** One run on an installation: traffic and a scenario of faults at the same time; then all records are compared. */
import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import pg from "pg";
import { openDb } from "../../server/kit/db.ts";
import { workspaceConnection } from "../../server/kit/workspace-role.ts";
import type { CarrierRecords } from "./carrier-records.ts";
import { type InjectedFault, injectFaults } from "./inject-fault.ts";
import { type Installation, until } from "./installation.ts";
import { judge, type Verdict } from "./judge.ts";
import { watchedClaims, watchMails } from "./mail-records.ts";
import { mailsUnderWay, sendMailTraffic, tryMailsNow } from "./mail-traffic.ts";
import type { Network } from "./network.ts";
import { type Faults, planFaults, planTraffic, type Scale } from "./plan.ts";
import * as records from "./records.ts";
import { smscRecords } from "./smsc-records.ts";
import { type CarrierName, createTenant, type Tenant, type ThroughNetwork } from "./tenant.ts";
import { sendTraffic, type ClientLog, wordings } from "./traffic.ts";
import { watchedJournals, watchJournals } from "./watch.ts";

export interface RunOptions {
  seed: number;
  carriers: readonly CarrierName[];
  /** Texts for each carrier, cancelled ones included. */
  messages: number;
  /** In a workspace of their own. */
  mails: number;
  /** Milliseconds over which traffic and faults are spread. */
  duration: number;
  /** Seconds that a request to the SMSC may stay unanswered. */
  response_seconds: number;
  say(line: string): void;
  signal: AbortSignal;
}

/** What happens during the traffic; resolves with the injected faults when it is over. */
export type Scenario = (tenants: readonly Tenant[], signal: AbortSignal) => Promise<InjectedFault[]>;

/** When nothing changes for so long, what is open will stay open. After a run of many texts look-ups may take long, while there is progress. */
const stuckAfter = 240_000;
const finishWithin = 30 * 60_000;
const senders = 4;

/** Kills processes, the database and the network at moments that follow from the seed, within `duration` milliseconds. */
export function faultScenario(
  installation: Installation,
  network: Network,
  {
    seed,
    duration,
    response_seconds,
    faults,
  }: Pick<RunOptions, "seed" | "duration" | "response_seconds"> & { faults: Faults },
): Scenario {
  return (_tenants, signal) =>
    injectFaults({
      installation,
      network: network.proxy,
      relay: network.relay,
      faults: planFaults(seed, faults, duration),
      // Longer than the response timeout, so that both the timeout and the end of the connection occur.
      silence: response_seconds * 1_500,
      signal,
    });
}

/** Sends the traffic during `scenario`, waits until every text has its final state, and compares. The installation stays up. */
export async function runScenario(
  installation: Installation,
  network: Network,
  options: RunOptions,
  scenario: Scenario,
): Promise<Verdict> {
  const { seed, duration, say, signal } = options;
  // Lanes with a rate always have something under way, and catch up after the death of a worker; those without a rate submit
  // large batches.
  const share = options.messages / senders / (duration / 1000);
  const rates = [3 * share, 6 * share].map((rate) => Math.max(20, Math.ceil(rate)));
  const scale: Scale = { messages: options.messages, ...sizes(options.messages), senders, rates, texts: wordings };
  const tenants = await createTenants(installation, network, options, scale);
  if (options.carriers.includes("smpp"))
    await until(() => network.proxy.connections() >= installation.workers.length, "the workers' connections");
  await network.smsc.clear();
  network.twilio.clear();
  await network.relay.clear();
  say(`texts are sent over ${duration / 1000} s`);
  await watchJournals(installation.superuser);
  await watchMails(installation.superuser);
  const failure = new AbortController();
  const both = AbortSignal.any([signal, failure.signal]);
  const [injected, mailLog, ...clientLog] = await Promise.all([
    scenario(tenants, both),
    sendMailTraffic(installation, tenants, { mails: options.mails, duration, signal: both }),
    ...tenants.map((tenant, i) =>
      sendTraffic(installation.urls, tenant, planTraffic(seed + 1 + i, scale, duration), both),
    ),
  ]).catch((error: unknown) => {
    failure.abort();
    throw error;
  });
  say("all texts are sent and all faults injected; waiting until nothing is under way");
  const client = new pg.Client({ connectionString: installation.superuser });
  await client.connect();
  try {
    const open = await waitUntilIdle(client, network, tenants, signal);
    const sides = tenants.map(async (tenant, i) => ({
      tenant,
      clientLog: clientLog[i] as ClientLog,
      carrier: await carrierRecords(client, network, tenant),
    }));
    const evidence = {
      installation,
      faults: injected,
      journals: await watchedJournals(client),
      response_seconds: options.response_seconds,
      tenants: await Promise.all(sides),
      mails: { mailLog, relayed: await network.relay.records(), claims: await watchedClaims(client) },
    };
    const { lines, violations } = await judge(client, evidence);
    await disableConnections(client, tenants);
    const left = open.map((what) => `still under way: ${what}`);
    left.push(...network.twilio.violations.map((what) => `a request that Twilio does not allow: ${what}`));
    return { lines, violations: [...left, ...violations] };
  } finally {
    await client.end();
  }
}

/** The own records of the tenant's carrier. */
function carrierRecords(client: pg.Client, { smsc, twilio }: Network, tenant: Tenant): Promise<CarrierRecords> {
  if (tenant.carrier === "smpp") return smscRecords(smsc);
  if (tenant.carrier === "twilio") return Promise.resolve(twilio.records());
  return records.sandboxRecords(client, tenant);
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

/** Disables the connections, so that they are not bound during the next run: the SMSC takes all binds for one customer. */
async function disableConnections(client: pg.Client, tenants: readonly Tenant[]): Promise<void> {
  await client.query("update carriers set enabled = false where workspace_id = any($1::uuid[])", [
    tenants.map(({ id }) => id),
  ]);
}

/** Lists so large that each is the audience of a few campaigns, and a campaign takes several batches. */
function sizes(messages: number): Pick<Scale, "lists" | "list_size"> {
  return { lists: 5, list_size: Math.max(100, Math.min(2_000, Math.round(messages / 40))) };
}

/** Waits until nothing is under way any more; returns what still is if that no longer changes. */
async function waitUntilIdle(
  client: pg.Client,
  network: Network,
  tenants: Tenant[],
  signal: AbortSignal,
): Promise<string[]> {
  const began = Date.now();
  let changed = began;
  let before: string[] = [];
  while (true) {
    signal.throwIfAborted();
    await tryMailsNow(client);
    const left = await underWayNow(client, network, tenants);
    const now = Date.now();
    if (!isDeepStrictEqual(left, before)) changed = now;
    if (left.length === 0 || now - changed > stuckAfter || now - began > finishWithin) return left;
    before = left;
    await delay(50);
  }
}

async function underWayNow(client: pg.Client, { smsc, twilio }: Network, tenants: Tenant[]): Promise<string[]> {
  const receipts = await client.query("select 1 from sandbox_receipts limit 1");
  const left = receipts.rowCount ? ["receipts of the sandbox"] : [];
  const { undelivered } = await smsc.counts();
  if (undelivered > 0) left.push(`${undelivered} receipts of the SMSC`);
  if (twilio.undelivered() > 0) left.push(`${twilio.undelivered()} receipts of Twilio`);
  for (const tenant of tenants) left.push(...(await records.leftOver(client, tenant)));
  left.push(...(await mailsUnderWay(client)));
  return left;
}
