/** The same text from a handset as often as a carrier likes, through any number of processes; and texts as none should come. */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { ledger } from "../../testing/road.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import type { InboundText } from "../carriers/carrier.ts";
import { systemClock } from "../kit/clock.ts";
import { openDb } from "../kit/db.ts";
import { createInboundIntake, type InboundIntake } from "./inbound.ts";

const { db, connection, workspaces } = await testDatabase();

/** An intake as each process has its own: nothing is shared but the database. */
function intakeOfItsOwn(): InboundIntake {
  const own = openDb({ connection, workspaces, max: 4 });
  onTestFinished(() => own.close());
  return createInboundIntake({ db: own, clock: systemClock, news: { tell() {} }, log: pino({ level: "silent" }) });
}

const textTo = (workspace: TestWorkspace, text: string, reference: string): InboundText => ({
  workspace_id: workspace.id,
  carrier: "sandbox",
  carrier_reference: reference,
  from: "+4791000001",
  to: workspace.sender.address,
  text,
  at: new Date(),
});

test.each(["Hei", "STOP", "HELP"])("%s twenty times at once through two processes is one message", async (text) => {
  const workspace = await createTestWorkspace(db);
  const intakes = [intakeOfItsOwn(), intakeOfItsOwn()];
  const same = textTo(workspace, text, "the same");
  await Promise.all(Array.from({ length: 20 }, (_, i) => intakes[i % 2]?.([same])));
  const rows = await ledger(db, workspace.id);
  expect(rows.filter((row) => row.status === "received")).toHaveLength(1);
  const answers = { Hei: [], STOP: ["opt_out_confirmation"], HELP: ["help"] }[text];
  expect(rows.filter((row) => row.status !== "received").map((row) => row.source_type)).toEqual(answers);
  const seen = await db.asSystem((tx) =>
    sql`select 1 from inbound_seen where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(seen.rows).toHaveLength(1);
});

test("whatever a carrier puts into a text's fields, it is kept, and so are those that came with it", async () => {
  const workspace = await createTestWorkspace(db);
  const intake = intakeOfItsOwn();
  const huge = "9".repeat(2 ** 20);
  const broken: Partial<InboundText>[] = [
    { from: "\0\ud800" },
    { from: huge },
    { text: "\0a\udfff\0" },
    { text: "x".repeat(2 ** 20) },
    { at: new Date(Number.NaN) },
    { at: new Date(-8.64e15) },
    { at: new Date(8.64e15) },
    { carrier_reference: huge },
    { carrier_reference: "\0r\ud800" },
  ];
  for (const text of ["Hei", "STOP"]) {
    const before = (await received(workspace)).length;
    const texts = broken.map((parts, i) => ({ ...textTo(workspace, text, `${text} ${i}`), ...parts }));
    // References that both lots share would be one text each.
    for (const each of texts) each.carrier_reference += text;
    const good = textTo(workspace, text, `${text} good`);
    await Promise.all([intake([...texts.slice(0, 4), good]), intake(texts.slice(4)), intake(texts)]);
    expect((await received(workspace)).length - before).toBe(broken.length + 1);
  }
});

async function received(workspace: TestWorkspace) {
  return (await ledger(db, workspace.id)).filter((row) => row.status === "received");
}
