/** Injects the planned faults, and finds out afterwards which of them interrupted submissions. */
import { setTimeout as delay } from "node:timers/promises";
import type { TcpProxy } from "../tcp-proxy.ts";
import { type Installation, until } from "./installation.ts";
import type { Member } from "./member.ts";
import type { Fault, Faults } from "./plan.ts";
import type { Relay } from "./relay.ts";
import { type WatchedJournal, withClient } from "./watch.ts";

/** An injected fault, with the time span in which it could interrupt a submission. */
export interface InjectedFault {
  kind: keyof Faults;
  /** The process that was killed; null: the database or the network. */
  victim: string | null;
  /** Of a database: the sessions that ended with it, by the process ids of their backends; null: all sessions. */
  sessions?: ReadonlySet<number> | null;
  from: number;
  to: number;
}

export interface InjectOptions {
  installation: Installation;
  /** Between the workers and the SMSC. */
  network: TcpProxy;
  relay: Pick<Relay, "kill">;
  faults: readonly Fault[];
  /** Milliseconds for which the network discards everything before it resets. */
  silence: number;
  signal: AbortSignal;
}

const aimFor = 1_000;
/** A journal that is still open so long after a fault was left open by it. */
const leftOpenAfter = 400;

/** Resolves when the last fault is injected. */
export async function injectFaults(options: InjectOptions): Promise<InjectedFault[]> {
  const { installation, faults, signal } = options;
  const injected: InjectedFault[] = [];
  const ends: Promise<void>[] = [];
  const began = Date.now();
  for (const fault of faults) {
    const wait = began + fault.at - Date.now();
    if (wait > 0) await delay(wait, undefined, { signal });
    signal.throwIfAborted();
    if (fault.aimed) await duringSubmission(installation.superuser, underWayOf[fault.kind]);
    const from = Date.now();
    const { hit, victim = null, sessions = null, to = Date.now(), over } = await inject(options, fault);
    if (!hit) continue;
    const each = { kind: fault.kind, victim, sessions, from, to };
    injected.push(each);
    if (over) ends.push(over.then(() => void (each.to = Date.now())));
  }
  await Promise.all(ends);
  return injected;
}

/**
 * Injects one fault. Returns whether there was anything to hit; `to` if its effect ended before now; `over`, which resolves when its
 * effect ends, if it continues.
 */
async function inject(
  { installation, network, relay, silence }: InjectOptions,
  { kind, which, how }: Fault,
): Promise<{ hit: boolean; victim?: string; sessions?: ReadonlySet<number>; to?: number; over?: Promise<void> }> {
  if (kind === "worker") return { hit: true, victim: await killOne(installation.workers, which) };
  if (kind === "api") return { hit: true, victim: await killOne(installation.apis, which) };
  if (kind === "mail") return { hit: true, victim: await killOne([installation.mail], which) };
  if (kind === "relay") {
    relay.kill();
    return { hit: true };
  }
  if (kind === "database") {
    const sessions = await installation.killDatabase();
    if (!sessions) return { hit: false };
    const to = Date.now();
    await until(
      async () => (await withClient(installation.superuser, (client) => client.query("select 1"))) !== null,
      "the database after a fault",
    );
    return { hit: true, sessions, to };
  }
  if (network.connections() === 0) return { hit: false };
  if (how === "half") return { hit: true, over: network.resetHalfway() };
  if (how === "silence") return { hit: true, over: network.swallow(silence) };
  network.reset();
  return { hit: true };
}

async function killOne(members: readonly Member[], which: number): Promise<string> {
  const ready = () => members.filter((member) => member.ready());
  await until(() => ready().length > 0, "a process to kill");
  const victims = ready();
  const victim = victims[which % victims.length] as Member;
  victim.kill();
  return victim.name;
}

/** What is under way at an aimed fault: a submission, one to a carrier beyond the network, or a mail. */
const underWayOf: Record<keyof Faults, string> = {
  worker: "dispatch_journal",
  api: "dispatch_journal",
  database: "dispatch_journal",
  network: "dispatch_journal where carrier_id is not null",
  mail: "mails where recipient like 'bouncing%' and status = 'sent'",
  relay: "mail_queue where lease is not null",
};

/** Waits, for a second at most, until there is one. */
async function duringSubmission(superuser: string, where: string): Promise<void> {
  const end = Date.now() + aimFor;
  await withClient(superuser, async (client) => {
    while (Date.now() < end) {
      const { rowCount } = await client.query(`select from ${where} limit 1`);
      if (rowCount) return;
    }
  });
}

/**
 * Whether the fault can have interrupted the submission of a batch: the batch was between its journal and its record during the fault.
 * A submission that had lasted for more than `longest` by then was interrupted by an earlier fault. The death of an API process
 * interrupts none, that of a worker only its own, the network only those to a carrier, and the death of the database only those whose
 * session it ended.
 */
function canInterrupt(fault: InjectedFault, journal: WatchedJournal, longest: number): boolean {
  if (["api", "mail", "relay"].includes(fault.kind) || (fault.kind === "network" && journal.carrier_id === null))
    return false;
  if (fault.victim !== null && fault.victim !== journal.holder) return false;
  if (fault.sessions && !fault.sessions.has(journal.session)) return false;
  return journal.begun <= fault.to && journal.recorded >= fault.from && journal.begun >= fault.from - longest;
}

/** The texts that were under way at a fault, each with the number of its batches that a fault may have interrupted. */
export function underWay(
  faults: readonly InjectedFault[],
  journals: readonly WatchedJournal[],
  longest: number,
): Map<string, number> {
  const hit = journals.filter((journal) => faults.some((fault) => canInterrupt(fault, journal, longest)));
  const times = new Map<string, number>();
  for (const { texts } of hit) for (const id of texts) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}

/** When the journals of a text were open, and the faults around them, to explain a violation. */
export function timesOf(id: string, faults: readonly InjectedFault[], journals: readonly WatchedJournal[]): string {
  const seconds = (at: number, since: number) => `${((at - since) / 1000).toFixed(2)} s`;
  return journals
    .filter(({ texts }) => texts.includes(id))
    .map(({ holder, begun, recorded, closed, texts }) => {
      const near = faults.filter(({ from, to }) => from < begun + 15_000 && to > begun - 15_000);
      const around = near.map(
        ({ kind, victim, from, to }) => `${victim ?? kind} from ${seconds(from, begun)} to ${seconds(to, begun)}`,
      );
      return `a journal of ${texts.length} texts by ${holder} recorded after ${seconds(recorded, begun)}, open for ${seconds(closed, begun)}; after it began: ${around.join(", ") || "no fault"}`;
    })
    .join("; ");
}

/** The number of faults of each kind, and how many of them interrupted a submission. */
export function tally(
  faults: readonly InjectedFault[],
  journals: readonly WatchedJournal[],
  longest: number,
): Record<string, string> {
  const kinds = Map.groupBy(faults, ({ kind }) => kind);
  return Object.fromEntries(
    [...kinds].map(([kind, all]) => {
      const effective = all.filter((fault) =>
        journals.some((journal) => canInterrupt(fault, journal, longest) && journal.closed >= fault.to + leftOpenAfter),
      );
      return [
        kind,
        `${all.length} faults${["api", "mail", "relay"].includes(kind) ? "" : `, ${effective.length} of them interrupted a submission`}`,
      ];
    }),
  );
}
