import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, mailLedger, send, template, testSource } from "../../testing/mail-batch.ts";
import { submitMails, untilSubmitted } from "../../testing/mails.ts";
import { testSeal } from "../../testing/seal.ts";
import { installationId } from "../kit/mail.ts";
import { createMailer } from "./queue-system-mail.ts";
import { everyType, insertStop } from "./stops-store.ts";

const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);
let workspace: { id: string; key: string };
beforeEach(async () => {
  await db.asSystem((tx) => sql`delete from mail_queue`.execute(tx));
  workspace = await workspaceWithKey(database);
});

const list = async (query = "") => {
  const { status, body } = await call(`GET /mails${query}`, { key: workspace.key });
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
};

test("a mail is shown while it waits and after it was sent, and in the sandbox mailbox with all that it holds", async () => {
  const batch = mailBatch(workspace.id, ["ola@example.com"], {
    template: { subject: template("Hei"), text: null, html: template("<p>Vel <b>møtt</b></p>") },
    from: { name: "Konserthuset" },
    reply_to: "post@konserthuset.example",
    attachments: [{ name: "bilett.ics", type: "text/calendar", content: Buffer.from("BEGIN:VCALENDAR") }],
  });
  const { mails } = await send(db, batch);
  const one = async () => (await call(`GET /mails/${mails[0]?.id}`, { key: workspace.key })).body;
  const shown = {
    id: mails[0]?.id,
    status: "queued",
    reason: null,
    source: { type: testSource, id: batch.source.id },
    class: "transactional",
    contact: null,
    from: "Konserthuset <no-reply@sms.localhost>",
    to: "ola@example.com",
    reply_to: "post@konserthuset.example",
    subject: "Hei",
    text: "Vel møtt\n",
    html: "<p>Vel <b>møtt</b></p>",
    attachments: [{ name: "bilett.ics", type: "text/calendar", size: 15 }],
    attempts: 0,
    answer: null,
    at: batch.now.toISOString(),
    sent_at: null,
    ended_at: null,
  };
  expect(await one()).toEqual({ ...shown, next_attempt_at: batch.now.toISOString() });
  await submitMails(services);
  expect(await one()).toMatchObject({
    status: "sent",
    attempts: 1,
    sent_at: expect.any(String),
    next_attempt_at: null,
  });
  const mailbox = await call("GET /sandbox/mailbox?to=Ola@example.com", { key: workspace.key });
  const { id, from, to, reply_to, subject, text, html, attachments, at } = shown;
  expect(mailbox.body.items).toEqual([{ id, from, to, reply_to, subject, text, html, attachments, at }]);
  // What a workspace sent, no other reads.
  const other = await workspaceWithKey(database);
  for (const path of ["/sandbox/mailbox?to=ola@example.com", "/sandbox/mailbox", "/mails", "/mails?to=ola@example.com"])
    expect((await call(`GET ${path}`, { key: other.key })).body.items, path).toEqual([]);
});

test("the list is narrowed by address, source and status, and paged newest first", async () => {
  const now = Date.now();
  const batches = [];
  for (let n = 0; n < 5; n++) {
    const at = new Date(now + n);
    const batch = mailBatch(workspace.id, ["a@example.com", n === 4 ? null : "b+c@example.com"], { now: at });
    batches.push(batch);
    await send(db, batch);
  }
  const first = await list("?limit=3");
  const second = await list(`?limit=3&cursor=${first.next_cursor}`);
  const third = await list(`?limit=4&cursor=${second.next_cursor}`);
  const all = [...first.items, ...second.items, ...third.items].map(({ id }: { id: string }) => id);
  expect(all).toHaveLength(10);
  expect(all).toEqual([...new Set(all)].toSorted().toReversed());
  expect(third.next_cursor).toBeNull();
  expect((await list("?to=B%2Bc@example.com")).items).toHaveLength(4);
  expect((await list("?to=b+c@example.com")).items).toHaveLength(4);
  expect((await list("?status=skipped")).items).toMatchObject([{ status: "skipped", reason: "no_address", to: null }]);
  const source = batches[1]?.source.id;
  expect((await list(`?source=${source}`)).items).toHaveLength(2);
  expect((await list(`?source=${testSource}:${source}`)).items).toHaveLength(2);
  expect((await list(`?source=${testSource}`)).items).toHaveLength(10);
  expect((await list("?source=alert")).items).toEqual([]);
  const wrong = await call("GET /mails?source=alert:x", { key: workspace.key });
  expect(wrong).toMatchObject({ status: 422, body: { error: { field: "source", value: "alert:x" } } });
  expect((await call("GET /mails?status=lost", { key: workspace.key })).status).toBe(422);
  expect((await call("GET /mails?cursor=x", { key: workspace.key })).status).toBe(422);
});

