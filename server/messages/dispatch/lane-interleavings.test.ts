/**
 * Concurrent steps in a lane: arriving texts, claim, record, reconciliation, the end of a turn, release, renewal, expiry, kill and
 * the sweep, in any order, by two workers on a real PostgreSQL. docs/self-hosting/crash-safety.md describes the states and their
 * transitions; these properties check them.
 */
import fc from "fast-check";
import { sql } from "kysely";
import { pino } from "pino";
import { afterAll, expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { reconcileAfter, startWorker, type Worker, type World } from "../../../testing/interleave.ts";
import { ledger, quota, send } from "../../../testing/pipeline.ts";
import { runsInTurn } from "../../../testing/runs-in-turn.ts";
import { runs, testTimeout } from "../../../testing/runs.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { cancelSource, dueParked, pauseSource, resumeSource } from "../hold-source.ts";
import { openLanePool } from "./lane-connection.ts";
import type { HoldState } from "./parked-store.ts";
import { createReviver } from "./revive-lanes.ts";

const { db } = await testDatabase({ max: 12 });
const log = pino({ level: "silent" });
const pool = openLanePool({ ...db.workspacePool.options, max: 12 }, 600_000, log);
const laneRuns = runsInTurn();
afterAll(async () => {
  await laneRuns.ended();
  await pool.end();
});

type Command =
  | { kind: "step"; worker: number; which: number; choice: number }
  | { kind: "text"; marketing: boolean; count: number; wait?: number }
  | { kind: "hold"; source: number; state: HoldState }
  | { kind: "due" }
  | { kind: "tick"; ms: number }
  | { kind: "renew" | "kill" | "expire"; worker: number }
  | { kind: "sweep" };

const worker = fc.nat(1);
const step = fc.record({
  kind: fc.constant("step" as const),
  worker,
  which: fc.nat(1),
  choice: fc.nat(24),
});
const text = fc.record({
  kind: fc.constant("text" as const),
  marketing: fc.boolean(),
  count: fc.integer({ min: 1, max: 3 }),
});
const tick = fc.record({ kind: fc.constant("tick" as const), ms: fc.constantFrom(10, 1_100, reconcileAfter, 6_000) });
const fault = fc.record({ kind: fc.constantFrom("kill" as const, "expire" as const), worker });
const renew = fc.record({ kind: fc.constant("renew" as const), worker });
const ordinary = [
  { weight: 20, arbitrary: step },
  { weight: 2, arbitrary: text },
  { weight: 2, arbitrary: tick },
] satisfies fc.MaybeWeightedArbitrary<Command>[];
const violent = [
  ...ordinary,
  { weight: 1, arbitrary: renew },
  { weight: 1, arbitrary: fault },
  { weight: 1, arbitrary: fc.constant({ kind: "sweep" as const }) },
] satisfies fc.MaybeWeightedArbitrary<Command>[];
/** Texts that wait, sources that are paused, resumed and cancelled, and the work that follows. */
const parking = [
  ...violent,
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("text" as const),
      marketing: fc.boolean(),
      count: fc.integer({ min: 1, max: 3 }),
      wait: fc.constantFrom(1_000, 6_000, 60_000),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("hold" as const),
      source: fc.nat(9),
      state: fc.constantFrom("paused" as const, "paused" as const, "resumed" as const, "cancelled" as const),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: "due" as const }) },
] satisfies fc.MaybeWeightedArbitrary<Command>[];
const manyOf = (kinds: fc.MaybeWeightedArbitrary<Command>[]): fc.Arbitrary<Command[]> =>
  fc.array(fc.oneof(...kinds), { minLength: 10, maxLength: 70 });

interface Scene {
  world: World;
  workspace: TestWorkspace;
  workers: Worker[];
  renews: boolean;
  sweep(): Promise<void>;
  /** Each source, its state, and how many texts the carrier had taken when it got it. */
  sources: Source[];
}

interface Source {
  id: string;
  state: HoldState | null;
  taken: number;
}

/** Not before the database's clock, by which holds are settled. */
const due = ({ world }: Scene) => runDue(dueParked({ db, log }), new Date(Math.max(world.time, Date.now() + 1_000)));

