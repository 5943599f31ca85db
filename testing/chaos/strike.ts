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
  /** The process that was killed; null: what was struck is everybody's. */
  victim: string | null;
  /** Of a database: the sessions that ended with it; null: all that there were. */
  sessions?: ReadonlySet<number> | null;
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
/** What is still in the journal so long after a blow was left there by it. */
const aWhile = 400;

/** Resolves when the last blow is dealt. */
export async function strike(options: StrikeOptions): Promise<DealtBlow[]> {
  const { installation, blows, signal } = options;
  const dealt: DealtBlow[] = [];
  const ends: Promise<void>[] = [];
  const began = Date.now();
  for (const blow of blows) {
    const wait = began + blow.at - Date.now();
    if (wait > 0) await delay(wait, undefined, { signal });
    signal.throwIfAborted();
    if (blow.aimed) await handOver(installation.superuser, blow.kind === "network");
    const from = Date.now();
    const { struck, victim = null, sessions = null, to = Date.now(), over } = await deal(options, blow);
    if (!struck) continue;
    const each = { kind: blow.kind, victim, sessions, from, to };
    dealt.push(each);
    if (over) ends.push(over.then(() => void (each.to = Date.now())));
  }
  await Promise.all(ends);
  return dealt;
}

/**
 * Whether there was anything to strike, until when it broke what was under way, where that is earlier than now, and when it is
 * over where it goes on by itself.
 */
async function deal(
  { installation, network, silence }: StrikeOptions,
  { kind, which, how }: Blow,
): Promise<{ struck: boolean; victim?: string; sessions?: ReadonlySet<number>; to?: number; over?: Promise<void> }> {
  if (kind === "worker") return { struck: true, victim: await killOne(installation.workers, which) };
  if (kind === "api") return { struck: true, victim: await killOne(installation.apis, which) };
  if (kind === "database") {
    const sessions = await installation.killDatabase();
    if (!sessions) return { struck: false };
    const to = Date.now();
    await until(
      async () => (await withClient(installation.superuser, (client) => client.query("select 1"))) !== null,
      "the database after a blow",
    );
    return { struck: true, sessions, to };
  }
  if (network.connections() === 0) return { struck: false };
  if (how === "half") return { struck: true, over: network.resetHalfway() };
  if (how === "silence") return { struck: true, over: network.swallow(silence) };
  network.reset();
  return { struck: true };
}

async function killOne(members: readonly Member[], which: number): Promise<string> {
  const standing = () => members.filter((member) => member.ready());
  await until(() => standing().length > 0, "a process to kill");
  const victims = standing();
  const victim = victims[which % victims.length] as Member;
  victim.kill();
  return victim.name;
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
 * Whether the hand-over of a batch went on while the blow lasted: not longer than the `longest`, or something before broke it.
 * What does not touch the carrier breaks no hand-over to it, a worker that dies only its own, and a database those whose
 * session it ended: one whose session was gone already was broken by something else. Which of the hand-overs that a
 * database met its end has broken, and which its worker would have got wrong anyway, nobody can tell.
 */
function isUnder(blow: DealtBlow, journal: WatchedJournal, longest: number): boolean {
  if (blow.kind === "api" || (blow.kind === "network" && journal.carrier_id === null)) return false;
  if (blow.victim !== null && blow.victim !== journal.holder) return false;
  if (blow.sessions && !blow.sessions.has(journal.session)) return false;
  return journal.begun <= blow.to && journal.recorded >= blow.from && journal.begun >= blow.from - longest;
}

/** All texts that were under way at some blow, and in how many batches that a blow met. */
export function underWay(
  blows: readonly DealtBlow[],
  journals: readonly WatchedJournal[],
  longest: number,
): Map<string, number> {
  const struck = journals.filter((journal) => blows.some((blow) => isUnder(blow, journal, longest)));
  const times = new Map<string, number>();
  for (const { texts } of struck) for (const id of texts) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}

/** When the journals of a text were open, and the blows around them, for whoever looks into a violation. */
export function timesOf(id: string, blows: readonly DealtBlow[], journals: readonly WatchedJournal[]): string {
  const seconds = (at: number, since: number) => `${((at - since) / 1000).toFixed(2)} s`;
  return journals
    .filter(({ texts }) => texts.includes(id))
    .map(({ holder, begun, recorded, closed, texts }) => {
      const near = blows.filter(({ from, to }) => from < begun + 15_000 && to > begun - 15_000);
      const around = near.map(
        ({ kind, victim, from, to }) => `${victim ?? kind} from ${seconds(from, begun)} to ${seconds(to, begun)}`,
      );
      return `a journal of ${texts.length} texts by ${holder} recorded after ${seconds(recorded, begun)}, open for ${seconds(closed, begun)}; after it began: ${around.join(", ") || "no blow"}`;
    })
    .join("; ");
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
