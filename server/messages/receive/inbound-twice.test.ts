/** The same text from a handset repeatedly, through any number of processes; and malformed texts. */
import { sql } from "kysely";
import { pino } from "pino";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { inboundText } from "../../../testing/inbound-text.ts";
import { addContacts, ledger, startPipeline } from "../../../testing/pipeline.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import type { InboundText } from "../../carriers/carrier.ts";
import { systemClock } from "../../kit/clock.ts";
import { openDb } from "../../kit/db.ts";
import { createInboundIntake, type InboundIntake } from "./inbound.ts";

const { db, connection, workspaces } = await testDatabase();

/** An intake as in a process of its own: only the database is shared. */
function intakeOfItsOwn(): InboundIntake {
  const own = openDb({ connection, workspaces, max: 4 });
  onTestFinished(() => own.close());
  return createInboundIntake({
    db: own,
    clock: systemClock,
    liveUpdates: { publish() {}, publishSources() {} },
    log: pino({ level: "silent" }),
  });
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

test("the same text twice is one; any spelling of a number is one number", async () => {
  const workspace = await createTestWorkspace(db);
  const [contact] = await addContacts(db, workspace.id, [{ mobile: "+4791000004" }]);
  const pipeline = await startPipeline(db);
  const text = inboundText(workspace, "004791000004", "Hei");
  await Promise.all([pipeline.onInbound([text]), pipeline.onInbound([text]), pipeline.onInbound([text, text])]);
  const rows = await ledger(db, workspace.id);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ number: "+4791000004", contact_id: contact, status: "received" });
});

test("a text with malformed fields is stored, and so are the others of its batch", async () => {
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
    // Equal references in both rounds would be one text.
    for (const each of texts) each.carrier_reference += text;
    const good = textTo(workspace, text, `${text} good`);
    await Promise.all([intake([...texts.slice(0, 4), good]), intake(texts.slice(4)), intake(texts)]);
    expect((await received(workspace)).length - before).toBe(broken.length + 1);
  }
});

async function received(workspace: TestWorkspace) {
  return (await ledger(db, workspace.id)).filter((row) => row.status === "received");
}
