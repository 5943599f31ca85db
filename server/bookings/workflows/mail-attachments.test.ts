/** What goes with mails about bookings: nobody who comes with others reads of them. */
import { sql } from "kysely";
import { extractText, getDocumentProxy } from "unpdf";
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { day, kari, later, morning, ola, salonsOf } from "../../../testing/workflows.ts";

const database = await testDatabase();
const salons = await salonsOf(database);

const start = later(morning, 3 * day).toISOString();
const withMail = { ...kari, email: "kari@example.com" };
const withMailToo = { ...ola, email: "ola@example.com" };
const mail = { action: "send_email", to: { customer: true }, subject: "Yoga", text: "See you", pdf: true };

/** The texts of all PDFs that wait in a workspace's mails. */
async function pdfsOf(workspaceId: string): Promise<string[]> {
  const { rows } = await database.db.asSystem((tx) =>
    sql<{ content: Buffer }>`select content from mail_files where workspace_id = ${workspaceId}`.execute(tx),
  );
  const texts = rows.map(async ({ content }) => {
    const { text } = await extractText(await getDocumentProxy(new Uint8Array(content)), { mergePages: true });
    return text;
  });
  return Promise.all(texts);
}

test("the PDF of one who comes with others has nothing of them, of who booked, and of the notes", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [mail] });
  await salon.book({
    start,
    customer: { first_name: "Berit", email: "berit@example.com" },
    attendees: [withMail, withMailToo],
    notes: "Ola is pregnant",
  });
  await salon.look();
  expect((await salon.mailsTo("ola@example.com")).length).toBe(1);
  const [pdf = "", ...others] = await pdfsOf(salon.id);
  expect(others).toEqual([]);
  expect(pdf).toContain("Yoga");
  for (const word of ["Kari", "Ola", "Berit", "pregnant"]) expect(pdf).not.toContain(word);
});

test("who booked reads who comes, and the business what was noted too", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [{ ...mail, to: { customer: true, addresses: ["desk@example.com"] } }] });
  await salon.book({ start, customer: withMail, attendees: [withMail, withMailToo], notes: "By the window" });
  await salon.look();
  const pdfs = await pdfsOf(salon.id);
  const named = pdfs.filter((text) => ["Kari", "Ola"].every((word) => text.includes(word)));
  expect(named).toHaveLength(2);
  expect(pdfs).toHaveLength(3);
  expect(named.filter((text) => text.includes("window"))).toHaveLength(1);
  expect(pdfs.filter((text) => text.includes("window"))).toHaveLength(1);
});
