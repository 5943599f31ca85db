/** Several workers and many lanes: exact rates, leases that run out, and fair turns. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { Carrier } from "../../carriers/carrier.ts";

const { db, connection } = await testDatabase({ max: 20 });

interface Lane {
  workspace: TestWorkspace;
  address: string;
}

/** A text as the carrier got it: its sender, and when it arrived. */
interface Entry {
  from: string;
  at: number;
}

/** The sandbox, recording arrivals; it answers nothing before `answering`. */
const recording =
  (book: Entry[], options: { batch?: number; answering?: Promise<void> } = {}) =>
  (sandbox: Carrier): Carrier => ({
    ...sandbox,
    limits: { ...sandbox.limits, batch: options.batch ?? sandbox.limits.batch },
    async submit(texts, signal) {
      const at = performance.timeOrigin + performance.now();
      for (const { from } of texts) book.push({ from, at });
      await options.answering;
      return sandbox.submit(texts, signal);
    },
  });

/** Another sender of the workspace, with a rate or without. */
async function addLane(workspace: TestWorkspace, address: string, rate: number | null): Promise<Lane> {
  const id = newId();
  await db.inWorkspace(workspace.id, (tx) =>
    sql`
      insert into senders (workspace_id, id, address, kind, can_receive, is_default, rate_per_second, created_at)
      values (${workspace.id}, ${id}, ${address}, 'long_number', true, false, ${rate}, now())`.execute(tx),
  );
  return { workspace: { ...workspace, sender: { id, address } }, address };
}

const numbersFrom = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => ({ number: `+47${first + i}` }));

const fill = ({ workspace }: Lane, count: number) =>
  send(db, workspace, { class: "transactional", recipients: { people: numbersFrom(90_000_000, count) } });

/** The most arrivals within any second, half open; a delayed text can only lower it. */
function busiestSecond(times: readonly number[]): number {
  let from = 0;
  let most = 0;
  for (const [to, at] of times.entries()) {
    while ((times[from] as number) <= at - 1000) from++;
    most = Math.max(most, to - from + 1);
  }
  return most;
}

test("two workers, three lanes, one worker leaving: no second holds more than one text over a lane's rate", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const rates = { "+4759900001": 23, "+4759900002": 60, "+4759900003": 147 };
  const lanes = await Promise.all(Object.entries(rates).map(([address, rate]) => addLane(workspace, address, rate)));
  for (const lane of lanes) await fill(lane, 2 * (rates[lane.address as keyof typeof rates] ?? 0));
  const records: Entry[][] = [[], []];
  const workers = await Promise.all(records.map((book) => startPipeline(db, { slots: 2, carrier: recording(book) })));
  const leftBy = (book: Entry[] | undefined) => new Set(book?.map(({ from }) => from));
  // Either of the two may take all lanes, so the one that leaves is one that has some.
  const leaving = await until(() => {
    const holder = records.findIndex((book) => book.length > 0);
    expect(holder).toBeGreaterThanOrEqual(0);
    return holder;
  });
  // Its lanes pass to the other in the middle of a second.
  await workers[leaving]?.stop();
  await untilFinal(db, workspace.id);
  const all = records.flat();
  for (const [address, rate] of Object.entries(rates)) {
    const times = all.flatMap(({ from, at }) => (from === address ? [at] : [])).sort((a, b) => a - b);
    expect(times).toHaveLength(2 * rate);
    expect(busiestSecond(times), `${address} at ${rate} a second`).toBeLessThanOrEqual(rate + 1);
  }
  expect(leftBy(records[1 - leaving])).toEqual(new Set(Object.keys(rates)));
});

test("the lanes of a killed worker are served by another once their lease is over, and not before", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const addresses = ["+4759910001", "+4759910002", "+4759910003"];
  const lanes = await Promise.all(addresses.map((address) => addLane(workspace, address, 20)));
  for (const lane of lanes) await fill(lane, 30);
  const program = join(import.meta.dirname, "..", "..", "..", "testing", "pipeline-worker.ts");
  const worker = spawn(process.execPath, [program, connection, "after-submit", "12"], { stdio: "inherit" });
  onTestFinished(() => void worker.kill("SIGKILL"));
  const exit = once(worker, "exit");
  let over = false;
  void exit.then(() => (over = true));

  // Each lease has an id of its own: leases from before the other worker began belong to the first.
  const holders = new Set<string>();
  let alone = true;
  const leases = new Map<string, number>();
  const look = async () => {
    const { rows } = await db.asSystem((tx) =>
      sql<{ address: string; leased_by: string; leased_until: Date }>`
        select s.address, l.leased_by, l.leased_until from lanes l
        join senders s on s.workspace_id = l.workspace_id and s.id = l.sender_id
        where l.workspace_id = ${workspace.id} and l.leased_by is not null`.execute(tx),
    );
    for (const { address, leased_by, leased_until } of rows) {
      if (alone) holders.add(leased_by);
      if (holders.has(leased_by)) leases.set(address, leased_until.getTime());
    }
  };
  await until(async () => {
    await look();
    expect([...leases.keys()].sort()).toEqual(addresses);
  });
  alone = false;
  const book: Entry[] = [];
  await startPipeline(db, { slots: 4, carrier: recording(book) });
  while (!over) await look();
  expect(await exit).toEqual([null, "SIGKILL"]);
  await untilFinal(db, workspace.id);
  for (const address of addresses) {
    const begun = book.find(({ from }) => from === address)?.at;
    expect(begun, address).toBeGreaterThanOrEqual(leases.get(address) as number);
  }
});

test("no lane starves: more lanes than slots, two of them long", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const large = await Promise.all(["+4759920001", "+4759920002"].map((address) => addLane(workspace, address, null)));
  const small = await Promise.all(
    Array.from({ length: 8 }, (_, i) => addLane(workspace, `+475993000${i}`, i % 2 ? 50 : null)),
  );
  for (const lane of large) await fill(lane, 400);
  const book: Entry[] = [];
  const { promise: answering, resolve: answer } = Promise.withResolvers<void>();
  let ahead = 0;
  const clock = { now: () => new Date(Date.now() + ahead) };
  await startPipeline(db, { slots: 2, clock, carrier: recording(book, { batch: 40, answering }) });
  await until(() => expect(new Set(book.map(({ from }) => from)).size).toBe(2));
  for (const lane of small) await fill(lane, 3);
  // By the time that the carrier answers, the large ones have had their turn.
  ahead = 1_000;
  answer();
  await untilFinal(db, workspace.id);
  expect(book).toHaveLength(2 * 400 + 8 * 3);
  const last = (lane: Lane) => book.findLastIndex(({ from }) => from === lane.address);
  const smallDone = Math.max(...small.map(last));
  for (const lane of large) expect(last(lane), "still leaving when all others were done").toBeGreaterThan(smallDone);
});
