/** Fallback carriers: used only where the carrier before certainly did not take the text, so that none goes twice. */
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { SmppSettings } from "../../../contract/carriers.ts";
import { giveSenders } from "../../../testing/carriers.ts";
import { testDatabase } from "../../../testing/database.ts";
import { startTestPath } from "../../../testing/message-path.ts";
import { addManyContacts, ledger, quota, send, untilFinal } from "../../../testing/pipeline.ts";
import { type Smsc, startSmsc } from "../../../testing/smsc.ts";
import { onThisMachine } from "../../../testing/targets.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { addCarrier, setRoutes } from "../../carriers/carriers.ts";
import { createConnections } from "../../carriers/connections.ts";
import { createSandbox } from "../../carriers/sandbox/sandbox.ts";
import { smppCarrier } from "../../carriers/smpp/smpp.ts";
import { twilioCarrier } from "../../carriers/twilio/twilio.ts";
import { systemClock } from "../../kit/clock.ts";
import { openDb } from "../../kit/db.ts";
import { createSeal } from "../../kit/seal.ts";
import { pathConnections } from "../dispatch/message-path.ts";

const { db } = await testDatabase({ max: 20 });
const seal = createSeal("a test's key of at least thirty-two characters");
const services = {
  clock: systemClock,
  log: pino({ level: process.env.TEST_LOG ?? "silent" }),
  liveUpdates: { publish() {}, publishSources() {} },
};

interface Pair {
  workspace: TestWorkspace;
  /** Of the sender's own carrier, and of the fallback for texts to Norway. */
  own: Smsc;
  other: Smsc;
}

/** A workspace with two connections and a worker, wired as main does it. */
async function startPair(): Promise<Pair> {
  const workspace = await createTestWorkspace(db);
  const [own, other] = [await startSmsc(), await startSmsc()];
  await db.inWorkspace(workspace.id, async (tx) => {
    const add = ({ port }: Smsc) => {
      const settings = SmppSettings.parse({ host: "127.0.0.1", port, system_id: "varsla", response_seconds: 1 });
      const secrets = { password: "secret" };
      return addCarrier(tx, seal, workspace.id, { kind: "smpp", enabled: true, settings, secrets }, new Date());
    };
    await giveSenders(tx, workspace.id, await add(own));
    await setRoutes(tx, workspace.id, [{ country: "NO", carriers: [await add(other)] }], new Date());
  });
  const pathDb = openDb({
    connection: { ...db.pool.options },
    workspaces: { ...db.workspacePool.options },
    max: pathConnections,
  });
  const makers = {
    smpp: smppCarrier({ targets: onThisMachine, sweep_ms: 50 }),
    twilio: twilioCarrier({ api_url: "http://127.0.0.1:1" }),
  };
  const sandbox = createSandbox({ ...services, db: pathDb });
  const carriers = createConnections(
    { ...services, db: pathDb, seal, sandbox, makers, public_url: "http://localhost" },
    { every_ms: 50, down_after_ms: 200 },
  );
  const path = await startTestPath({ ...services, pathDb, db, carriers });
  onTestFinished(async () => {
    await path.stop();
    await pathDb.close();
    await Promise.all([own.stop(), other.stop()]);
  });
  await until(() => expect([own.bound(), other.bound()]).toEqual([1, 1]));
  return { workspace, own, other };
}

const to = (...numbers: string[]) => ({ recipients: { people: numbers.map((number) => ({ number })) } });
const takenBy = (smsc: Smsc) => smsc.taken.map((text) => `+${text.to}`).sort();

test("a text that its carrier cannot carry goes through a fallback of the recipient's country, one to a bad number through none", async () => {
  const { workspace, own, other } = await startPair();
  // A foreign sender; an unknown number; and again a foreign sender, to a country without a fallback.
  own.behave({ submit_status_to: { "4790000001": 0x0a, "4790000002": 0x0b, "46701234567": 0x0a } });
  await send(db, workspace, to("+4790000001", "+4790000002", "+4790000003", "+46701234567"));
  await untilFinal(db, workspace.id);
  expect([takenBy(own), takenBy(other)]).toEqual([["+4790000003"], ["+4790000001"]]);
  const said = new Map((await ledger(db, workspace.id)).map((row) => [row.number, [row.status, row.reason]]));
  expect(Object.fromEntries(said)).toEqual({
    "+4790000001": ["delivered", null],
    "+4790000002": ["failed", "unknown_number"],
    "+4790000003": ["delivered", null],
    "+46701234567": ["failed", "carrier_violation"],
  });
  expect(await quota(db, workspace.id)).toEqual({ used: 2, reserved: 0 });
});

test("a text that every carrier refuses fails with the last one's reason, and its segments are released", async () => {
  const { workspace, own, other } = await startPair();
  for (const smsc of [own, other]) smsc.behave({ submit_status: 0x0a });
  await send(db, workspace, to("+4790000001"));
  await untilFinal(db, workspace.id);
  expect([own.counts.submits, other.counts.submits]).toEqual([1, 1]);
  expect(await ledger(db, workspace.id)).toMatchObject([{ status: "failed", carrier_error: "0x0000000A" }]);
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 0 });
});

test("while its carrier is down a fallback carries texts that are not submitted yet", async () => {
  const { workspace, own, other } = await startPair();
  await own.stop();
  await send(db, workspace, to("+4790000001", "+4790000002"));
  await untilFinal(db, workspace.id);
  expect(takenBy(other)).toEqual(["+4790000001", "+4790000002"]);
});

test("a text with an unknown outcome is never offered to another carrier, even if its own is removed", async () => {
  const { workspace, own, other } = await startPair();
  own.behave({ unanswered_share: 1 });
  await addManyContacts(db, workspace.id, 1);
  await send(db, workspace, { class: "marketing" });
  await until(() => expect(own.counts.taken).toBe(1));
  await own.stop();
  await untilFinal(db, workspace.id);
  expect(other.counts.submits).toBe(0);
  expect(await ledger(db, workspace.id)).toMatchObject([{ status: "failed", reason: "uncertain" }]);
});