/** As a command would; false where a submission is under way, for which it would wait. */
async function hold(scene: Scene, source: Source, state: HoldState): Promise<boolean> {
  // A cancelled source stays cancelled, and only a paused one is resumed.
  if (source.state === "cancelled" || (state === "resumed" && source.state !== "paused")) return true;
  const key = { workspace_id: scene.workspace.id, source_id: source.id };
  const command = { paused: pauseSource, resumed: resumeSource, cancelled: cancelSource }[state];
  await expectNoneSince(scene, source);
  try {
    await db.inWorkspace(scene.workspace.id, async (tx) => {
      await sql`set local lock_timeout = '30ms'`.execute(tx);
      await command(tx, key);
    });
  } catch (error) {
    if ((error as { code?: string }).code === "55P03") return false;
    throw error;
  }
  source.state = state;
  source.taken = scene.world.records.length;
  return true;
}

/** That nothing of a paused or cancelled source has left since. */
async function expectNoneSince({ world, workspace }: Scene, { id, state, taken }: Source): Promise<void> {
  const since = world.records.slice(taken);
  if ((state !== "paused" && state !== "cancelled") || since.length === 0) return;
  const { rows } = await db.asSystem((tx) =>
    sql`select id from messages where workspace_id = ${workspace.id} and source_id = ${id} and id = any(${since}::uuid[])`.execute(
      tx,
    ),
  );
  expect(rows, `left while ${state}`).toEqual([]);
}

async function pass({ world, workers }: Scene, ms: number): Promise<void> {
  world.time += ms;
  for (const each of workers) await each.renew();
}

async function act(scene: Scene, command: Command, crowded: boolean): Promise<void> {
  const { world, workspace, workers, sweep } = scene;
  switch (command.kind) {
    case "step":
      return workers[command.worker]?.step(command.which, command.choice);
    case "text": {
      const numbers = Array.from({ length: command.count }, (_, i) => ({ number: `+479100000${i}` }));
      const common = {
        recipients: { people: numbers },
        class: command.marketing ? ("marketing" as const) : ("transactional" as const),
      };
      const { wait } = command;
      const { source } = await send(db, workspace, {
        ...common,
        ...(wait && { moment: () => new Date(Math.max(world.time, Date.now()) + wait) }),
        ...(command.marketing && { subscription_type: { bit: 0, needs_consent: true } }),
      });
      scene.sources.push({ id: source.id as string, state: null, taken: 0 });
      return;
    }
    case "hold": {
      const source = scene.sources[command.source % scene.sources.length];
      if (source) await hold(scene, source, command.state);
      return;
    }
    case "due":
      await due(scene);
      return;
    case "tick":
      // Where no worker is suspended, leases are renewed in the meantime.
      if (!scene.renews) world.time += command.ms;
      else for (let left = command.ms; left > 0; left -= 3_000) await pass(scene, Math.min(left, 3_000));
      return;
    case "renew":
      return workers[command.worker]?.renew();
    case "kill":
      await workers[command.worker]?.kill();
      workers[command.worker] = startWorker(world, { crowded });
      return;
    case "expire":
      return expire(world, workers, workers[command.worker] as Worker);
    case "sweep":
      return sweep();
  }
}

/** Lets the lease of one worker run out, while the others renew theirs. */
async function expire(world: World, workers: Worker[], late: Worker): Promise<void> {
  const token = late.holds()?.token;
  if (!token) return;
  for (let i = 0; i < 4; i++) {
    world.time += 3_000;
    for (const each of workers) if (each !== late) await each.renew();
  }
  await run(sql`update lanes set leased_until = now() - interval '1 second' where leased_by = ${token}`);
}

const run = (statement: ReturnType<typeof sql>) => db.asSystem((tx) => statement.execute(tx));

/** The invariants between any two steps. */
async function inspect(): Promise<void> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ unmarked: number; strays: number }>`
      select (select count(*) from message_queue q where q.priority < 9 and not exists (select from lanes l
          where l.workspace_id = q.workspace_id and l.sender_id = q.sender_id and l.has_work)) as unmarked,
        (select count(*) from message_queue q where q.priority = 9 and not exists (select from dispatch_journal j
          where j.workspace_id = q.workspace_id and j.sender_id = q.sender_id and q.seq = any(j.seqs))) as strays`.execute(
      tx,
    ),
  );
  expect(rows).toEqual([{ unmarked: 0, strays: 0 }]);
}

