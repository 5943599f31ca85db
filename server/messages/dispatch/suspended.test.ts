/** A suspended worker keeps its sessions; it must block no other process forever, and send nothing when it wakes. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import pg from "pg";
import { pino } from "pino";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { addContacts, arrived, ledger, quota, send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { systemClock } from "../../kit/clock.ts";
import { createInboundIntake } from "../receive/inbound.ts";

const { db, connection, superuser } = await testDatabase({ max: 20 });
const admin = new pg.Client({ connectionString: superuser });
await admin.connect();
afterAll(() => admin.end());
const lease_ms = 4_000;

test("a STOP does not wait for a suspended worker, which sends nothing of lost lanes when it wakes", async () => {
  const workspace = await createTestWorkspace(db);
  const mobiles = Array.from({ length: 6 }, (_, i) => `+479100000${i}`);
  await addContacts(
    db,
    workspace.id,
    mobiles.map((mobile) => ({ mobile })),
  );
  await send(db, workspace, { class: "marketing", text: "Tilbud" });
  const program = join(import.meta.dirname, "..", "..", "..", "testing", "suspended-worker.ts");
  const worker = fork(program, [connection, String(lease_ms)], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  onTestFinished(() => void worker.kill("SIGKILL"));
  const said = once(createInterface(worker.stdout as NodeJS.ReadableStream & { fd?: number }), "line");
  await until(() => expect(stateOf(worker.pid as number)).toBe("T"));
  const [first] = await arrived(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(1);
  const stopping = mobiles.filter((mobile) => mobile !== first?.phone);

  const services = {
    db,
    clock: systemClock,
    liveUpdates: { publish() {}, publishSources() {} },
    log: pino({ level: "silent" }),
  };
  const onInbound = createInboundIntake(services);
  // The STOP is recorded while the worker is suspended: the submit lock was released with the lease.
  await onInbound(
    stopping.slice(0, 3).map((from) => ({
      workspace_id: workspace.id,
      carrier: "sandbox",
      carrier_reference: `stop ${from}`,
      from,
      to: workspace.sender.address,
      text: "STOP",
      at: new Date(),
    })),
  );
  expect(stateOf(worker.pid as number)).toBe("T");
  expect((await arrived(db, workspace.id)).filter(({ text }) => text === "Tilbud")).toHaveLength(1);

  worker.kill("SIGCONT");
  const [line] = await said;
  expect(JSON.parse(String(line))).toEqual(["accepted", ...Array.from({ length: 5 }, () => "later")]);
  // It may not record the outcomes either: the lane's holder, this worker or the other, looks them up.
  await startPipeline(db, { lease_ms, delay_ms: 0 });
  await untilFinal(db, workspace.id, ["sent", "delivered", "skipped", "received"]);
  const offers = (await arrived(db, workspace.id)).filter(({ text }) => text === "Tilbud");
  expect(offers.map(({ phone }) => phone).sort()).toEqual([first?.phone, ...stopping.slice(3)].sort());
  const skipped = (await ledger(db, workspace.id)).filter((row) => row.reason === "opted_out");
  expect(skipped.map((row) => row.number).sort()).toEqual(stopping.slice(0, 3));
  expect((await quota(db, workspace.id)).reserved).toBe(0);
});

test("while a carrier is slow the submit lock is kept, however long it takes", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
  let aborted: boolean | null = null;
  await startPipeline(db, {
    lease_ms,
    carrier: (sandbox) => ({
      ...sandbox,
      async submit(texts, signal) {
        await answered;
        aborted = signal.aborted;
        return sandbox.submit(texts, signal);
      },
    }),
  });
  await send(db, workspace, { class: "marketing" });
  /** The session with the submit lock, and its last activity; only a superuser sees that of other sessions. */
  const openGate = async () => {
    const { rows } = await admin.query<{ pid: number; heard_at: Date }>(
      `select a.pid, a.state_change as heard_at from pg_locks l join pg_stat_activity a on a.pid = l.pid
       where l.locktype = 'advisory' and l.mode = 'ShareLock' and l.granted and a.state = 'idle'
         and l.database = (select oid from pg_database where datname = current_database())`,
    );
    expect(rows).toHaveLength(1);
    return rows[0] as { pid: number; heard_at: Date };
  };
  const opened = await until(openGate);
  // An idle session would have been ended by now.
  const later = await until(async () => {
    const now = await openGate();
    expect(now.heard_at.getTime() - opened.heard_at.getTime()).toBeGreaterThan(lease_ms);
    return now;
  });
  expect(later.pid).toBe(opened.pid);
  answer();
  await untilFinal(db, workspace.id);
  expect(aborted).toBe(false);
});

test("a submission whose lock is lost for any other reason stops", async () => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }, { mobile: "+4791000002" }]);
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
  let signalled: Promise<unknown> = Promise.resolve();
  const sent: string[] = [];
  await startPipeline(db, {
    lease_ms,
    carrier: (sandbox) => ({
      ...sandbox,
      async submit(texts, signal) {
        if (sent.length === 0) {
          signalled = signal.aborted ? Promise.resolve() : once(signal, "abort");
          begin();
          await signalled;
          sent.push("broken off");
          return texts.map(() => ({ kind: "later" as const, after_ms: 0 }));
        }
        return sandbox.submit(texts, signal);
      },
    }),
  });
  await send(db, workspace, { class: "marketing" });
  await begun;
  await admin.query(
    `select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and mode = 'ShareLock'
       and database = (select oid from pg_database where datname = current_database())`,
  );
  await signalled;
  await untilFinal(db, workspace.id);
  expect(await arrived(db, workspace.id)).toHaveLength(2);
});

/** T: it is stopped. */
const stateOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0];
