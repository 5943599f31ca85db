import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, mailLedger, send } from "../../testing/mail-batch.ts";
import { submitMails } from "../../testing/mails.ts";
import { smtpSink } from "../../testing/smtp-sink.ts";
import { createMailTokens } from "./mail-token.ts";
import { relayTransport } from "./relay.ts";

const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);
let workspace: { id: string; key: string };
beforeEach(async () => {
  await db.asSystem((tx) => sql`delete from mail_queue`.execute(tx));
  workspace = await workspaceWithKey(database, { name: "Saks & <Søn>" });
});

/** A contact who consents to marketing by mail, and a mail of it that has left. */
async function marketed(email: string) {
  const { key, id } = workspace;
  const contact = (await call("POST /contacts", { key, body: { email } })).body;
  const grant = () =>
    call("POST /consent-events", {
      key,
      body: {
        contact_id: contact.id,
        subscription_type: "marketing",
        channel: "email",
        action: "grant",
        source: "form",
      },
    });
  expect((await grant()).status).toBe(201);
  const type = (await call("GET /subscription-types", { key })).body.items.find(
    (each: { key: string }) => each.key === "marketing",
  );
  const changes = () =>
    ({
      class: "marketing",
      subscription_type: { id: type.id, needs_consent: true },
      people: [{ contact_id: contact.id, email, values: {} }],
    }) as const;
  await send(db, mailBatch(id, [], changes()));
  const sink = await smtpSink();
  const transport = relayTransport({ url: sink.url, mail_domain: "sms.localhost", dkim: null });
  await submitMails(services, transport);
  transport.close();
  const parsed = await sink.parse(0);
  const raw = sink.mails[0]?.raw.replace(/\r\n[ \t]+/g, " ") ?? "";
  const link = /^List-Unsubscribe: <(.*)>\r?$/m.exec(raw)?.[1] ?? "";
  const consent = async () => (await call(`GET /contacts/${contact.id}/consent`, { key })).body;
  return { contact, link, path: link.replace("http://localhost:3000", ""), parsed, raw, changes, consent, grant };
}

const oneClick = {
  body: "List-Unsubscribe=One-Click",
  headers: { "content-type": "application/x-www-form-urlencoded" },
};

test("the header and the text of a marketing mail have the link, which mail programs may post to", async () => {
  const { link, raw, parsed } = await marketed("ola@example.com");
  expect(link).toMatch(/^http:\/\/localhost:3000\/api\/v1\/unsubscribe\/[0-9a-v]{62}$/);
  expect(raw).toMatch(/^List-Unsubscribe-Post: List-Unsubscribe=One-Click\r?$/m);
  expect(parsed.text).toContain(link);
  expect(parsed.text).not.toContain("unsubscribe.invalid");
});

test("GET shows a page that asks, in the workspace's language, and changes nothing, however often robots open it", async () => {
  const { path, consent } = await marketed("ola@example.com");
  for (let n = 0; n < 3; n++) {
    const page = await call(`GET ${path}`);
    expect(page.status).toBe(200);
    expect(page.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(page.headers["content-security-policy"]).toMatch(/form-action 'self'/);
    expect(page.body).toContain(
      "Vil du at ola@example.com ikke lenger skal få e-post om «Markedsføring» fra Saks &amp; &lt;Søn&gt;?",
    );
    expect(page.body).toContain('<form method="post">');
  }
  expect((await call(`HEAD ${path}`)).status).toBeLessThan(500);
  expect((await consent()).events).toHaveLength(1);
});

test("one click withdraws the consent, once, and no such mail is sent any more; consent given later counts again", async () => {
  const { path, consent, changes, grant } = await marketed("ola@example.com");
  const answers = await Promise.all([1, 2, 3].map(() => call(`POST ${path}`, oneClick)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(answers[0]?.body).toContain("ola@example.com får ikke lenger e-post om «Markedsføring»");
  const { current, events } = await consent();
  expect(current).toMatchObject([{ channel: "email", granted: false, source: "unsubscribe link" }]);
  expect(events.filter(({ action }: { action: string }) => action === "withdraw")).toHaveLength(1);
  expect((await send(db, mailBatch(workspace.id, [], changes()))).skipped).toEqual({ unsubscribed: 1 });
  expect((await send(db, mailBatch(workspace.id, ["ola@example.com"]))).queued).toBe(1);
  await grant();
  expect((await send(db, mailBatch(workspace.id, [], changes()))).queued).toBe(1);
});

test("it works for a contact that was deleted, and the address stays unsubscribed for another contact that has it", async () => {
  const { path, contact, changes } = await marketed("ola@example.com");
  expect((await call(`DELETE /contacts/${contact.id}`, { key: workspace.key })).status).toBe(204);
  expect((await call(`POST ${path}`, oneClick)).status).toBe(200);
  expect((await send(db, mailBatch(workspace.id, [], changes()))).skipped).toEqual({ unsubscribed: 1 });
});

test("what waits when the person unsubscribes is not sent", async () => {
  const { path, changes } = await marketed("ola@example.com");
  await send(db, mailBatch(workspace.id, [], changes()));
  await call(`POST ${path}`, oneClick);
  await submitMails(services);
  expect((await mailLedger(db, workspace.id)).map(({ status, reason }) => [status, reason])).toEqual([
    ["sent", null],
    ["skipped", "unsubscribed"],
  ]);
});

test("guessed links, links of another purpose, and of mails that are gone are not found", async () => {
  const { path } = await marketed("ola@example.com");
  const token = path.split("/").at(-1) as string;
  const tokens = createMailTokens(services.config.secret_key);
  const key = tokens.read("unsubscribe", token);
  if (!key) throw new Error("our own link is not valid");
  const gone = { ...key, mail_id: "018f0000-0000-7000-8000-000000000009" };
  const theirs = { ...key, workspace_id: (await workspaceWithKey(database)).id };
  const wrong = [
    "x",
    `${token.slice(0, -1)}${token.endsWith("0") ? "1" : "0"}`,
    tokens.make("return", key),
    tokens.make("unsubscribe", gone),
    tokens.make("unsubscribe", theirs),
    createMailTokens("another key of at least thirty-two characters").make("unsubscribe", key),
  ];
  for (const each of wrong) {
    expect((await call(`GET /unsubscribe/${each}`)).status, each).toBe(404);
    expect((await call(`POST /unsubscribe/${each}`, oneClick)).status, each).toBe(404);
  }
  const stops = await db.asSystem((tx) =>
    sql`select 1 from mail_stops where workspace_id = any(${[key.workspace_id, theirs.workspace_id]}::uuid[])`.execute(
      tx,
    ),
  );
  expect(stops.rows).toEqual([]);
  expect((await mailLedger(db, workspace.id))[0]?.status).toBe("sent");
});
