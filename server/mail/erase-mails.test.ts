import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, mailLedger, queueLength, send, template } from "../../testing/mail-batch.ts";
import { submitMails } from "../../testing/mails.ts";
import { until } from "../../testing/until.ts";
import { eraseOnSandbox } from "../carriers/sandbox/erase-on-sandbox.ts";
import { firstIdAt } from "../kit/id.ts";
import { finishErasureOf } from "../privacy/finish-erasure.ts";
import { purgeMailFiles, purgeMails } from "./erase-mails.ts";
import { sendMails } from "./send-mails.ts";
import { everyType, insertStop } from "./stops-store.ts";

const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);
let workspace: { id: string; key: string };
beforeEach(async () => {
  await db.asSystem((tx) => sql`delete from mail_queue`.execute(tx));
  workspace = await workspaceWithKey(database);
});

async function make(line: string, body: unknown) {
  const answer = await call(line, { key: workspace.key, body });
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

const file = (text: string) => ({ name: `${text}.pdf`, type: "application/pdf", content: Buffer.from(text) });
const text = (words: string) => ({ subject: template(words), text: template(words), html: null });
const filesOf = async () => {
  const { rows } = await db.asSystem((tx) =>
    sql<{
      content: Buffer;
    }>`select content from mail_files where workspace_id = ${workspace.id} order by content`.execute(tx),
  );
  return rows.map(({ content }) => content.toString());
};
const stop = (address: string, kind: "bounced" | "unsubscribed") =>
  db.inWorkspace(workspace.id, (tx) =>
    insertStop(tx, workspace.id, { address, kind, subscription_type_id: everyType, at: new Date(), mail_id: null }),
  );

test("an erasure leaves no address, text or attachment of the person, and sends nothing that waits", async () => {
  const email = "unike@example.com";
  const contact = await make("POST /contacts", { email });
  const { id } = workspace;
  const own = { contact_id: contact.id as string, email, values: {}, attachments: [file("own")] };
  const other = { contact_id: null, email: "other@example.com", values: {} };
  await send(db, mailBatch(id, [], { people: [{ ...own, attachments: [] }], template: text("Sendt til Unikeline") }));
  await send(db, mailBatch(id, ["UNIKE@example.com"], { template: text("Uten kontakt, til Unikeline") }));
  await submitMails(services);
  await send(
    db,
    mailBatch(id, [], { people: [own, other], attachments: [file("shared")], template: text("Venter på Unikeline") }),
  );
  await stop(email, "bounced");
  await stop(email, "unsubscribed");

  const exported = await call(`GET /contacts/${contact.id}/export`, { key: workspace.key });
  expect(exported.body.mails.map((mail: { subject: string }) => mail.subject)).toEqual([
    "Sendt til Unikeline",
    "Uten kontakt, til Unikeline",
    "Venter på Unikeline",
  ]);

  await make(`POST /contacts/${contact.id}/erasure`, { confirm: contact.id });
  const ledger = await mailLedger(db, id);
  expect(ledger.map(({ status, reason, recipient }) => [status, reason, recipient])).toEqual([
    ["sent", null, "erased"],
    ["sent", null, "erased"],
    ["skipped", "erased", "erased"],
    ["queued", null, "other@example.com"],
  ]);
  expect(JSON.stringify(ledger.slice(0, 3))).not.toMatch(/Unikeline|unike@/i);
  expect(ledger.slice(0, 3).every(({ contact_id, files }) => contact_id === null && files.length === 0)).toBe(true);
  expect(await filesOf()).toEqual(["shared"]);
  expect(await queueLength(db)).toBe(1);
  const { rows } = await db.asSystem((tx) =>
    sql<{ kind: string }>`select kind from mail_stops where workspace_id = ${id}`.execute(tx),
  );
  expect(rows).toEqual([{ kind: "unsubscribed" }]);
  await db.asSystem((tx) => eraseOnSandbox(tx, id, [email]));
  expect((await call(`GET /sandbox/mailbox?to=${email}`, { key: workspace.key })).body.items).toEqual([]);
});

test("an address that another contact has too stays in that contact's mails", async () => {
  const email = "shared@example.com";
  const gone = await make("POST /contacts", { email, mobile: "+4790000301" });
  const stays = await make("POST /contacts", { email, mobile: "+4790000302" });
  for (const contact_id of [gone.id, stays.id])
    await send(db, mailBatch(workspace.id, [], { people: [{ contact_id, email, values: {} }] }));
  await send(db, mailBatch(workspace.id, [email]));
  await make(`POST /contacts/${gone.id}/erasure`, { confirm: gone.id });
  expect((await mailLedger(db, workspace.id)).map(({ recipient }) => recipient)).toEqual(["erased", email, email]);
});

test("a mail that is queued while the person is erased keeps its attachment if it is another's, and is erased if it is theirs", async () => {
  const { id } = workspace;
  const contact = await make("POST /contacts", { email: "kari@example.com" });
  const own = { contact_id: contact.id as string, email: "kari@example.com", values: {} };
  const attachments = [file("shared")];
  await send(db, mailBatch(id, [], { people: [own], attachments }));
  const queued = Promise.withResolvers<void>();
  const erasing = Promise.withResolvers<void>();
  const queuing = db.inWorkspace(id, async (tx) => {
    const other = { contact_id: null, email: "other@example.com", values: {} };
    await sendMails(tx, mailBatch(id, [], { people: [own, other], attachments }));
    queued.resolve();
    await erasing.promise;
  });
  await queued.promise;
  const erased = make(`POST /contacts/${contact.id}/erasure`, { confirm: contact.id });
  await until(async () => {
    const { rows } = await db.asSystem((tx) => sql`select 1 from pg_locks where not granted`.execute(tx));
    expect(rows).toHaveLength(1);
  });
  erasing.resolve();
  await queuing;
  const erasure = await erased;
  expect(await filesOf()).toEqual(["shared"]);
  const finish = { ...services, log: services.log, eraseNumbers: [] };
  await finishErasureOf(finish, { workspace_id: id, id: erasure.id as string }, new AbortController().signal);
  expect((await mailLedger(db, id)).map(({ recipient }) => recipient)).toEqual([
    "erased",
    "erased",
    "other@example.com",
  ]);
});

test("old mails are purged, those that wait are not; attachments go when no mail that waits needs them", async () => {
  const day = 86_400_000;
  const old = new Date(Date.now() - 100 * day);
  const expires_at = new Date(Date.now() + day);
  await send(db, mailBatch(workspace.id, ["sent@example.com"], { now: old, attachments: [file("old")] }));
  await submitMails({ ...services, clock: { now: () => old } });
  await send(
    db,
    mailBatch(workspace.id, ["waits@example.com"], { now: old, expires_at, attachments: [file("needed")] }),
  );
  const cut = new Date(Date.now() - 90 * day);
  expect(await db.asSystem((tx) => purgeMails(tx, cut, 100))).toBe(1);
  expect(await db.asSystem((tx) => purgeMails(tx, cut, 100))).toBe(0);
  expect(await db.asSystem((tx) => purgeMailFiles(tx, new Date()))).toBe(1);
  expect((await mailLedger(db, workspace.id)).map(({ recipient, id }) => [recipient, id < firstIdAt(cut)])).toEqual([
    ["waits@example.com", true],
  ]);
  expect(await filesOf()).toEqual(["needed"]);
});
