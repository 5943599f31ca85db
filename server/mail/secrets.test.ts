/** Mails with secrets: the recipient gets them, and nothing else has them. */
import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { messageScope, type TemplateScope } from "../../rules/placeholder-names.ts";
import { parseTemplate } from "../../rules/placeholders.ts";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, mailLedger, send } from "../../testing/mail-batch.ts";
import { submitMails } from "../../testing/mails.ts";
import { testSeal } from "../../testing/seal.ts";
import { tablesWith } from "../../testing/tables-with.ts";
import { recordConsent } from "../consent/record-consent.ts";
import { findSubscriptionType } from "../consent/subscription-types.ts";
import { createContact } from "../contacts/contacts.ts";
import type { MailTransport, OutgoingMail } from "../kit/mail.ts";
import { eraseMails } from "./erase-mails.ts";
import type { MailBatch, MailRecipient } from "./send-mails.ts";

const database = await testDatabase();
const { db } = database;
const { call, services } = await testApp(database);

const scope = {
  ...messageScope,
  "access.link": { example: "https://s.no/a/1", type: "text" },
} as const satisfies TemplateScope;

function template(text: string) {
  const parsed = parseTemplate(text, scope);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.template;
}

const token = () => randomBytes(12).toString("hex");

function personWith(secret: string, email = "kari@example.com"): MailRecipient {
  const value = `https://salong.no/a/${secret}?a=1&b=2`;
  return { contact_id: null, email, values: { access: { link: value } }, secrets: [{ value, shown: "[access link]" }] };
}

const texts = {
  subject: template("Din side {{ access.link }}"),
  text: template("Logg inn: {{ access.link }}"),
  html: template('<a href="{{ access.link }}">Logg inn</a>'),
};

const sendAccess = (workspaceId: string, people: MailRecipient[], changes: Partial<MailBatch> = {}) =>
  send(db, mailBatch(workspaceId, [], { template: texts, people, seal: testSeal, ...changes }));

/** A relay that takes everything. */
function relay(): { mails: OutgoingMail[]; transport: MailTransport } {
  const mails: OutgoingMail[] = [];
  const transport: MailTransport = {
    window: { all: 4, workspace: 4 },
    rate: null,
    longest_ms: 1_000,
    submit: async (mail) => {
      mails.push(mail);
      return { kind: "sent", answer: "250 OK" };
    },
    close() {},
  };
  return { mails, transport };
}

test("the mail that leaves has the secret, escaped where it must be; ledger and API have what is shown in its place", async () => {
  const { id, key } = await workspaceWithKey(database);
  const secret = token();
  const {
    mails: [sent],
  } = await sendAccess(id, [personWith(secret), { contact_id: null, email: "ola@example.com", values: {} }]);
  expect(await tablesWith(db, secret), "while it waits").toEqual([]);
  const { mails, transport } = relay();
  await submitMails(services, transport);
  expect(await tablesWith(db, secret), "once it has left").toEqual([]);
  const link = `https://salong.no/a/${secret}?a=1&b=2`;
  expect(mails.find(({ to }) => to === "kari@example.com")).toMatchObject({
    subject: `Din side ${link}`,
    text: `Logg inn: ${link}`,
    html: `<a href="${link.replace("&", "&amp;")}">Logg inn</a>`,
  });
  expect(mails.find(({ to }) => to === "ola@example.com")).toMatchObject({ text: "Logg inn: " });
  expect((await call(`GET /mails/${sent?.id}`, { key })).body).toMatchObject({
    status: "sent",
    subject: "Din side [access link]",
    text: "Logg inn: [access link]",
    html: '<a href="[access link]">Logg inn</a>',
  });
});

test("a mail that is tried again has its secret still, and unsubscribes with its own link", async () => {
  const { id } = await workspaceWithKey(database);
  const secret = token();
  const now = new Date();
  const [contact, type] = await db.inWorkspace(id, async (tx) => {
    const made = await createContact(tx, id, { email: "kari@example.com" }, now);
    await recordConsent(tx, {
      workspaceId: id,
      input: { contact_id: made.id, subscription_type: "marketing", channel: "email", action: "grant", source: "form" },
      recordedBy: "Kari",
      now,
    });
    return [made, await findSubscriptionType(tx, id, "marketing")] as const;
  });
  await sendAccess(id, [{ ...personWith(secret), contact_id: contact.id }], {
    class: "marketing",
    subscription_type: type,
  });
  const { mails, transport } = relay();
  const busy: MailTransport = {
    ...transport,
    submit: async (mail) => {
      mails.push(mail);
      return { kind: "later", everything: false, answer: "450 later" };
    },
  };
  await submitMails(services, busy);
  await submitMails({ ...services, clock: { now: () => new Date(Date.now() + 3_600_000) } }, transport);
  expect(mails).toHaveLength(2);
  for (const { text } of mails) {
    expect(text).toContain(`https://salong.no/a/${secret}?`);
    expect(text).toContain("http://localhost:3000/api/v1/unsubscribe/");
  }
  const { rows } = await db.asSystem((tx) => sql`select 1 from mail_queue where workspace_id = ${id}`.execute(tx));
  expect(rows).toEqual([]);
});

test("without a seal a mail with secrets is refused; of a person who is erased nothing waits", async () => {
  const { id } = await workspaceWithKey(database);
  const unsealed = mailBatch(id, [], { template: texts, people: [personWith(token())] });
  await expect(send(db, unsealed)).rejects.toThrow("a mail with secrets needs a seal");
  await sendAccess(id, [personWith(token())]);
  const person = { contact_id: "019abf0e-1b02-7d3f-9c11-0d4b5a6c7e8f", address: "kari@example.com" };
  await db.inWorkspace(id, (tx) => eraseMails(tx, id, person, new Date()));
  const { rows } = await db.asSystem((tx) => sql`select 1 from mail_queue where workspace_id = ${id}`.execute(tx));
  expect(rows).toEqual([]);
  expect(await mailLedger(db, id)).toMatchObject([{ status: "skipped", reason: "erased", text: "" }]);
});