test("a bounced address is mailed again once somebody says so, by any mail to it, and only in that workspace", async () => {
  const [other, to] = [await workspaceWithKey(database), "Ola@example.com"];
  const stop = { address: to, subscription_type_id: everyType, at: new Date(), mail_id: null };
  for (const { id } of [workspace, other])
    await db.inWorkspace(id, async (tx) => {
      await insertStop(tx, id, { ...stop, kind: "bounced" });
      await insertStop(tx, id, { ...stop, kind: "complained" });
    });
  const [mail] = (await send(db, mailBatch(workspace.id, [to]))).mails;
  expect(mail).toMatchObject({ status: "skipped", reason: "bounced" });
  const lift = (key: string) => call(`DELETE /mails/${mail?.id}/bounce`, { key });
  expect((await lift(other.key)).status).toBe(404);
  expect([(await lift(workspace.key)).status, (await lift(workspace.key)).status]).toEqual([204, 204]);
  expect((await send(db, mailBatch(workspace.id, [to]))).queued).toBe(1);
  expect((await send(db, mailBatch(other.id, [to]))).queued).toBe(0);
  const stops = await db.asSystem((tx) =>
    sql<{ kind: string }>`select kind from mail_stops where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(stops.rows).toEqual([{ kind: "complained" }]);
  const events = await db.asSystem((tx) =>
    sql`select 1 from audit_events where workspace_id = ${workspace.id} and action = 'mail.bounce_lifted'`.execute(tx),
  );
  expect(events.rows).toHaveLength(1);
});

test("an invitation's mail is listed without its text, and its link is in no table once it has left", async () => {
  const email = `${randomBytes(4).toString("hex")}@example.com`;
  const invited = await call("POST /people", { key: workspace.key, body: { email, role: "viewer" } });
  expect(invited.status).toBe(201);
  expect((await list(`?to=${email}`)).items).toMatchObject([
    {
      source: { type: "invitation", id: invited.body.id },
      from: "Varsla <no-reply@sms.localhost>",
      text: null,
      html: null,
    },
  ]);
  await untilSubmitted(services);
  const { body } = await call(`GET /sandbox/mailbox?to=${email}`, { key: workspace.key });
  const token = /invitations\/(\S+)/.exec(body.items[0]?.text)?.[1] as string;
  expect(token.length).toBeGreaterThan(20);
  expect((await call(`GET /invitations/${token}`)).status).toBe(200);
  const [row] = await mailLedger(db, workspace.id);
  expect(JSON.stringify(row)).not.toContain(token);
  const queued = await db.asSystem((tx) => sql`select 1 from mail_queue`.execute(tx));
  expect(queued.rows).toEqual([]);
});

test("while it waits, a confidential mail is sealed; the installation's own is in no workspace's list", async () => {
  const text = "a link with a token";
  await db.asSystem((tx) =>
    services.mailer.queue(tx, {
      workspace_id: null,
      source: { type: "account", id: null },
      key: "k",
      confidential: true,
      to: "kari@example.com",
      subject: "Nytt passord",
      text,
      at: new Date(Date.now() + 60_000),
    }),
  );
  const { rows } = await db.asSystem((tx) =>
    sql<{
      row: string;
      sealed: Buffer;
    }>`select q::text as row, q.sealed from mail_queue q where workspace_id = ${installationId}`.execute(tx),
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.sealed.toString("latin1")).not.toContain("token");
  expect((await mailLedger(db, installationId)).at(-1)).toMatchObject({ text: "", subject: "Nytt passord" });
  expect((await list()).items).toEqual([]);
});

test("an invitation that was withdrawn before its mail left is not mailed", async () => {
  // In a database of its own, without the submission at once of the other tests.
  const alone = await testDatabase();
  const slow = await testApp(alone, { services: { mailer: createMailer({ seal: testSeal }) } });
  const own = await workspaceWithKey(alone);
  const email = `${randomBytes(4).toString("hex")}@example.com`;
  const { body } = await slow.call("POST /people", { key: own.key, body: { email, role: "viewer" } });
  expect((await slow.call(`DELETE /people/${body.id}`, { key: own.key })).status).toBe(204);
  await submitMails(slow.services);
  expect(await mailLedger(alone.db, own.id)).toMatchObject([{ status: "skipped", reason: "source_stopped" }]);
});
