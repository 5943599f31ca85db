/** Texts and mails that a workflow queued and that did not leave: its decisions and its figure say so. */
import { expect, test } from "vitest";
import { testDatabase } from "../../../testing/database.ts";
import { submitMails } from "../../../testing/mails.ts";
import { day, kari, later, morning, ola, salonsOf } from "../../../testing/workflows.ts";
import { everyType, insertStop } from "../../mail/stops-store.ts";

const database = await testDatabase();
const salons = await salonsOf(database);

const start = later(morning, 3 * day).toISOString();
const mail = { action: "send_email", to: { customer: true }, subject: "Booked", text: "See you" };
const sentBy = async (salon: Awaited<ReturnType<typeof salons.open>>) =>
  (await salon.request("GET /workflows")).items.map(({ sent_count }: { sent_count: number }) => sent_count);

test("a mail whose address came back before it left: it is not sent, and says why", async () => {
  const salon = await salons.open();
  await salon.workflow({ do: [mail] });
  const bounced = await salon.book({ start, customer: { ...kari, email: "kari@example.com" } });
  const well = await salon.book({ start, customer: { ...ola, email: "ola@example.com" } });
  await salon.look();
  expect(await sentBy(salon)).toEqual([2]);
  await database.db.inWorkspace(salon.id, (tx) =>
    insertStop(tx, salon.id, {
      address: "kari@example.com",
      kind: "bounced",
      subscription_type_id: everyType,
      at: morning,
      mail_id: null,
    }),
  );
  await submitMails(salons.services);
  expect(await salon.statesOf(bounced)).toEqual(["skipped: address_in_use_no_more"]);
  expect(await salon.statesOf(well)).toEqual(["sent"]);
  expect(await sentBy(salon)).toEqual([1]);
  expect((await salon.mailsTo("ola@example.com")).map(({ status }) => status)).toEqual(["sent"]);
});

test("a text and a mail to somebody who is erased before they leave", async () => {
  const salon = await salons.open();
  const text = { action: "send_sms", to: { customer: true }, text: "See you" };
  await salon.workflow({ do: [mail, text] });
  const booking = await salon.book({ start, customer: { ...kari, email: "kari@example.com" } });
  await salon.book({ start, customer: { ...ola, email: "ola@example.com" } });
  await salon.look();
  expect(await sentBy(salon)).toEqual([4]);
  const id = booking.customer?.id;
  await salon.request(`POST /contacts/${id}/erasure`, { confirm: id });
  expect(await salon.statesOf(booking)).toEqual(["skipped: erased", "skipped: erased"]);
  expect(await sentBy(salon)).toEqual([2]);
});
