/**
 * Runs the work by the clock of all domains. The processes take turns by a row of due_work: a turn is a lease by the database's
 * clock, so that a process that was killed or suspended loses it. Exclusion saves work and is not needed for correctness: what is
 * done checks its conditions again.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Db, Tx } from "./db.ts";
import type { DueResult, DueWork } from "./due.ts";
import type { Logger } from "./log.ts";
import type { Running } from "./services.ts";

interface Services {
  db: Db;
  log: Pick<Logger, "warn">;
}

const second = 1_000;
/** A turn lasts so long unless it is kept, which a running process does every second or so. */
const turnLasts = 6 * second;
/** The processes look at slightly different times, so that their turns spread. */
const jitter = 0.1;

/** Runs the work until stopped; `stop` lets the rounds under way finish. */
export async function startDueWork(services: Services, works: readonly DueWork[]): Promise<Running> {
  const { db, log } = services;
  const byName = new Map(works.map((work) => [work.name, work]));
  if (byName.size < works.length) throw new Error("two works that become due have one name");
  const process = randomUUID();
  const stopping = new AbortController();
  const turns = new Map<string, { lost: AbortController; over: Promise<void> }>();
  await db.asSystem(async (tx) => {
    await sql`insert into due_work (name) select unnest(${[...byName.keys()]}::text[]) on conflict do nothing`.execute(
      tx,
    );
  });
  const shortest = Math.min(second, ...works.map(({ every_ms = second }) => every_ms));

  const take = async () => {
    const free = [...byName.keys()].filter((name) => !turns.has(name));
    const { names, now } = await takeTurns(db, process, free);
    const taken = performance.now();
    // The database's clock, one for all processes: a process whose own is wrong does nothing too early or too late.
    const clock = () => new Date(now.getTime() + performance.now() - taken);
    for (const name of names) {
      const lost = new AbortController();
      const signal = AbortSignal.any([stopping.signal, lost.signal]);
      const turn = { process, signal, clock };
      const over = runTurn(services, byName.get(name) as DueWork, turn)
        .catch((error: unknown) => log.warn({ err: error, work: name }, "could not record a turn of due work"))
        .finally(() => turns.delete(name));
      turns.set(name, { lost, over });
    }
  };
  const keep = async () => {
    const kept = new Set(await keepTurns(db, process, [...turns.keys()]));
    for (const [name, { lost }] of turns) if (!kept.has(name)) lost.abort();
  };
  const tryTo = (work: () => Promise<void>, what: string) =>
    work().catch((error: unknown) => log.warn({ err: error }, `could not ${what} a turn of due work; trying again`));

  const looking = (async () => {
    while (!stopping.signal.aborted) {
      if (turns.size > 0) await tryTo(keep, "keep");
      if (turns.size < byName.size) await tryTo(take, "take");
      const wait = shortest * (1 + jitter * (2 * Math.random() - 1));
      await delay(wait, undefined, { signal: stopping.signal }).catch(() => {}); // aborted: it ends
    }
    await Promise.all([...turns.values()].map(({ over }) => over));
    await Promise.all(works.map((work) => work.stop?.()));
  })();
  return {
    stop() {
      stopping.abort();
      return looking;
    },
  };
}

/** The names whose turn it is and that no other process has. */
async function takeTurns(db: Db, process: string, names: readonly string[]): Promise<{ names: string[]; now: Date }> {
  return db.asSystem(async (tx) => {
    // A turn that a crash of the database forgets is taken again.
    await sql`set local synchronous_commit = off`.execute(tx);
    const { rows } = await sql<{ name: string; now: Date }>`
      with mine as (
        select name from due_work where name = any(${names}::text[]) and next_at <= now()
          and (taken_until is null or taken_until <= now())
        for update skip locked)
      update due_work d set taken_by = ${process}, taken_until = now() + ${turnLasts} * interval '1 millisecond'
      from mine where d.name = mine.name
      returning d.name, now() as now`.execute(tx);
    return { names: rows.map(({ name }) => name), now: rows[0]?.now ?? new Date(0) };
  });
}

/** Keeps the turns that are still the process's, and answers which. */
async function keepTurns(db: Db, process: string, names: readonly string[]): Promise<string[]> {
  return db.asSystem(async (tx) => {
    await sql`set local synchronous_commit = off`.execute(tx);
    const { rows } = await sql<{ name: string }>`
      update due_work set taken_until = now() + ${turnLasts} * interval '1 millisecond'
      where name = any(${names}::text[]) and taken_by = ${process}
      returning name`.execute(tx);
    return rows.map(({ name }) => name);
  });
}

/** Does rounds until nothing more is due, and records them. */
async function runTurn(
  { db, log }: Services,
  work: DueWork,
  { process, signal, clock }: { process: string; signal: AbortSignal; clock(): Date },
): Promise<void> {
  for (let more = true; more;) {
    const now = clock();
    const result = await work.run({ now, signal }).catch((error: unknown): DueResult => {
      log.warn({ err: error, work: work.name }, "a round of due work failed; trying again");
      return { done: 0, oldest: null, more: false, errors: [error] };
    });
    more = result.more && !signal.aborted;
    await recordRound(db, work, process, { ...result, more, lag: lagOf(result, now) });
  }
}

const lagOf = ({ oldest }: DueResult, now: Date) => (oldest ? Math.max(0, now.getTime() - oldest.getTime()) : 0);

/** Records a round, and gives the turn back after the last one. */
async function recordRound(
  db: Db,
  { name, every_ms = second }: DueWork,
  process: string,
  { done, errors, lag, more }: DueResult & { lag: number },
): Promise<void> {
  const [error] = errors;
  // Half a tick early: a process that looks at the same interval must not find it not yet due each second time.
  const next = every_ms * (1 - 2 * jitter);
  await db.asSystem(async (tx) => {
    await sql`set local synchronous_commit = off`.execute(tx);
    await sql`
      update due_work set ran_at = now(), lag_ms = ${lag}, done = done + ${done}, failed = failed + ${errors.length},
        last_error = coalesce(${error === undefined ? null : String(error)}, last_error),
        next_at = now() + ${next} * interval '1 millisecond',
        taken_by = case when ${more} then taken_by end, taken_until = case when ${more} then taken_until end
      where name = ${name} and taken_by = ${process}`.execute(tx);
  });
}

/** What the metrics show of each work: how late it is, in milliseconds, and what it has done since the installation began. */
export async function readDueWork(tx: Tx): Promise<{ name: string; lag_ms: number; done: number; failed: number }[]> {
  const { rows } = await sql<{ name: string; lag_ms: number; done: number; failed: number }>`
    select name, done, failed,
      greatest(lag_ms, extract(epoch from now() - greatest(next_at, taken_until)) * 1000)::float8 as lag_ms
    from due_work order by name`.execute(tx);
  return rows;
}
