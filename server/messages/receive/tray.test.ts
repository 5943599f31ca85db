/** Texts that may be a STOP: shown, never obeyed without a decision, never lost. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testWatch } from "../../../testing/alerts.ts";
import { testApp, workspaceWithKey } from "../../../testing/app.ts";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addContacts, startPipeline } from "../../../testing/pipeline.ts";
import { listSenders } from "../../senders/senders-store.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const { call } = await testApp(database);

let count = 0;

/** A workspace with a contact, and a function that receives texts from its number. */
async function scene() {
  const { id, key } = await workspaceWithKey(database);
  const [sender] = await db.inWorkspace(id, (tx) => listSenders(tx, id));
  const mobile = "+4791000001";
  const [contact = ""] = await addContacts(db, id, [{ mobile, first_name: "Ola" }]);
  const pipeline = await startPipeline(db);
  const say = (text: string, from = mobile) =>
    pipeline.onInbound([
      {
        workspace_id: id,
        carrier: "sandbox",
        carrier_reference: `in-${++count}`,
        from,
        to: sender?.address ?? "",
        text,
        at: new Date(),
      },
    ]);
  const get = async (path: string) => (await call(`GET ${path}`, { key })).body;
  const decide = (message: string, decision: string) => call(`POST /tray/${message}`, { key, body: { decision } });
  return { id, key, contact, sender: sender?.address, mobile, say, get, decide };
}

test("a text that may be a STOP is shown on the contact, in the tray and in the timeline, and does not opt out", async () => {
  const { contact, sender, mobile, say, get } = await scene();
  await say("Stop. Thank you");
  await say("I can't stop by tomorrow");
  const [possible, ...others] = (await get(`/contacts/${contact}`)).possible_opt_outs;
  expect(others).toEqual([]);
  expect(possible).toMatchObject({ number: mobile, sender, text: "Stop. Thank you" });
  expect((await get(`/contacts/${contact}`)).opt_outs).toEqual([]);
  expect((await get("/tray")).items).toEqual([{ ...possible, kind: "opt_out", contact: { id: contact, name: "Ola" } }]);
  expect((await get(`/messages/${possible.id}`)).reason).toBe("stop_perhaps");
  const timeline = (await get(`/contacts/${contact}/timeline`)).items;
  expect(
    timeline.map((entry: { text: string; looks_like_opt_out: boolean }) => [entry.text, entry.looks_like_opt_out]),
  ).toEqual([
    ["I can't stop by tomorrow", false],
    ["Stop. Thank you", true],
  ]);
});

test("deciding for it opts out as a STOP would, once, with the text as evidence and the user who decided", async () => {
  const { contact, mobile, sender, say, get, decide } = await scene();
  await say("STOP\n\nSent from my iPhone");
  const [item] = (await get("/tray")).items;
  expect((await decide(item.id, "opt_out")).status).toBe(204);
  expect((await get("/tray")).items).toEqual([]);
  const now = await get(`/contacts/${contact}`);
  expect(now.possible_opt_outs).toEqual([]);
  expect(now.opt_outs).toMatchObject([
    { number: mobile, sender, source: "api", evidence: "STOP\n\nSent from my iPhone" },
  ]);
  expect((await get(`/contacts/${contact}/consent`)).opt_out_events).toMatchObject([
    { action: "opt_out", sender, recorded_by: "test" },
  ]);
  expect((await decide(item.id, "opt_out")).status).toBe(404);
});

test("deciding against it changes nothing else, and records the user who decided", async () => {
  const { contact, say, get, decide } = await scene();
  await say("STOP 1");
  const [item] = (await get("/tray")).items;
  expect((await decide(item.id, "ignore")).status).toBe(204);
  expect((await decide(newId(), "ignore")).status).toBe(404);
  expect((await get("/tray")).items).toEqual([]);
  expect((await get(`/contacts/${contact}`)).opt_outs).toEqual([]);
  expect((await get("/audit-events?action=contact.opt_out_ignored")).items).toMatchObject([
    { target: { type: "contact", id: contact }, after: { message: item.id } },
  ]);
});

test("an opt-out or a START of the number itself leaves nothing to decide; another number's stays", async () => {
  const { say, get } = await scene();
  const waiting = async () => (await get("/tray")).items.map((item: { text: string }) => item.text);
  await say("Stopp, takk");
  await say("Vennligst stopp", "+4791000002");
  expect(await waiting()).toEqual(["Stopp, takk", "Vennligst stopp"]);
  await say("STOP");
  expect(await waiting()).toEqual(["Vennligst stopp"]);
  // A number that has opted out needs no decision.
  await say("Stop, takk");
  expect(await waiting()).toEqual(["Vennligst stopp"]);
  await say("START", "+4791000002");
  expect(await waiting()).toEqual([]);
});

test("a number without a contact waits too, the tray is read in pages, and an address that can be two numbers opts out both", async () => {
  const { id, say, get, decide } = await scene();
  await say("Stopp, takk", "+4791000009");
  await say("Stopp, takk", "+4791000008");
  const first = await get("/tray?limit=1");
  const rest = await get(`/tray?limit=1&cursor=${first.next_cursor}`);
  expect([...first.items, ...rest.items].map(({ number, contact }) => [number, contact])).toEqual([
    ["+4791000009", null],
    ["+4791000008", null],
  ]);
  expect(rest.next_cursor).toBeNull();
  await db.inWorkspace(id, (tx) =>
    sql`update possible_opt_outs set address = '91000009', others = '{+4791000007}' where workspace_id = ${id} and number = '+4791000009'`.execute(
      tx,
    ),
  );
  await decide(first.items[0].id, "opt_out");
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql<{ number: string; address: string }>`
      select number, address from opt_outs where workspace_id = ${id} order by number`.execute(tx),
  );
  expect(rows).toEqual([
    { number: "+4791000007", address: "91000009" },
    { number: "+4791000009", address: "91000009" },
  ]);
});

test("an undecided text raises an alert until it is decided", async () => {
  const { id, say, get, decide } = await scene();
  const watch = testWatch(db);
  await say("Stop. Thank you");
  await watch.after(0);
  expect(await watch.alerts(id)).toMatchObject([
    { kind: "possible_opt_outs", severity: "warning", resolved_at: null, params: { waiting: 1 } },
  ]);
  await decide((await get("/tray")).items[0].id, "ignore");
  await watch.after(5);
  expect((await watch.alerts(id)).map(({ resolved_at }) => resolved_at !== null)).toEqual([true]);
});

test("an erasure removes the contact's undecided texts", async () => {
  const { id, key, contact, say } = await scene();
  await say("Stop. Thank you");
  await call(`POST /contacts/${contact}/erasure`, { key, body: { confirm: contact } });
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql`select from possible_opt_outs where workspace_id = ${id}`.execute(tx),
  );
  expect(rows).toEqual([]);
});
