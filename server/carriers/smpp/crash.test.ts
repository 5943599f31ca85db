/** A worker is killed while its texts are with a provider; the next worker reconciles them. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type TestDatabase, testDatabase } from "../../../testing/database.ts";
import { addManyContacts, ledger, quota, send, untilFinal } from "../../../testing/pipeline.ts";
import { addSmppConnection, startSmppPipeline } from "../../../testing/smpp-pipeline.ts";
import { type Smsc, startSmsc } from "../../../testing/smsc.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";

/** One for each test: a worker takes all lanes that there are. */
const databases = await Promise.all(Array.from({ length: 4 }, () => testDatabase()));
const worker = join(import.meta.dirname, "..", "..", "..", "testing", "smpp-worker.ts");
const texts = 30;
const batch = 10;

interface Crash {
  class: "transactional" | "marketing";
  /** Whether the provider's responses had arrived. */
  answered: boolean;
  reference_tlv?: number;
}

/** Lets a worker submit its first batch, kills it, and lets another finish. */
async function crash({ class: messageClass, answered, reference_tlv }: Crash) {
  const { db, connection } = databases.pop() as TestDatabase;
  const smsc: Smsc = await startSmsc({
    behaviour: { unanswered_share: answered ? 0 : 1, echo_tag: reference_tlv ?? null },
  });
  onTestFinished(() => smsc.stop());
  const workspace = await createTestWorkspace(db);
  const settings = { port: smsc.port, response_seconds: 1, reference_tlv: reference_tlv ?? null };
  const carrier_id = await addSmppConnection(db, workspace, settings);
  await addManyContacts(db, workspace.id, texts);
  await send(db, workspace, { class: messageClass });

  const child = spawn(
    process.execPath,
    [
      worker,
      connection,
      workspace.id,
      carrier_id,
      JSON.stringify({ ...settings, response_seconds: 300 }),
      String(batch),
      ...(answered ? ["unrecorded"] : []),
    ],
    { stdio: ["ignore", "pipe", "inherit", "ipc"] },
  );
  onTestFinished(() => void child.kill("SIGKILL"));
  const exit = once(child, "exit");
  if (answered) await once(child.stdout as NodeJS.ReadableStream, "data");
  else await until(() => expect(smsc.counts.taken).toBe(batch));
  child.kill("SIGKILL");
  await exit;
  expect(smsc.taken).toHaveLength(batch);

  smsc.behave({ unanswered_share: 0 });
  await startSmppPipeline(db, workspace, settings, { carrier_id, lease_ms: 1_500, receipts_within_ms: 500 });
  await untilFinal(db, workspace.id);
  const rows = await ledger(db, workspace.id);
  const copies = Map.groupBy(smsc.taken, (text) => text.to);
  expect(copies.size).toBe(texts);
  expect(await quota(db, workspace.id)).toEqual({ used: texts, reserved: 0 });
  return {
    doubled: [...copies.values()].filter((each) => each.length > 1).length,
    delivered: rows.filter((row) => row.status === "delivered").length,
    uncertain: rows.filter((row) => row.reason === "uncertain").length,
    failed: rows.filter((row) => row.status === "failed").length,
  };
}

test("killed while a provider has its texts: none is lost, and none of marketing's goes twice", async () => {
  const [map, marketing, transactional, echoed] = await Promise.all([
    crash({ class: "marketing", answered: true }),
    crash({ class: "marketing", answered: false }),
    crash({ class: "transactional", answered: false }),
    crash({ class: "marketing", answered: false, reference_tlv: 0x1501 }),
  ]);
  // The provider's ids are stored before the submission is recorded: the next worker finds that all went.
  expect(map).toEqual({ doubled: 0, delivered: texts, uncertain: 0, failed: 0 });
  // The outcome is unknown: marketing texts end as uncertain; transactional ones are sent once more.
  expect(marketing).toEqual({ doubled: 0, delivered: texts - batch, uncertain: batch, failed: batch });
  expect(transactional).toEqual({ doubled: batch, delivered: texts, uncertain: batch, failed: 0 });
  // Receipts repeat our reference, and so show that they went.
  expect(echoed).toEqual({ doubled: 0, delivered: texts, uncertain: 0, failed: 0 });
});
