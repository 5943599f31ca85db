/** Sources of which as many texts are sent as fit into the quota. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { messageScope, type TemplateScope } from "../../../rules/placeholder-names.ts";
import { parseTemplate } from "../../../rules/placeholders.ts";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { batchOf, ledger, quota, send } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { workspaceScope } from "../../kit/db.ts";
import { preparedTransaction } from "../../kit/prepared.ts";
import type { MessageBatch, Person } from "./batch.ts";
import { sendMessages } from "./send-messages.ts";

const { db } = await testDatabase({ max: 20 });
const scope = { ...messageScope, "booking.notes": { example: "Hei", type: "text" } } as const satisfies TemplateScope;
const parsed = parseTemplate("{{ booking.notes }}", scope);
if (!parsed.ok) throw new Error("the template does not parse");
const { template } = parsed;

const newSource = () => ({ type: "api" as const, id: newId(), at: new Date() });
/** Texts of so many segments, one person each; every text has a letter of its own. */
const people = (segments: readonly number[], prefix = "a"): Person[] =>
  segments.map((n, i) => ({
    number: `+47${91_000_000 + prefix.charCodeAt(0) * 1_000 + i}`,
    key: `${prefix} ${i}`,
    values: { booking: { notes: "x".repeat(n === 1 ? 10 : 153 * n) } },
  }));

const fitting = (all: Person[], parts: Partial<MessageBatch> = {}): Partial<MessageBatch> => ({
  template,
  source: newSource(),
  recipients: { people: all },
  quota: { kind: "reserve-what-fits" },
  ...parts,
});

/** What is in the queue, and what the figures of a source are. */
async function written({ id }: TestWorkspace, sourceId: string | null) {
  return db.inWorkspace(id, async (tx) => {
    const queue = await sql<{ n: number; segments: number }>`
      select count(*)::int as n, coalesce(sum(m.segments), 0)::int as segments from message_queue q
      join messages m on m.workspace_id = ${id} and m.id = q.message_id and m.status = 'queued' where q.workspace_id = ${id}`.execute(
      tx,
    );
    const counts = await sql<{ status: string; reason: string; n: number }>`
      select status, reason, sum(n)::int as n from message_counts where workspace_id = ${id} and source_id = ${sourceId}
      group by 1, 2 order by 1, 2`.execute(tx);
    return { ...queue.rows[0], counts: counts.rows.map(({ status, reason, n }) => [status, reason, n]) };
  });
}

test("people in their order get their text while segments are left; a shorter one goes where a longer one did not fit", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 4 });
  const batch = fitting(people([2, 3, 1, 1, 1]));
  const result = await send(db, workspace, batch);
  expect(result.messages.map(({ status, reason, segments }) => reason ?? `${status} ${segments}`)).toEqual([
    "queued 2",
    "quota_exceeded",
    "queued 1",
    "queued 1",
    "quota_exceeded",
  ]);
  expect(result).toMatchObject({ queued: 3, skipped: { quota_exceeded: 2 }, segments: 4 });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 4 });
  expect(await written(workspace, result.source.id)).toEqual({
    n: 3,
    segments: 4,
    counts: [
      ["queued", "", 3],
      ["skipped", "quota_exceeded", 2],
    ],
  });
});

test("with nothing left all are skips, and where everything fits nobody is", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 2 });
  expect(await send(db, workspace, fitting(people([1, 1])))).toMatchObject({ queued: 2, skipped: {} });
  expect(await send(db, workspace, fitting(people([1, 2], "b")))).toMatchObject({ queued: 0, segments: 0 });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 2 });
});

test("texts that exist already take nothing of what is left, and skipped ones stay skipped", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 4 });
  const source = newSource();
  const first = people([2, 3]);
  await send(db, workspace, fitting(first, { source }));
  const again = await send(db, workspace, fitting([...first, ...people([2, 1], "b")], { source }));
  expect(again).toMatchObject({ queued: 1, segments: 2, skipped: { quota_exceeded: 1 } });
  expect((await ledger(db, workspace.id)).map(({ status }) => status).sort()).toEqual([
    "queued",
    "queued",
    "skipped",
    "skipped",
  ]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 4 });
});

for (const kind of ["plain", "prepared"] as const)
  test(`of two batches at once the second sends what the first has left (${kind} transactions)`, async () => {
    const workspace = await createTestWorkspace(db, { allowance: 5 });
    const transaction = <T>(work: Parameters<typeof db.inWorkspace<T>>[1]) =>
      kind === "plain"
        ? db.inWorkspace(workspace.id, work)
        : preparedTransaction(db.workspacePool, workspaceScope(workspace.id), work);
    const [one, two] = [
      await batchOf(db, workspace, fitting(people([1, 1, 1]))),
      await batchOf(db, workspace, fitting(people([1, 2, 1, 1], "b"))),
    ];
    await send(db, workspace, fitting(people([]))); // makes the period
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const { promise: done, resolve: wrote } = Promise.withResolvers<void>();
    const first = transaction(async (tx) => {
      const result = await sendMessages(tx, one);
      wrote();
      await held;
      return result;
    });
    await done;
    // It sees five segments, writes all of its texts, and waits for the first one's commit.
    const second = transaction(async (tx) => {
      const result = await sendMessages(tx, two);
      return result;
    });
    await until(async () => {
      const { rows } = await db.asSystem((tx) =>
        sql`select 1 from pg_locks l join pg_stat_activity a on a.pid = l.pid
          where a.datname = current_database() and l.locktype = 'transactionid' and not l.granted`.execute(tx),
      );
      expect(rows).toHaveLength(1);
    });
    letGo();
    expect(await first).toMatchObject({ queued: 3, skipped: {} });
    const result = await second;
    expect(result.messages.map(({ reason }) => reason)).toEqual([null, "quota_exceeded", null, "quota_exceeded"]);
    expect(result).toMatchObject({ queued: 2, skipped: { quota_exceeded: 2 }, segments: 2 });
    expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 5 });
    expect(await written(workspace, two.source.id)).toEqual({
      n: 5,
      segments: 5,
      counts: [
        ["queued", "", 2],
        ["skipped", "quota_exceeded", 2],
      ],
    });
  });

test("many batches at once use the quota up and never exceed it", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 37 });
  const sent = await Promise.all(
    [..."abcdefgh"].map((prefix) => send(db, workspace, fitting(people(Array(10).fill(1), prefix)))),
  );
  expect(sent.reduce((sum, { queued }) => sum + queued, 0)).toBe(37);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 37 });
  expect(await ledger(db, workspace.id)).toHaveLength(80);
});

test("texts without a source's id are sent as far as they fit too", async () => {
  const workspace = await createTestWorkspace(db, { allowance: 2 });
  const source = { type: "api" as const, id: null, at: new Date() };
  expect(await send(db, workspace, fitting(people([1, 2, 1]), { source }))).toMatchObject({ queued: 2, segments: 2 });
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 2 });
});
