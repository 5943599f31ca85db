/** People at the door: contacts and numbers, each with the values and the occurrence that its source knows. */
import { expect, test } from "vitest";
import { messageScope, type TemplateScope } from "../../../rules/placeholder-names.ts";
import { parseTemplate } from "../../../rules/placeholders.ts";
import { testDatabase } from "../../../testing/database.ts";
import { newId } from "../../../testing/new-id.ts";
import { addContacts, ledger, quota, send } from "../../../testing/pipeline.ts";
import { createTestWorkspace } from "../../../testing/workspace.ts";
import { instantOf } from "../../kit/id.ts";
import { getWorkspace } from "../../workspaces/workspace.ts";

const { db } = await testDatabase();

/** The scope of a domain of its own, as bookings will have one. */
const scope = {
  ...messageScope,
  "booking.time": { example: "10:00", type: "moment" },
  "booking.service": { example: "Klipp", type: "text" },
} as const satisfies TemplateScope;
const parsed = parseTemplate(
  'Hei {{ contact.first_name | default: "der" }}, {{ booking.service }} kl. {{ booking.time }} hos {{ workspace.name }}',
  scope,
);
if (!parsed.ok) throw new Error("the template does not parse");
const { template } = parsed;
const booking = (service: string, time: string) => ({ booking: { service, time } });

test("each person has the values of the occasion beside the contact's own; a number's contact is found", async () => {
  const workspace = await createTestWorkspace(db);
  const [kari] = await addContacts(db, workspace.id, [
    { mobile: "+4791000001", first_name: "Kari" },
    { mobile: "+4791000002", first_name: "Ola" },
  ]);
  const { messages } = await send(db, workspace, {
    template,
    recipients: {
      people: [
        { number: "910 00 002", values: booking("Farge", "11:00") },
        { contact_id: kari as string, values: booking("Klipp", "10:00") },
        { number: "+4791000003", values: booking("Vask", "12:00") },
      ],
    },
  });
  expect(messages.map(({ status }) => status)).toEqual(["queued", "queued", "queued"]);
  const { name } = await db.inWorkspace(workspace.id, (tx) => getWorkspace(tx, workspace.id));
  const texts = new Map((await ledger(db, workspace.id)).map(({ number, text }) => [number, text]));
  expect(texts).toEqual(
    new Map([
      ["+4791000001", `Hei Kari, Klipp kl. 10:00 hos ${name}`],
      ["+4791000002", `Hei Ola, Farge kl. 11:00 hos ${name}`],
      ["+4791000003", `Hei der, Vask kl. 12:00 hos ${name}`],
    ]),
  );
});

test("one source texts a person once for each key, however often it is repeated, and each text has its occurrence's time", async () => {
  const workspace = await createTestWorkspace(db);
  const [kari] = await addContacts(db, workspace.id, [{ mobile: "+4791000001", first_name: "Kari" }]);
  const source = { type: "api" as const, id: newId(), at: new Date("2026-01-05T08:00:00Z") };
  const visits = [new Date(Date.now() + 3_600_000), new Date(Date.now() + 90_000_000)];
  const people = visits.map((at, i) => ({
    contact_id: kari as string,
    key: `visit ${i}`,
    at,
    values: booking("Klipp", `1${i}:00`),
  }));
  const once = () => send(db, workspace, { source, template, recipients: { people } });
  expect((await once()).queued).toBe(2);
  expect((await once()).queued).toBe(0);
  const [again] = (
    await send(db, workspace, {
      source,
      template,
      recipients: { people: [...people, people[0] as (typeof people)[0]] },
    })
  ).messages.slice(2);
  expect(again).toMatchObject({ status: "skipped", reason: "duplicate" });
  const rows = (await ledger(db, workspace.id)).filter(({ status }) => status === "queued");
  expect(rows.map(({ text }) => /1\d:00/.exec(text)?.[0])).toEqual(["10:00", "11:00"]);
  expect(rows.map(({ id }) => instantOf(id).getTime())).toEqual(visits.map((at) => at.getTime()));
  expect(await quota(db, workspace.id)).toEqual({ used: 0, reserved: 2 });
});

test("a contact of another workspace is nobody, and one without a number says so", async () => {
  const [workspace, other] = [await createTestWorkspace(db), await createTestWorkspace(db)];
  const [theirs] = await addContacts(db, other.id, [{ mobile: "+4791000001", first_name: "Hemmelig" }]);
  const [silent] = await addContacts(db, workspace.id, [{ mobile: null, first_name: "Ola" }]);
  const people = [theirs, silent].map((id, i) => ({
    contact_id: id as string,
    key: `k${i}`,
    values: booking("Klipp", "10:00"),
  }));
  const { messages } = await send(db, workspace, { template, recipients: { people } });
  expect(messages.map(({ reason }) => reason)).toEqual(["no_number", "no_number"]);
  const rows = await ledger(db, workspace.id);
  expect(rows.map(({ text, number }) => text + number)).toEqual(["", ""]);
  expect(await ledger(db, other.id)).toEqual([]);
});

test("a skip is recorded for each key", async () => {
  const workspace = await createTestWorkspace(db);
  const source = { type: "api" as const, id: newId(), at: new Date() };
  const people = ["a", "b"].map((key) => ({ number: "22 00 00 01", key, values: booking("Klipp", "10:00") }));
  const once = () => send(db, workspace, { source, template, recipients: { people } });
  await once();
  await once();
  expect((await ledger(db, workspace.id)).map(({ reason }) => reason)).toEqual(["landline", "landline"]);
});

test("a placeholder of another domain's scope is refused where it does not belong", () => {
  const wrong = parseTemplate("{{ booking.time }}", messageScope);
  expect(wrong).toMatchObject({ ok: false, problems: [{ code: "unknown_placeholder", value: "booking.time" }] });
  for (const name of ["constructor", "__proto__", "toString"])
    expect(parseTemplate(`{{ ${name} }}`, scope).ok, name).toBe(false);
});
