import { sql } from "kysely";
import { beforeEach, describe, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { everySender } from "./every-sender.ts";
import { type OptOut, type OptOutChange, recordOptIn, recordOptOut } from "./opt-outs.ts";
import { addPossibleOptOuts } from "./possible-opt-outs.ts";

const { db } = await testDatabase();
const number = "+4791234567";
/** Minutes after noon. */
const at = (minute: number) => new Date(Date.UTC(2026, 2, 1, 12, minute));
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const change = (overrides: Partial<OptOutChange> = {}): OptOutChange => ({
  workspaceId: workspace.id,
  number,
  senderId: workspace.sender.id,
  source: "sms",
  evidence: "STOP",
  at: at(0),
  ...overrides,
});
const stop = (overrides?: Partial<OptOut>) => db.inWorkspace(workspace.id, (tx) => recordOptOut(tx, change(overrides)));
const start = (overrides?: Partial<OptOutChange>) =>
  db.inWorkspace(workspace.id, (tx) => recordOptIn(tx, change({ evidence: "START", at: at(1), ...overrides })));

async function rows() {
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql<{ number: string; sender_id: string; at: Date; source: string; evidence: string | null }>`
      select number, sender_id, at, source, evidence from opt_outs where workspace_id = ${workspace.id} order by number`.execute(
      tx,
    ),
  );
  return rows;
}

const inForce = async () => (await rows()).flatMap((row) => (row.number === number ? [row.sender_id] : []));

test("of many concurrent STOPs only one is `first`, and each is recorded", async () => {
  const answers = await Promise.all(Array.from({ length: 8 }, () => stop()));
  expect(answers.filter((answer) => answer.first)).toHaveLength(1);
  const { rows } = await db.inWorkspace(workspace.id, (tx) => sql`select from opt_out_events`.execute(tx));
  expect(rows).toHaveLength(8);
});

test("START lifts its sender's STOP and the workspace's, not another sender's", async () => {
  const other = newId();
  await stop();
  await stop({ senderId: everySender });
  await stop({ senderId: other });
  expect(await start()).toEqual({ lifted: true });
  expect(await inForce()).toEqual([other]);
  expect(await start()).toEqual({ lifted: false });
  expect(await start({ senderId: everySender })).toEqual({ lifted: true });
  expect(await inForce()).toEqual([]);
});

test("a START that was sent before the STOP, or in the same millisecond, does not lift it", async () => {
  await stop();
  expect(await start({ at: at(-1) })).toEqual({ lifted: false });
  expect(await start({ at: at(0) })).toEqual({ lifted: false });
  expect(await inForce()).toEqual([workspace.sender.id]);
});

test("of two STOPs the later is in force, whichever is recorded first: a START between them lifts nothing", async () => {
  for (const order of [
    [0, 2],
    [2, 0],
  ]) {
    for (const minute of order) await stop({ at: at(minute), evidence: `STOP ${minute}` });
    expect(await start({ at: at(1) })).toEqual({ lifted: false });
    expect(await rows()).toMatchObject([{ at: at(2), evidence: "STOP 2" }]);
    expect(await start({ at: at(3) })).toEqual({ lifted: true });
  }
});

