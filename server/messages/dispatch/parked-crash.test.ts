/** A worker that is killed while parked texts move at their moment, and another that finishes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { runDue } from "../../../testing/due.ts";
import { addManyContacts, arrived, ledger, quota, send, startPipeline } from "../../../testing/pipeline.ts";
import { seeded } from "../../../testing/random.ts";
import { runs } from "../../../testing/runs.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { dueParked, pauseSource, resumeSource } from "../hold-source.ts";

const { db, connection } = await testDatabase({ max: 20 });
const program = join(import.meta.dirname, "..", "..", "..", "testing", "pipeline-worker.ts");

function startWorker(...given: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, connection, ...given], { stdio: "inherit" });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function killed(child: ChildProcess): Promise<void> {
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
}

const count = async (table: "message_queue" | "parked_messages", { id }: TestWorkspace) => {
  const { rows } = await db.asSystem((tx) =>
    sql`select 1 from ${sql.table(table)} where workspace_id = ${id}`.execute(tx),
  );
  return rows.length;
};

/** Another worker finishes: each text has left once, and is paid once. */
async function finishes(workspace: TestWorkspace, texts: number): Promise<void> {
  await startPipeline(db);
  const due = dueParked({ db, log: pino({ enabled: false }) });
  await until(async () => {
    await runDue(due);
    const statuses = new Set((await ledger(db, workspace.id)).map(({ status }) => status));
    expect([...statuses]).toEqual(["delivered"]);
  });
  const sent = await arrived(db, workspace.id);
  expect([sent.length, new Set(sent.map(({ message_id }) => message_id)).size]).toEqual([texts, texts]);
  expect(await quota(db, workspace.id)).toEqual({ used: texts, reserved: 0 });
  expect([await count("message_queue", workspace), await count("parked_messages", workspace)]).toEqual([0, 0]);
}

const texts = 60;

for (const [point, which, left] of [
  // The transaction is rolled back: all are parked as before.
  ["in-move", 1, { parked: texts, arrived: 0 }],
  ["after-move", 1, { parked: 0 }],
  ["before-submit", 2, { arrived: 10 }],
  ["after-submit", 2, { arrived: 20 }],
] as const) {
  test(`killed ${point.replace("-", " ")} of parked texts at their moment: the next worker finishes, each text leaves once`, async () => {
    const workspace = await createTestWorkspace(db);
    await addManyContacts(db, workspace.id, texts);
    const now = new Date(Date.now() - 60_000);
    const moment = new Date(now.getTime() + 1_000);
    // As a minute ago: parked then, and due since.
    await send(db, workspace, { class: "marketing", now, moment: () => moment });
    expect(await count("parked_messages", workspace)).toBe(texts);
    await killed(startWorker(point, String(which)));
    const state = {
      parked: await count("parked_messages", workspace),
      arrived: (await arrived(db, workspace.id)).length,
    };
    expect(state).toMatchObject(left);
    await finishes(workspace, texts);
  });
}

test("killed at any moment while parked texts move and their source is paused and resumed, each text leaves once", async () => {
  const random = seeded(5);
  const workspace = await createTestWorkspace(db);
  const many = 400;
  await addManyContacts(db, workspace.id, many);
  const began = Date.now();
  const { source } = await send(db, workspace, {
    class: "marketing",
    moment: () => new Date(began + random.whole(200, 3_000)),
  });
  const key = { workspace_id: workspace.id, source_id: source.id as string };
  for (let kill = 0; kill < runs(3, 12); kill++) {
    const worker = startWorker();
    const before = (await arrived(db, workspace.id)).length;
    // Something leaves, unless all has, and then a pause parks what is in the queue.
    await until(async () => {
      if ((await count("parked_messages", workspace)) === 0) return;
      expect((await arrived(db, workspace.id)).length).toBeGreaterThan(before);
    });
    await db.inWorkspace(workspace.id, (tx) => pauseSource(tx, key));
    const paused = (await arrived(db, workspace.id)).length;
    await delay(random.whole(0, 100));
    worker.kill("SIGKILL");
    await killed(worker);
    expect((await arrived(db, workspace.id)).length, "texts that left during the pause").toBe(paused);
    await db.inWorkspace(workspace.id, (tx) => resumeSource(tx, key));
  }
  await finishes(workspace, many);
});
