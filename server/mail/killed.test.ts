/** Mails when the process that submits them is killed at any moment. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { bareEnvironment } from "../../testing/bare-environment.ts";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, mailLedger, queueLength, send } from "../../testing/mail-batch.ts";
import { submitMails } from "../../testing/mails.ts";
import { runs } from "../../testing/runs.ts";
import { smtpSink } from "../../testing/smtp-sink.ts";
import { until } from "../../testing/until.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { relayTransport } from "./relay.ts";

const { db, connection } = await testDatabase();

function startWorker(url: string): ChildProcess {
  const file = join(import.meta.dirname, "..", "..", "testing", "mail-worker.ts");
  const child = spawn(process.execPath, [file, connection, url], {
    env: bareEnvironment,
    stdio: ["ignore", "ignore", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

/** Mails that a crash may double: those whose outcome is being recorded, and those under way. */
const mostDoubled = 64 + 16;

test("killed again and again in the middle of a mailing, no mail is lost, and what is doubled has the same Message-ID", async () => {
  const { id: workspaceId } = await createTestWorkspace(db);
  const sink = await smtpSink();
  const count = 600;
  const addresses = Array.from({ length: count }, (_, i) => `p${i}@example.com`);
  await send(db, mailBatch(workspaceId, addresses));
  const kills = runs(2, 6);
  for (let n = 1; n <= kills; n++) {
    const worker = startWorker(sink.url);
    const before = sink.mails.length;
    // The leases of the process before last for minutes: each finds only what was not claimed yet.
    await until(() => expect(sink.mails.length).toBeGreaterThan(before + 20));
    worker.kill("SIGKILL");
    await new Promise((done) => worker.once("exit", done));
  }
  const dead = new Set(sink.mails.map(({ to }) => to));
  expect(dead.size).toBeLessThan(count);
  const later = { now: () => new Date(Date.now() + 600_000) };
  const transport = relayTransport({ url: sink.url, mail_domain: "sms.localhost", dkim: null });
  onTestFinished(() => transport.close());
  await submitMails({ db, clock: later, log: pino({ enabled: false }), liveUpdates: { publish() {} } }, transport);

  expect(await queueLength(db)).toBe(0);
  const ledger = await mailLedger(db, workspaceId);
  expect(new Set(ledger.map(({ status }) => status))).toEqual(new Set(["sent"]));
  const ids = new Map<string, Set<string>>();
  for (const { to, raw } of sink.mails) {
    const id = /^Message-ID:\s*<(.*?)>/m.exec(raw)?.[1] ?? "";
    ids.set(to, (ids.get(to) ?? new Set()).add(id));
  }
  expect(ids.size, "mails that arrived").toBe(count);
  expect([...ids.values()].every((each) => each.size === 1)).toBe(true);
  expect(sink.mails.length - count).toBeLessThanOrEqual(kills * mostDoubled);
});