test("a START that waits for the lock while another process records a later STOP does not lift it", async () => {
  await stop();
  const release = Promise.withResolvers<void>();
  const locked = Promise.withResolvers<void>();
  const second = db.inWorkspace(workspace.id, async (tx) => {
    await recordOptOut(tx, change({ at: at(2) }));
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  const between = start({ at: at(1) });
  await until(async () => {
    const { rows: waiting } = await db.asSystem((tx) =>
      sql`select 1 from pg_locks where locktype = 'advisory' and not granted
        and database = (select oid from pg_database where datname = current_database())`.execute(tx),
    );
    expect(waiting).toHaveLength(1);
  });
  release.resolve();
  await second;
  expect(await between).toEqual({ lifted: false });
  expect(await rows()).toMatchObject([{ at: at(2) }]);
});

test("a STOP with `unlessLiftedSince` is not put in force when a later START is recorded", async () => {
  await stop();
  await start({ at: at(2) });
  await stop({ at: at(1), unlessLiftedSince: true });
  expect(await inForce()).toEqual([]);
  await stop({ at: at(3), unlessLiftedSince: true });
  expect(await inForce()).toEqual([workspace.sender.id]);
});

describe("when the network leaves open which number sent it", () => {
  const other = "+14791234567";
  const unclear = { address: "4791234567", others: [other] };
  const numbers = async () => (await rows()).map((row) => row.number);

  test("one was opted out before: START lifts the opt-outs of both", async () => {
    await stop();
    await stop({ at: at(1), unclear });
    expect(await numbers()).toEqual([other, number]);
    expect(await start({ at: at(2), unclear })).toEqual({ lifted: true });
    expect(await numbers()).toEqual([]);
  });

  test.each([
    ["before", 0],
    ["after", 2],
  ])("the other number sent its own STOP %s it: START lifts only the likelier number's", async (_when, minute) => {
    const own = () => stop({ number: other, at: at(minute) });
    if (minute === 0) await own();
    await stop({ at: at(1), unclear });
    if (minute === 2) await own();
    expect(await start({ at: at(3), unclear })).toEqual({ lifted: true });
    expect(await numbers()).toEqual([other]);
    expect(await start({ number: other, at: at(4) })).toEqual({ lifted: true });
  });

  test("the likelier number changes, or is lifted alone: START lifts the rest of the same address's opt-outs", async () => {
    await stop({ unclear });
    expect(await start({ at: at(1), number: other, unclear: { ...unclear, others: [number] } })).toEqual({
      lifted: true,
    });
    expect(await numbers()).toEqual([]);
    await stop({ at: at(2), unclear });
    await start({ at: at(3) });
    expect(await numbers()).toEqual([other]);
    expect(await start({ at: at(4), unclear })).toEqual({ lifted: true });
    expect(await numbers()).toEqual([]);
  });

  test("another unclear address sent STOP too: that opt-out stays", async () => {
    await stop({ unclear });
    await stop({ at: at(1), number: "+4612345678", unclear: { address: "12345678", others: [other] } });
    await start({ at: at(2), unclear });
    expect(await numbers()).toEqual([other, "+4612345678"]);
  });

  test("a START between two unclear STOPs lifts neither", async () => {
    await stop({ unclear });
    await stop({ at: at(2), unclear });
    expect(await start({ at: at(1), unclear })).toEqual({ lifted: false });
    expect(await numbers()).toEqual([other, number]);
  });
});

test("events of STOP and START are append-only", async () => {
  await stop();
  for (const statement of [sql`update opt_out_events set evidence = 'x'`, sql`delete from opt_out_events`]) {
    await expect(db.inWorkspace(workspace.id, (tx) => statement.execute(tx))).rejects.toThrow("append-only");
  }
});

test("a number's own STOP or START closes its possible opt-outs; an unclear one only those of the same address", async () => {
  const [likelier, other, address] = [number, "+14791234567", "4791234567"];
  const unclear = { address, others: [other] };
  const waiting = async () => {
    const { rows } = await db.inWorkspace(workspace.id, (tx) =>
      sql<{ number: string; address: string | null }>`
        select number, address from possible_opt_outs where workspace_id = ${workspace.id} order by id`.execute(tx),
    );
    return rows.map((row) => `${row.number} ${row.address ?? "certainly"}`);
  };
  const wait = (from: string, written?: typeof unclear) =>
    db.inWorkspace(workspace.id, (tx) =>
      addPossibleOptOuts(tx, workspace.id, [
        { id: newId(), number: from, unclear: written, sender_id: workspace.sender.id, at: at(0) },
      ]),
    );
  await wait(likelier);
  await wait(other);
  await wait(other, { address, others: [likelier] });
  await stop({ unclear });
  expect(await waiting()).toEqual([`${other} certainly`]);
  await start({ unclear });
  expect(await rows()).toEqual([]);
  expect(await waiting(), "an unclear START does not close the other number's own").toEqual([`${other} certainly`]);
  await wait(other, { address, others: [likelier] });
  await start({ unclear, at: at(2) });
  expect(await waiting()).toEqual([`${other} certainly`]);
  await start({ number: other, at: at(3) });
  expect(await waiting()).toEqual([]);
});
