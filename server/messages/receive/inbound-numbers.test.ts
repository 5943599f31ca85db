/** Which number and contact a text belongs to, in every spelling of the network. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { inboundText, listOptOuts } from "../../../testing/inbound-text.ts";
import { addContacts, ledger, send, untilFinal, startPipeline } from "../../../testing/pipeline.ts";
import { until } from "../../../testing/until.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";
import { newId } from "../../kit/id.ts";

const { db } = await testDatabase({ max: 20 });

const numbersOf = async (workspace: TestWorkspace) => (await listOptOuts(db, workspace.id)).map(({ number }) => number);

test.each([
  ["+525512345678", "+5215512345678"],
  ["+525512345678", "5215512345678"],
  ["+5491123456789", "+541123456789"],
  ["+5491123456789", "541123456789"],
])("%s is opted out by a STOP from %s", async (mobile, from) => {
  const workspace = await createTestWorkspace(db);
  await addContacts(db, workspace.id, [{ mobile }]);
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([inboundText(workspace, from, "STOP")]);
  await untilFinal(db, workspace.id);
  expect(await numbersOf(workspace)).toEqual([mobile]);
  expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });
});

test("stored STOPs of a Mexican number in the old form apply to the number in the new form", async () => {
  const workspace = await createTestWorkspace(db);
  const elsewhere = await createTestWorkspace(db);
  const migration = await readFile(join(import.meta.dirname, "../../migrations/0025-mexican-stops.sql"), "utf8");
  await addContacts(db, workspace.id, [{ mobile: "+525512345678" }]);
  await db.inWorkspace(workspace.id, async (tx) => {
    for (const number of ["+5215512345678", "+52155123456", "+4791234567"])
      await sql`insert into opt_outs values (${workspace.id}, ${number}, ${workspace.sender.id}, now(), 'sms', 'STOP')`.execute(
        tx,
      );
    await sql`
      insert into opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at)
      values (${workspace.id}, '+5215512345678', ${newId(new Date())}, ${workspace.sender.id}, true, 'sms', 'STOP', now())`.execute(
      tx,
    );
  });
  for (let run = 0; run < 2; run++) await db.asSystem((tx) => sql.raw(migration).execute(tx));
  expect(await numbersOf(workspace)).toEqual(["+4791234567", "+52155123456", "+5215512345678", "+525512345678"]);
  expect(await numbersOf(elsewhere)).toEqual([]);
  expect(await send(db, workspace, { class: "marketing" })).toMatchObject({ queued: 0, skipped: { opted_out: 1 } });
  const { rows } = await db.inWorkspace(workspace.id, (tx) =>
    sql`select number, evidence from opt_out_events where workspace_id = ${workspace.id} order by number`.execute(tx),
  );
  expect(rows).toEqual([
    { number: "+5215512345678", evidence: "STOP" },
    { number: "+525512345678", evidence: "STOP" },
  ]);
});

test("a number without its + is still read as E.164, and a national one as a number of the country", async () => {
  const workspace = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  for (const from of ["46701234567", "4791000004", "91000005", "19999"])
    await pipeline.onInbound([inboundText(workspace, from, "Hei")]);
  expect((await ledger(db, workspace.id)).map((row) => row.number)).toEqual([
    "+46701234567",
    "+4791000004",
    "+4791000005",
    "19999",
  ]);
});

test("a contact's number that is in no numbering plan is recognised without its + too", async () => {
  const workspace = await createTestWorkspace(db);
  const [contact] = await addContacts(db, workspace.id, [{ mobile: "+4759000031" }]);
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([inboundText(workspace, "4759000031", "STOP"), inboundText(workspace, "4759000032", "Hei")]);
  const received = (await ledger(db, workspace.id)).filter((row) => row.status === "received");
  expect(received.map((row) => [row.number, row.contact_id])).toEqual([
    ["+4759000031", contact],
    ["4759000032", null],
  ]);
});

test("a text to a number that is no sender is dropped, the others of the batch are stored", async () => {
  const workspace = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  await pipeline.onInbound([
    { ...inboundText(workspace, "+4791000005", "?"), to: "+4700000000" },
    inboundText(workspace, "+4791000005", "!"),
  ]);
  expect((await ledger(db, workspace.id)).map(({ text }) => text)).toEqual(["!"]);
});

test("a text from a phone of two contacts belongs to the one that the sender wrote to last, else the one with it as mobile, else the oldest", async () => {
  const workspace = await createTestWorkspace(db);
  const pipeline = await startPipeline(db);
  const shared = "+4791000011";
  const [older, younger] = await addContacts(db, workspace.id, [
    { phone: shared, phone_kind: "mobile" },
    { phone: shared, phone_kind: "mobile" },
  ]);
  const lastContact = async () => (await ledger(db, workspace.id)).at(-1)?.contact_id;
  await pipeline.onInbound([inboundText(workspace, shared, "Hei")]);
  expect(await lastContact(), "the oldest").toBe(older);
  await send(db, workspace, { recipients: { contacts: sql`select ${younger}::uuid` } });
  await untilFinal(db, workspace.id);
  await pipeline.onInbound([inboundText(workspace, shared, "Hei")]);
  expect(await lastContact(), "written to last").toBe(younger);
  const answer = await send(db, workspace, { recipients: { people: [{ number: shared }] } });
  expect(answer.queued).toBe(1);
  expect(await lastContact(), "an answer belongs to the same contact").toBe(younger);
  const [mobile] = await addContacts(db, workspace.id, [{ mobile: "+4791000012" }]);
  await addContacts(db, workspace.id, [{ phone: "+4791000012", phone_kind: "mobile" }]);
  await pipeline.onInbound([inboundText(workspace, "+4791000012", "Hei")]);
  expect(await lastContact(), "the mobile's").toBe(mobile);

  await pipeline.onInbound([inboundText(workspace, shared, "STOP")]);
  const both = sql`select unnest(${[older, younger]}::uuid[])`;
  const marketing = { class: "marketing", recipients: { contacts: both } } as const;
  expect(await send(db, workspace, marketing), "a STOP is for the number").toMatchObject({ queued: 0 });
});

test("an address that can be two numbers: START lifts the opt-outs of its own STOP, and not those of one number's", async () => {
  const workspace = await createTestWorkspace(db, { country: "US" });
  await addContacts(db, workspace.id, [{ mobile: "+14792234567" }]);
  const pipeline = await startPipeline(db);
  const [likelier, other] = ["+14792234567", "+4792234567"];
  const from = "4792234567";
  const numbers = async () => (await listOptOuts(db, workspace.id)).map(({ number }) => number);
  const bring = async (address: string, text: string) => {
    const at = new Date(await nextMoment());
    await pipeline.onInbound([{ ...inboundText(workspace, address, text), at }]);
  };
  await bring(likelier, "STOP");
  await bring(from, "STOP");
  expect(await numbers()).toEqual([likelier, other]);
  await bring(from, "START");
  expect(await numbers(), "the likelier was opted out before").toEqual([]);
  await bring(other, "STOP");
  await bring(from, "STOP");
  await bring(from, "START");
  expect(await numbers(), "the other sent a STOP itself").toEqual([other]);
  await bring(other, "START");
  expect(await numbers()).toEqual([]);
});

let lastMoment = 0;
/** Now, and later than the last one. */
async function nextMoment(): Promise<number> {
  await until(() => expect(Date.now()).toBeGreaterThan(lastMoment));
  return (lastMoment = Date.now());
}
