import { sql } from "kysely";
import pg from "pg";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { ledger, quota, startPipeline, untilFinal } from "../../testing/pipeline.ts";
import { until } from "../../testing/until.ts";
import { eraseOnSandbox } from "../carriers/sandbox/erase-on-sandbox.ts";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { recordReceipts } from "../messages/receive/receipts.ts";
import { finishErasureOf, resumeErasures } from "./finish-erasure.ts";

const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);
const workspace = await workspaceWithKey(database);
const { key } = workspace;
const inDays = (days: number) => ({ now: () => new Date(Date.now() + days * 86_400_000) });
const later = inDays(18);

async function make(line: string, body: unknown) {
  const answer = await call(line, { key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

const erase = (id: string) => make(`POST /contacts/${id}/erasure`, { confirm: id });

/** Runs the job until it is done, at a time when no more receipts are awaited. */
async function finish(id: string) {
  const context = { ...services, clock: later, eraseNumbers: [eraseOnSandbox], chunk: 2 };
  await until(async () => {
    const done = await finishErasureOf(context, { workspace_id: workspace.id, id }, new AbortController().signal);
    if (!done) throw new Error("not done");
  });
}

/** Every row of every table that contains `text`, in all workspaces. */
async function rowsWith(text: string): Promise<string[]> {
  const found: string[] = [];
  await db.asSystem(async (tx) => {
    const tables = await sql<{ name: string }>`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`.execute(tx);
    for (const { name } of tables.rows) {
      const { rows } = await sql<{ row: string }>`
        select t::text as row from ${sql.table(name)} t where strpos(lower(t::text), lower(${text})) > 0`.execute(tx);
      for (const { row } of rows) found.push(`${name}: ${row}`);
    }
  });
  return found;
}

test("an erased contact is in no table any more, but its STOP applies and its consent is proved", async () => {
  const mobile = "+4790000101";
  await make("POST /messages", { to: mobile, text: "Før kontakten fantes" });
  const contact = await make("POST /contacts", {
    mobile,
    email: "unike@example.com",
    first_name: "Unikeline",
    last_name: "Sjeldensen",
    properties: { dog: "Passopp" },
  });
  const list = await make("POST /lists", { name: "Kunder" });
  await make(`POST /lists/${list.id}/members`, { contacts: [contact.id] });
  const consent = { contact_id: contact.id, subscription_type: "marketing", action: "grant", source: "form" };
  await make("POST /consent-events", {
    ...consent,
    evidence: "Jeg, Unikeline Sjeldensen (900 00 101), sier ja til SMS",
  });
  const imported = await call("POST /contacts/imports", {
    key,
    headers: { "content-type": "text/csv" },
    body: "mobile,first_name,last_name\n900 00 10,Unikeline,Sjeldensen\n",
  });
  expect(imported.status).toBe(202);
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into import_rejections (workspace_id, import_id, row, reason, value, line)
      values (${workspace.id}, ${imported.body.id}, 9, 'invalid_mobile', null, array['900 00 101', 'Unikeline'])`.execute(
      tx,
    ),
  );
  const pipeline = await startPipeline(db);
  const campaign = await make("POST /campaigns", {
    name: "Vår",
    text: "Hei {{ contact.first_name }}",
    subscription_type: "marketing",
    include: { lists: [], contacts: [contact.id] },
  });
  await make("POST /messages", { to: mobile, text: "Hei Unikeline", sender: undefined });
  await untilFinal(db, workspace.id);
  const sender = (await call("GET /senders", { key })).body.items[0];
  await make(`POST /sandbox/phones/${encodeURIComponent(mobile)}/reply`, { to: sender.address, text: "STOP" });
  await untilFinal(db, workspace.id);
  await pipeline.stop();
  await make(`POST /contacts/${contact.id}/opt-outs`, { reason: "Unikeline ringte" });
  // The pipeline is stopped, so this one stays queued.
  const reserved = (await quota(db, workspace.id)).reserved;
  await make(`DELETE /contacts/${contact.id}/opt-outs`, { reason: "ombestemte seg" });
  await make("POST /messages", { to: mobile, text: "Venter på Unikeline" });
  expect((await quota(db, workspace.id)).reserved).toBeGreaterThan(reserved);
  await make(`POST /contacts/${contact.id}/opt-outs`, { reason: "sa stopp igjen", sender: sender.address });
  const before = await quota(db, workspace.id);
  const rows = (await ledger(db, workspace.id)).length;

  const erasure = await erase(contact.id);
  expect(erasure).toMatchObject({ status: "running", messages: 0 });
  expect(await quota(db, workspace.id)).toEqual({ used: before.used, reserved });
  expect((await call(`GET /contacts/${contact.id}`, { key })).status).toBe(404);
  await finish(erasure.id);

  expect(await rowsWith("Unikeline")).toEqual([]);
  expect(await rowsWith("Sjeldensen")).toEqual([]);
  expect(await rowsWith("unike@example.com")).toEqual([]);
  expect(await rowsWith("Passopp")).toEqual([]);
  expect((await rowsWith(mobile)).map((row) => row.split(":")[0])).toEqual(["opt_outs"]);
  expect(await rowsWith("90000101")).toHaveLength(1);
  // Only the proof and the audit log contain its id.
  expect(new Set((await rowsWith(contact.id)).map((row) => row.split(":")[0]))).toEqual(
    new Set(["audit_events", "consent_events", "erasures"]),
  );
  expect(await ledger(db, workspace.id)).toHaveLength(rows);
  expect((await call(`GET /campaigns/${campaign.id}`, { key })).body.include.contacts).toEqual([]);
  expect((await call("GET /sandbox/phones", { key })).body).toEqual({ items: [], next_cursor: null });

  const proof = await call(`GET /erasures?number=${encodeURIComponent("900 00 101")}`, { key });
  expect(proof.body.items).toMatchObject([
    { id: erasure.id, status: "done", consent_events: [{ action: "grant", source: "form" }] },
  ]);
  expect(proof.body.items[0].consent_events[0].evidence).toBe("Jeg, [erased] [erased] ([erased]), sier ja til SMS");
  expect((await call("GET /erasures?number=90000199", { key })).body.items).toEqual([]);

  // When the contact is created again with a claimed consent, the STOP still applies.
  const again = await make("POST /contacts", { mobile });
  await make("POST /consent-events", { ...consent, contact_id: again.id });
  const refused = await call("POST /messages", {
    key,
    body: { to: mobile, text: "Tilbud", class: "marketing", subscription_type: "marketing" },
  });
  expect(refused).toMatchObject({ status: 422, body: { error: { code: "opted_out" } } });
});

test("an erasure that lost its job gets it again after an hour, one that is done does not", async () => {
  const erasures = [];
  for (const mobile of ["+4790000181", "+4790000182"])
    erasures.push(await erase((await make("POST /contacts", { mobile })).id));
  const [lost, done] = erasures;
  await finish(done.id);
  const admin = new pg.Client({ connectionString: database.superuser });
  await admin.connect();
  const jobsOf = async ({ id }: { id: string }) =>
    (await admin.query("select from jobs._private_jobs where payload ->> 'id' = $1", [id])).rowCount;
  try {
    await admin.query("delete from jobs._private_jobs");
    await resumeErasures(services);
    expect([await jobsOf(lost), await jobsOf(done)]).toEqual([0, 0]);
    await resumeErasures({ ...services, clock: inDays(1) });
    expect([await jobsOf(lost), await jobsOf(done)]).toEqual([1, 0]);
    // While it runs its key would not keep a second one away.
    await admin.query("update jobs._private_jobs set key = null");
    await resumeErasures({ ...services, clock: inDays(2) });
    expect(await jobsOf(lost)).toBe(1);
  } finally {
    await admin.end();
  }
});

test("erasing needs the contact's id repeated as confirmation, and happens once", async () => {
  const contact = await make("POST /contacts", { mobile: "+4790000102" });
  const other = await make("POST /contacts", { mobile: "+4790000103" });
  const wrong = await call(`POST /contacts/${contact.id}/erasure`, { key, body: { confirm: other.id } });
  expect(wrong).toMatchObject({ status: 422, body: { error: { code: "not_confirmed", field: "confirm" } } });
  const request = { key, body: { confirm: contact.id } };
  const both = await Promise.all([1, 2].map(() => call(`POST /contacts/${contact.id}/erasure`, request)));
  expect(both.map(({ status }) => status).sort()).toEqual([202, 404]);
});

test("another contact's data with the same number is kept", async () => {
  const phone = "+4790000104";
  const gone = await make("POST /contacts", { mobile: "+4790000105", phone });
  const stays = await make("POST /contacts", { mobile: phone, first_name: "Blir" });
  await make(`POST /contacts/${stays.id}/opt-outs`, { reason: "ba om det" });
  await make("POST /messages", { to: "+4790000105", text: "Til den som går" });
  await finish((await erase(gone.id)).id);
  expect((await call(`GET /contacts/${stays.id}/consent`, { key })).body.opt_out_events).toMatchObject([
    { number: phone, action: "opt_out", evidence: "ba om det", source: "api", recorded_by: "test" },
  ]);
});

test("many texts are erased in chunks, also after the job was killed, and an awaited receipt still counts", async () => {
  const mobile = "+4790000106";
  const contact = await make("POST /contacts", { mobile });
  const at = firstIdAt(new Date());
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into messages (workspace_id, id, status, class, encoding, segments, source_type, contact_id, sender_id, number, text,
        carrier_reference, submitted_at, sent_at, final_at)
      select ${workspace.id}, (left(${at}::text, 15) || right(gen_random_uuid()::text, 21))::uuid,
        (case when i = 0 then 'sent' else 'delivered' end)::message_status, 'transactional', '7', 1, 'api', ${contact.id},
        gen_random_uuid(), ${mobile}, 'Hemmelig', 'ref' || i, now(), now(), case when i = 0 then null else now() end
      from generate_series(0, 20) i`.execute(tx),
  );
  const erasure = await erase(contact.id);
  const target = { workspace_id: workspace.id, id: erasure.id };
  const context = { ...services, eraseNumbers: [eraseOnSandbox], chunk: 3 };
  const killed = new AbortController();
  let chunks = 0;
  const dying = {
    ...context,
    db: {
      ...db,
      inWorkspace: <T>(id: string, work: (tx: never) => Promise<T>) => {
        if (++chunks === 7) killed.abort();
        return db.inWorkspace(id, work as never) as Promise<T>;
      },
    },
  };
  await expect(finishErasureOf(dying, target, killed.signal)).rejects.toThrow("aborted");
  expect(await rowsWith("Hemmelig")).not.toEqual([]);
  expect(await finishErasureOf(context, target, new AbortController().signal)).toBe(false);
  expect(await rowsWith("Hemmelig")).toEqual([]);
  // The text without a receipt is anonymous, but its receipt can still find it.
  const waiting = (await ledger(db, workspace.id)).filter((row) => row.status === "sent" && row.number === "erased");
  expect(waiting).toMatchObject([{ text: "", carrier_reference: "ref0" }]);
  // A campaign's text may be submitted two weeks after Send, and its receipt arrive some days later.
  expect(await finishErasureOf({ ...context, clock: inDays(16) }, target, new AbortController().signal)).toBe(false);
  expect(await ledger(db, workspace.id)).toContainEqual(waiting[0]);
  await finish(erasure.id);
  // Apart from the audit log, which only contains the id.
  const left = (await rowsWith(contact.id)).filter((row) => !row.startsWith("audit_events"));
  expect(left).toHaveLength(1);
  const [listed] = (await call("GET /erasures?limit=1", { key })).body.items;
  expect(listed).toMatchObject({ status: "done" });
  expect(listed.messages).toBeGreaterThanOrEqual(21);
});

/** A contact with one queued text, in the state in which a worker that died during its submission leaves it. */
async function interruptedText(mobile: string) {
  const contact = await make("POST /contacts", { mobile });
  const { id } = await make("POST /messages", { to: mobile, text: "Avbrutt" });
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into dispatch_journal (workspace_id, sender_id, id, seqs)
      select workspace_id, sender_id, ${firstIdAt(new Date())}::uuid, array[seq] from message_queue
      where workspace_id = ${workspace.id} and message_id = ${id}`.execute(tx),
  );
  return { contact, id };
}

const received = (tx: Tx, id: string) =>
  recordReceipts(tx, new Date(), [
    {
      workspace_id: workspace.id,
      message_id: id,
      carrier_reference: "ref",
      status: "delivered",
      at: new Date(),
      code: null,
      reason: null,
    },
  ]);

const textsOf = async (id: string) => (await ledger(db, workspace.id)).filter((row) => row.id === id);

/** Runs the pipeline until the text is recorded as submitted. */
async function serveUntilSubmitted(id: string) {
  const pipeline = await startPipeline(db);
  await until(async () => expect(await textsOf(id)).toMatchObject([{ submitted_at: expect.any(Date) }]));
  await pipeline.stop();
}

test("a text whose receipt arrived before its submission was recorded is charged, then erased", async () => {
  const before = await quota(db, workspace.id);
  const { contact, id } = await interruptedText("+4790000110");
  const erasure = await erase(contact.id);
  await db.asSystem((tx) => received(tx, id));
  const target = { workspace_id: workspace.id, id: erasure.id };
  const context = { ...services, eraseNumbers: [eraseOnSandbox] };
  expect(await finishErasureOf(context, target, new AbortController().signal)).toBe(false);
  expect(await textsOf(id)).toMatchObject([{ status: "delivered", submitted_at: null }]);
  await serveUntilSubmitted(id);
  expect(await textsOf(id)).toMatchObject([{ status: "delivered" }]);
  expect(await quota(db, workspace.id)).toEqual({ ...before, used: before.used + 1 });
  await finish(erasure.id);
  expect(await rowsWith("Avbrutt")).toEqual([]);
});

test("a text whose receipt arrives during the erasure is charged", async () => {
  const before = await quota(db, workspace.id);
  const mobile = "+4790000111";
  const contact = await make("POST /contacts", { mobile });
  const { id } = await make("POST /messages", { to: mobile, text: "Samtidig kvittering" });
  let erasing: Promise<{ id: string }> | undefined;
  await db.asSystem(async (tx) => {
    await received(tx, id);
    erasing = erase(contact.id);
    // It waits for this transaction, which has locked the text's row.
    await until(async () => {
      const { rows } = await sql`
        select 1 from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))`.execute(tx);
      expect(rows).toHaveLength(1);
    });
  });
  const erasure = await erasing;
  await serveUntilSubmitted(id);
  expect(await textsOf(id)).toMatchObject([{ status: "delivered" }]);
  expect(await quota(db, workspace.id)).toEqual({ ...before, used: before.used + 1 });
  await finish((erasure as { id: string }).id);
});

test("a text that may have been submitted and waits for a retry is not sent, and is charged as uncertain", async () => {
  const before = await quota(db, workspace.id);
  const mobile = "+4790000112";
  const contact = await make("POST /contacts", { mobile });
  const { id } = await make("POST /messages", { to: mobile, text: "Kanskje gått" });
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`update message_queue set resent = 1 where workspace_id = ${workspace.id} and message_id = ${id}`.execute(
      tx,
    );
    await sql`update messages set reason = 'uncertain' where workspace_id = ${workspace.id} and id = ${id}`.execute(tx);
  });
  const erasure = await erase(contact.id);
  await serveUntilSubmitted(id);
  expect(await textsOf(id)).toMatchObject([{ status: "failed", reason: "uncertain" }]);
  expect(await quota(db, workspace.id)).toEqual({ ...before, used: before.used + 1 });
  await finish(erasure.id);
});

test("texts sent at the same time as the erasure are handled as well", async () => {
  const mobile = "+4790000107";
  const contact = await make("POST /contacts", { mobile, first_name: "Samtidig" });
  const [erasure] = await Promise.all([
    erase(contact.id),
    ...Array.from({ length: 10 }, () => call("POST /messages", { key, body: { to: mobile, text: "Hei Samtidig" } })),
  ]);
  // Those sent after the erasure went to a number without a contact, and are not part of it.
  await finish(erasure.id);
  const left = (await ledger(db, workspace.id)).filter((row) => row.text === "Hei Samtidig");
  expect(left.every((row) => (row as { contact_id?: string | null }).contact_id === null)).toBe(true);
  const figures = await db.inWorkspace(workspace.id, (tx) =>
    sql<{ n: number }>`select coalesce(sum(m.segments), 0)::bigint as n from message_queue q
      join messages m on m.workspace_id = q.workspace_id and m.id = q.message_id`.execute(tx),
  );
  expect((await quota(db, workspace.id)).reserved).toBe(figures.rows[0]?.n);
});

test("the export contains everything about the contact and nothing about another", async () => {
  const mobile = "+4790000108";
  const contact = await make("POST /contacts", { mobile, first_name: "Eksport", properties: { size: 42 } });
  await make("POST /contacts", { mobile: "+4790000109", first_name: "Annen" });
  await make("POST /messages", { to: mobile, text: "Til Eksport" });
  await make("POST /messages", { to: "+4790000109", text: "Til Annen" });
  await make(`POST /contacts/${contact.id}/opt-outs`, { reason: "sa stopp" });
  const file = await call(`GET /contacts/${contact.id}/export`, { key });
  expect(file.status).toBe(200);
  expect(file.headers["content-disposition"]).toBe(`attachment; filename="contact-${contact.id}.json"`);
  expect(file.body).toMatchObject({
    contact: { id: contact.id, properties: { size: 42 }, opt_outs: [{ evidence: "sa stopp" }] },
    consent: { opt_out_events: [{ action: "opt_out" }] },
    messages: [{ text: "Til Eksport", history: [{ status: "queued" }] }],
    timeline: [{ kind: "opted_out" }, { kind: "message_sent", text: "Til Eksport" }],
  });
  expect(JSON.stringify(file.body)).not.toContain("Annen");
});
