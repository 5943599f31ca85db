/** Deals the blows of a plan, and says afterwards which of them left texts between journal and record. */
import { setTimeout as delay } from "node:timers/promises";
import type { TcpProxy } from "../tcp-proxy.ts";
import { type Installation, until } from "./installation.ts";
import type { Member } from "./member.ts";
import type { Blow, Blows } from "./plan.ts";
import { type WatchedJournal, withClient } from "./watch.ts";

/** A blow that was dealt: from when until when it could break a hand-over. */
export interface DealtBlow {
  kind: keyof Blows;
  from: number;
  to: number;
}

export interface StrikeOptions {
  installation: Installation;
  /** Between the workers and the SMSC. */
  network: TcpProxy;
  blows: readonly Blow[];
  /** Milliseconds that the network keeps both ends believing in it. */
  silence: number;
  signal: AbortSignal;
}

const aimFor = 1_000;
/** What was to be cut in the middle is cut with the next octets; an idle connection has some this often. */
const halfWithin = 3_000;
/** What is still in the journal so long after a blow was left there by it. */
const aWhile = 400;

/** Resolves when the last blow is dealt. */
export async function strike(options: StrikeOptions): Promise<DealtBlow[]> {
  const { installation, blows, signal } = options;
  const dealt: DealtBlow[] = [];
  const began = Date.now();
  for (const blow of blows) {
    const wait = began + blow.at - Date.now();
    if (wait > 0) await delay(wait, undefined, { signal });
    signal.throwIfAborted();
    if (blow.aimed) await handOver(installation.superuser, blow.kind === "network");
    const from = Date.now();
    const lasts = await deal(options, blow);
    if (lasts !== null) dealt.push({ kind: blow.kind, from, to: Date.now() + lasts });
  }
  return dealt;
}

/** Answers how long the blow goes on by itself, or null where there was nothing to strike. */
async function deal(
  { installation, network, silence }: StrikeOptions,
  { kind, which, how }: Blow,
): Promise<number | null> {
  if (kind === "worker") await killOne(installation.workers, which);
  else if (kind === "api") await killOne(installation.apis, which);
  else if (kind === "database") {
    if (!(await installation.killDatabase())) return null;
    await until(
      async () => (await withClient(installation.superuser, (client) => client.query("select 1"))) !== null,
      "the database after a blow",
    );
  } else {
    if (network.connections() === 0) return null;
    if (how === "reset") network.reset();
    else if (how === "half") network.resetHalfway();
    else network.swallow(silence);
    return { reset: 0, half: halfWithin, silence }[how];
  }
  return 0;
}

async function killOne(members: readonly Member[], which: number): Promise<void> {
  const standing = () => members.filter((member) => member.ready());
  await until(() => standing().length > 0, "a process to kill");
  const victims = standing();
  victims[which % victims.length]?.kill();
}

/** Waits, but not for long, until texts are between journal and record; `far`: with a carrier beyond the network. */
async function handOver(superuser: string, far: boolean): Promise<void> {
  const where = far ? "where carrier_id is not null" : "";
  const end = Date.now() + aimFor;
  await withClient(superuser, async (client) => {
    while (Date.now() < end) {
      const { rowCount } = await client.query(`select from dispatch_journal ${where} limit 1`);
      if (rowCount) return;
    }
  });
}

/**
 * Whether a batch was under way while the blow lasted: not longer than the `longest` hand-over, or something before broke
 * it. What does not touch the carrier breaks no hand-over to it.
 */
function isUnder(blow: DealtBlow, journal: WatchedJournal, longest: number): boolean {
  if (blow.kind === "api" || (blow.kind === "network" && journal.carrier_id === null)) return false;
  return journal.begun <= blow.to && journal.closed >= blow.from && journal.begun >= blow.from - longest;
}

/** All texts that were under way at some blow. */
export function underWay(
  blows: readonly DealtBlow[],
  journals: readonly WatchedJournal[],
  longest: number,
): Set<string> {
  const struck = journals.filter((journal) => blows.some((blow) => isUnder(blow, journal, longest)));
  return new Set(struck.flatMap(({ texts }) => texts));
}

/** How many blows there were of each kind, and how many of them left a batch between journal and record. */
export function tally(
  blows: readonly DealtBlow[],
  journals: readonly WatchedJournal[],
  longest: number,
): Record<string, string> {
  const kinds = Map.groupBy(blows, ({ kind }) => kind);
  return Object.fromEntries(
    [...kinds].map(([kind, all]) => {
      const met = all.filter((blow) =>
        journals.some((journal) => isUnder(blow, journal, longest) && journal.closed >= blow.to + aWhile),
      );
      return [kind, `${all.length} blows${kind === "api" ? "" : `, ${met.length} of them broke a hand-over`}`];
    }),
  );
}
