/** STOPs that arrive while a campaign is being submitted. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { inboundText } from "../../../testing/inbound-text.ts";
import { newId } from "../../../testing/new-id.ts";
import { addContacts, ledger, send, startPipeline } from "../../../testing/pipeline.ts";
import { runs } from "../../../testing/runs.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";

const { db } = await testDatabase({ max: 20 });

const rounds = runs(2, 30);
const stopsEach = 50;

test(`after STOP is acknowledged no marketing text leaves, in ${rounds * stopsEach} races`, async () => {
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000 });
  const numbers = Array.from({ length: 300 }, (_, i) => `+4792${String(i).padStart(6, "0")}`);
  await addContacts(
    db,
    workspace.id,
    numbers.map((mobile) => ({ mobile })),
  );
  /** When the STOP of each number was acknowledged. */
  const acknowledged = new Map<string, number>();
  const after: string[] = [];
  const pipeline = await startPipeline(db, {
    delay_ms: 3_600_000,
    carrier: (sandbox) => ({
      ...sandbox,
      limits: { ...sandbox.limits, batch: 20 },
      async submit(texts, signal) {
        const outcomes = await sandbox.submit(texts, signal);
        // The texts have left by now.
        for (const text of texts) if (text.class === "marketing" && acknowledged.has(text.to)) after.push(text.to);
        return outcomes;
      },
    }),
  });
  let submitted = 0;
  for (let round = 0; round < rounds; round++) {
    acknowledged.clear();
    await db.asSystem((tx) => sql`delete from opt_outs`.execute(tx));
    await send(db, workspace, { class: "marketing", source: { type: "campaign", id: newId(), at: new Date() } });
    const shuffled = numbers.toSorted(() => Math.random() - 0.5).slice(0, stopsEach);
    const stops = shuffled.map(async (number) => {
      await pipeline.onInbound([inboundText(workspace, number, "STOP")]);
      acknowledged.set(number, performance.now());
    });
    await Promise.all(stops);
    await until(async () => {
      const { rows } = await db.inWorkspace(workspace.id, (tx) =>
        sql`select 1 from message_queue where workspace_id = ${workspace.id} limit 1`.execute(tx),
      );
      expect(rows).toEqual([]);
    });
    submitted += 1;
  }
  expect(submitted).toBe(rounds);
  expect(after).toEqual([]);
  const rows = await ledger(db, workspace.id);
  // There were races: some texts were stopped at the last moment, others had left before.
  expect(rows.filter((row) => row.status === "skipped" && row.reason === "opted_out").length).toBeGreaterThan(0);
  expect(rows.filter((row) => row.status === "sent" && row.source_type === "campaign").length).toBeGreaterThan(0);
});
