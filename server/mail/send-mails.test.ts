import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { mailBatch, mailLedger, queueLength, send, template } from "../../testing/mail-batch.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { recordConsent } from "../consent/record-consent.ts";
import { findSubscriptionType } from "../consent/subscription-types.ts";
import { createContact } from "../contacts/contacts.ts";
import { unsubscribeLink } from "./render-mail.ts";
import { type MailRecipient, sendMails } from "./send-mails.ts";

const { db } = await testDatabase();
let workspaceId = "";
beforeEach(async () => {
  ({ id: workspaceId } = await createTestWorkspace(db));
});

async function contact(email: string | null, consent?: "grant" | "withdraw"): Promise<MailRecipient> {
  const now = new Date();
  const { id } = await db.inWorkspace(workspaceId, (tx) => createContact(tx, workspaceId, { email }, now));
  if (consent) await decide(id, consent);
  return { contact_id: id, email, values: {} };
}

const decide = (contact_id: string, action: "grant" | "withdraw", channel: "sms" | "email" = "email") =>
  db.inWorkspace(workspaceId, (tx) =>
    recordConsent(tx, {
      workspaceId,
      input: { contact_id, subscription_type: "marketing", channel, action, source: "form" },
      recordedBy: "Kari",
      now: new Date(),
    }),
  );

const marketing = async () => {
  const { id, needs_consent } = await db.inWorkspace(workspaceId, (tx) =>
    findSubscriptionType(tx, workspaceId, "marketing"),
  );
  return { class: "marketing", subscription_type: { id, needs_consent } } as const;
};

test("every recipient has an outcome, and a reason where nothing is sent", async () => {
  const people = [
    await contact("yes@example.com", "grant"),
    await contact(null),
    await contact("no@example.com", "withdraw"),
    await contact("never@example.com"),
    { contact_id: null, email: "stranger@example.com", values: {} },
    { contact_id: null, email: "two@example.com, three@example.com", values: {} },
    { contact_id: null, email: "a@b@\r\nBcc: eve@example.com", values: {} },
    { ...(await contact("yes2@example.com", "grant")), email: " YES@Example.com " },
  ];
  const smsOnly = await contact("sms@example.com");
  await decide(smsOnly.contact_id as string, "grant", "sms");
  const result = await send(db, mailBatch(workspaceId, [], { ...(await marketing()), people: [...people, smsOnly] }));
  expect(result.mails.map(({ status, reason }) => reason ?? status)).toEqual([
    "queued",
    "no_address",
    "no_consent",
    "no_consent",
    "no_consent",
    "invalid_address",
    "invalid_address",
    "duplicate",
    "no_consent",
  ]);
  expect(result.queued).toBe(1);
  expect(result.skipped).toEqual({ no_address: 1, no_consent: 4, invalid_address: 2, duplicate: 1 });
  expect(await mailLedger(db, workspaceId)).toHaveLength(9);
  expect(await queueLength(db)).toBe(1);
});

test("the same source, address and occurrence is one mail, also of two at once; another occurrence is another", async () => {
  const batch = mailBatch(workspaceId, ["a@example.com", "b@example.com"]);
  const results = await Promise.all([send(db, batch), send(db, batch), send(db, batch)]);
  expect(results.reduce((sum, { queued }) => sum + queued, 0)).toBe(2);
  expect((await send(db, batch)).mails.map(({ status }) => status)).toEqual(["known", "known"]);
  const later = batch.people.map((person) => ({ ...person, key: "2026-04-01" }));
  expect((await send(db, { ...batch, people: later })).queued).toBe(2);
  expect(await mailLedger(db, workspaceId)).toHaveLength(4);
});

test("whoever has an address that another was mailed at has an outcome of their own in each occurrence", async () => {
  const [first, second] = [await contact("a@example.com", "grant"), await contact("b@example.com", "grant")];
  const batch = mailBatch(workspaceId, []);
  for (const key of ["1", "2"]) {
    await send(db, { ...batch, people: [{ ...first, key }] });
    const again = await send(db, { ...batch, people: [{ ...second, email: first.email, key }] });
    expect(again.skipped).toEqual({ duplicate: 1 });
  }
  expect(await mailLedger(db, workspaceId)).toHaveLength(4);
});

test("nothing is sent of a transaction that is rolled back", async () => {
  const before = await queueLength(db);
  const batch = mailBatch(workspaceId, ["a@example.com"]);
  await expect(
    db.inWorkspace(workspaceId, async (tx) => {
      await sendMails(tx, batch);
      throw new Error("no");
    }),
  ).rejects.toThrow("no");
  expect(await queueLength(db)).toBe(before);
  expect(await mailLedger(db, workspaceId)).toEqual([]);
});

test("values are escaped where they stand, and lines of a subject are joined", async () => {
  const name = `<img src=x onerror="alert(1)">&'\r\nBcc: eve@example.com`;
  const values = { contact: { first_name: name } };
  await send(
    db,
    mailBatch(workspaceId, [], {
      template: {
        subject: template("Hei {{ contact.first_name }}"),
        text: null,
        html: template(`<p title="{{ contact.first_name }}">Hei {{ contact.first_name | upcase }}</p>`),
      },
      people: [{ contact_id: null, email: "a@example.com", values }],
    }),
  );
  const [mail] = await mailLedger(db, workspaceId);
  expect(mail?.subject).toBe(`Hei <img src=x onerror="alert(1)">&' Bcc: eve@example.com`);
  expect(mail?.html).not.toMatch(/<img/i);
  expect(mail?.html?.match(/"/g)).toHaveLength(2);
  // The plain twin is made of the HTML.
  expect(mail?.text).toMatch(/^Hei <IMG SRC=X ONERROR="ALERT\(1\)">&'/);
});

test("what needs consent has an unsubscribe link, in the workspace's language; what does not has none", async () => {
  const people = [await contact("yes@example.com", "grant")];
  const html = template("<html><body><p>Tilbud</p></body></html>");
  const text = template("Tilbud");
  const withHtml = { subject: template("Hei"), text, html };
  await send(db, mailBatch(workspaceId, [], { ...(await marketing()), people, template: withHtml }));
  await send(db, mailBatch(workspaceId, ["z@example.com"]));
  const [marketed, transactional] = await mailLedger(db, workspaceId);
  expect(marketed?.text).toBe(`Tilbud\n\n-- \nMeld deg av: ${unsubscribeLink}\n`);
  expect(marketed?.html).toMatch(
    /Tilbud<\/p><p [^>]*><a href="https:\/\/unsubscribe\.invalid\/">Meld deg av<\/a><\/p><\/body>/,
  );
  expect(transactional?.text).toBe("Velkommen");
});

test("the same attachment is stored once for all recipients", async () => {
  const attachment = { name: "bilett.ics", type: "text/calendar", content: Buffer.from("BEGIN:VCALENDAR") };
  await send(db, mailBatch(workspaceId, ["a@example.com", "b@example.com"], { attachments: [attachment] }));
  const stored = await db.asSystem((tx) =>
    sql`select 1 from mail_files where workspace_id = ${workspaceId}`.execute(tx),
  );
  expect(stored.rows).toHaveLength(1);
  const mails = await mailLedger(db, workspaceId);
  expect(mails.map(({ files }) => files)).toMatchObject([[{ name: "bilett.ics", size: 15 }], [{ size: 15 }]]);
  expect(mails[0]?.files[0]?.id).toBe(mails[1]?.files[0]?.id);
});