const isEmpty = async () => {
  const { rows } = await db.asSystem((tx) =>
    sql`select 1 from message_queue union all select 1 from dispatch_journal union all select 1 from parked_messages`.execute(
      tx,
    ),
  );
  return rows.length === 0;
};

/** Lets all workers finish without further faults: the carrier accepts everything, and lookups answer. */
async function finish(scene: Scene, sweeps: boolean): Promise<void> {
  const { world, workers, sweep } = scene;
  for (let round = 0; round < 120; round++) {
    if (await isEmpty()) return;
    // Whoever paused goes on in the end.
    for (const source of scene.sources) if (source.state === "paused") await hold(scene, source, "resumed");
    world.time += 1_100;
    await due(scene);
    // The leases of dead workers run out.
    const alive = workers.map((each) => each.holds()?.token).filter((token) => token !== undefined);
    await run(sql`update lanes set leased_until = now() - interval '1 second'
      where leased_by is not null and not leased_by = any(${alive}::uuid[])`);
    for (const each of workers) await each.renew();
    if (sweeps) await sweep();
    for (let i = 0; i < 6; i++) for (const each of workers) await each.step(0, 0);
    await inspect();
  }
  const { rows } = await db.asSystem((tx) => sql`select * from lanes, message_queue`.execute(tx));
  throw new Error(
    `texts wait for ever: ${JSON.stringify(rows)}, workers at ${JSON.stringify(workers.map((w) => w.points()))}`,
  );
}

async function judge(scene: Scene): Promise<void> {
  const { world, workspace } = scene;
  for (const source of scene.sources) await expectNoneSince(scene, source);
  for (const row of await ledger(db, workspace.id)) {
    const times = world.records.filter((id) => id === row.id).length;
    if (row.reason === "uncertain") continue; // sent at most three times more, and marked
    expect([row.status, times], row.id).toEqual(row.status === "sent" ? ["sent", 1] : [row.status, 0]);
  }
  expect((await quota(db, workspace.id)).reserved).toBe(0);
}

async function play(all: readonly Command[], crowded: boolean, sweeps: boolean): Promise<void> {
  await run(
    sql`with rows as (delete from message_queue), journals as (delete from dispatch_journal), parked as (delete from parked_messages),
      holds as (delete from source_holds) delete from lanes`,
  );
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const world: World = { db, pool, time: Date.now(), records: [] };
  const workers = [startWorker(world, { crowded }), startWorker(world, { crowded })];
  const scene: Scene = { world, workspace, workers, renews: !sweeps, sweep: createReviver({ db, log }), sources: [] };
  try {
    await act(scene, { kind: "text", marketing: false, count: 3 }, crowded);
    for (const command of all) {
      await act(scene, command, crowded);
      await inspect();
    }
    await finish(scene, sweeps);
    await judge(scene);
  } finally {
    for (const each of workers) await each.kill();
  }
}

/** Time limits of trying and of shrinking a failure: on a busy machine there are fewer runs. */
const limit = testTimeout(40_000);

test(
  "in any order of steps every text is claimed in the end, without any sweep where no worker dies",
  async () => {
    expect.hasAssertions();
    const inTurn = laneRuns.within(limit);
    await fc.assert(
      fc.asyncProperty(manyOf(ordinary), fc.boolean(), (all, crowded) => inTurn(() => play(all, crowded, false))),
      { numRuns: runs(8, 300) },
    );
  },
  testTimeout(120_000),
);

test(
  "whichever worker dies or stalls, every text is claimed in the end, and none goes twice unless it is marked uncertain",
  async () => {
    expect.hasAssertions();
    const inTurn = laneRuns.within(limit);
    await fc.assert(
      fc.asyncProperty(manyOf(violent), fc.boolean(), (all, crowded) => inTurn(() => play(all, crowded, true))),
      { numRuns: runs(12, 500) },
    );
  },
  testTimeout(120_000),
);

test(
  "however texts are parked, moved, paused, resumed and cancelled, each is sent or ends once, and none leaves while its source is held",
  async () => {
    expect.hasAssertions();
    const inTurn = laneRuns.within(limit);
    await fc.assert(
      fc.asyncProperty(manyOf(parking), fc.boolean(), (all, crowded) => inTurn(() => play(all, crowded, true))),
      { numRuns: runs(12, 500) },
    );
  },
  testTimeout(120_000),
);
