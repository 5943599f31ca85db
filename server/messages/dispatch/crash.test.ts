import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { addManyContacts, arrived, ledger, quota, send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";

const { db, connection } = await testDatabase({ max: 20 });
const worker = join(import.meta.dirname, "..", "..", "..", "testing", "pipeline-worker.ts");

async function runUntilKilled(...given: string[]): Promise<void> {
  const child = spawn(process.execPath, [worker, connection, ...given], { stdio: "inherit" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [, signal] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
}

for (const point of ["before-submit", "after-submit"]) {
  test(`killed ${point.replace("-", " ")}: the next worker finishes, no text is lost and none goes twice`, async () => {
    const workspace = await createTestWorkspace(db);
    await addManyContacts(db, workspace.id, 60);
    const { source } = await send(db, workspace, { class: "marketing" });
    await runUntilKilled(point, "3");

    const open = await db.asSystem((tx) =>
      sql<{ seqs: string[] }>`select seqs from dispatch_journal where workspace_id = ${workspace.id}`.execute(tx),
    );
    expect(open.rows.flatMap((row) => row.seqs).length).toBeGreaterThanOrEqual(10);
    expect((await arrived(db, workspace.id)).length).toBe(point === "before-submit" ? 20 : 30);

    await startPipeline(db);
    await untilFinal(db, workspace.id);
    const texts = await arrived(db, workspace.id);
    expect(texts).toHaveLength(60);
    expect(new Set(texts.map((each) => each.message_id)).size).toBe(60);
    const rows = await ledger(db, workspace.id);
    expect(new Set(rows.map((row) => row.status))).toEqual(new Set(["delivered"]));
    expect(rows.every((row) => row.sent_at !== null && row.carrier_reference !== null)).toBe(true);
    expect(await quota(db, workspace.id)).toEqual({ used: 60, reserved: 0 });
    const counts = await db.inWorkspace(workspace.id, (tx) =>
      sql<{ status: string; n: number }>`
        select status, sum(n)::bigint as n from message_counts where workspace_id = ${workspace.id} and source_id = ${source.id}
        group by 1 order by 1`.execute(tx),
    );
    expect(counts.rows).toEqual([
      { status: "delivered", n: 60 },
      { status: "queued", n: 60 },
      { status: "sent", n: 60 },
    ]);
  });
}
