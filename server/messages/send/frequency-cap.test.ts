import { sql } from "kysely";
import { expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../../testing/app.ts";
import { testDatabase } from "../../../testing/database.ts";
import { addContacts, ledger, send } from "../../../testing/pipeline.ts";
import { createTestWorkspace, type TestWorkspace } from "../../../testing/workspace.ts";

const database = await testDatabase({ max: 20 });
const { db } = database;
const { call } = await testApp(database);

async function cappedWorkspace(messages: number, days: number): Promise<TestWorkspace> {
  const workspace = await createTestWorkspace(db);
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update workspaces set frequency_cap_messages = ${messages}, frequency_cap_days = ${days}
      where workspace_id = ${workspace.id}`.execute(tx),
  );
  return workspace;
}

const marketing = { class: "marketing" as const };
const day = 24 * 3_600_000;
const set = ({ id }: TestWorkspace, values: ReturnType<typeof sql>) =>
  db.inWorkspace(id, (tx) => sql`update messages set ${values} where workspace_id = ${id}`.execute(tx));

test("after as many marketing texts as the cap allows a number is skipped; transactional texts pass and do not count", async () => {
  const workspace = await cappedWorkspace(2, 7);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, workspace);
  expect(await send(db, workspace, marketing)).toMatchObject({ queued: 1 });
  expect(await send(db, workspace, marketing)).toMatchObject({ queued: 1 });
  expect(await send(db, workspace, marketing)).toMatchObject({ queued: 0, skipped: { frequency_cap: 1 }, segments: 0 });
  expect(await send(db, workspace)).toMatchObject({ queued: 1 });
  // What was skipped is none that it had.
  const rows = await ledger(db, workspace.id);
  expect(rows.filter(({ reason }) => reason === "frequency_cap")).toHaveLength(1);
});

test("texts count for so many times 24 hours, and only those that may have reached the person", async () => {
  const workspace = await cappedWorkspace(1, 2);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const now = new Date();
  await send(db, workspace, { ...marketing, now });
  const after = (milliseconds: number) =>
    send(db, workspace, { ...marketing, now: new Date(now.getTime() + milliseconds) });
  expect(await after(2 * day - 60_000)).toMatchObject({ skipped: { frequency_cap: 1 } });
  expect(await after(2 * day + 60_000)).toMatchObject({ queued: 1 });
  for (const status of ["cancelled", "failed", "expired"]) {
    await set(workspace, sql`status = ${sql.lit(status)}`);
    expect(await send(db, workspace, marketing), status).toMatchObject({ queued: 1 });
  }
  for (const status of ["submitted", "sent", "delivered", "undelivered"]) {
    await set(workspace, sql`status = ${sql.lit(status)}`);
    expect(await send(db, workspace, marketing), status).toMatchObject({ skipped: { frequency_cap: 1 } });
  }
});

test("a person is a number: contacts that share it share the cap", async () => {
  const workspace = await cappedWorkspace(1, 7);
  const [first, second] = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { phone: "+4791000001", phone_kind: "mobile" },
  ]);
  const only = (id: string | undefined) => ({ ...marketing, recipients: { contacts: sql`select ${id}::uuid` } });
  expect(await send(db, workspace, only(first))).toMatchObject({ queued: 1 });
  expect(await send(db, workspace, only(second))).toMatchObject({ skipped: { frequency_cap: 1 } });
});

test("a second contact with a number in one campaign is a duplicate, in the same chunk or a later one", async () => {
  const workspace = await cappedWorkspace(1, 7);
  const contacts = await addContacts(db, workspace.id, [
    { mobile: "+4791000001" },
    { phone: "+4791000001", phone_kind: "mobile" },
  ]);
  const source = { type: "campaign" as const, id: workspace.id, at: new Date() };
  for (const [i, id] of contacts.entries()) {
    const sent = await send(db, workspace, { ...marketing, source, recipients: { contacts: sql`select ${id}::uuid` } });
    expect(sent).toMatchObject(i === 0 ? { queued: 1 } : { queued: 0, skipped: { duplicate: 1 } });
  }
});

test("a contact that is several people of one batch is counted for each", async () => {
  const workspace = await cappedWorkspace(2, 7);
  const [id = ""] = await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, workspace, marketing);
  const source = { type: "campaign" as const, id: workspace.id, at: new Date() };
  const people = ["first", "second", "third"].map((key) => ({ contact_id: id, key }));
  expect(await send(db, workspace, { ...marketing, source, recipients: { people } })).toMatchObject({
    queued: 1,
    skipped: { frequency_cap: 2 },
  });
});

test("a source that texts a person on one occasion after the other is capped like any other", async () => {
  const workspace = await cappedWorkspace(2, 7);
  const [id = ""] = await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const source = { type: "campaign" as const, id: workspace.id, at: new Date() };
  for (const to of [{ contact_id: id }, { number: "+4791000001" }]) {
    const on = (key: string) => send(db, workspace, { ...marketing, source, recipients: { people: [{ ...to, key }] } });
    await set(workspace, sql`status = 'cancelled'`);
    const week = (n: number) => `${Object.keys(to)[0]} week ${n}`;
    expect(await on(week(1))).toMatchObject({ queued: 1 });
    expect(await on(week(2))).toMatchObject({ queued: 1 });
    expect(await on(week(3))).toMatchObject({ queued: 0, skipped: { frequency_cap: 1 } });
    // The same occasion once more is neither sent nor skipped.
    const again = await on(week(2));
    expect(again).toMatchObject({ queued: 0, skipped: {}, messages: [{ status: "queued", reason: null }] });
  }
});

test("occasions that exist already leave the others of their batch what the cap allows", async () => {
  const workspace = await cappedWorkspace(2, 7);
  const [id = ""] = await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  const source = { type: "campaign" as const, id: workspace.id, at: new Date() };
  const on = (...keys: string[]) =>
    send(db, workspace, {
      ...marketing,
      source,
      recipients: { people: keys.map((key) => ({ contact_id: id, key })) },
    });
  await on("first");
  const { messages } = await on("first", "second", "third");
  expect(messages.map(({ reason }) => reason)).toEqual([null, null, "frequency_cap"]);
});

test("tests and answers pass, although they are sent as marketing", async () => {
  const workspace = await cappedWorkspace(1, 7);
  await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, workspace, marketing);
  const source = { type: "carrier_test" as const, id: null, at: new Date() };
  expect(await send(db, workspace, { ...marketing, source })).toMatchObject({ queued: 1 });
});

test("campaigns at the same time cannot both pass the cap", async () => {
  const workspace = await cappedWorkspace(2, 7);
  await addContacts(
    db,
    workspace.id,
    Array.from({ length: 30 }, (_, i) => ({ mobile: `+47910000${i + 10}` })),
  );
  const sent = await Promise.all(Array.from({ length: 8 }, () => send(db, workspace, marketing)));
  expect(sent.reduce((sum, { queued }) => sum + queued, 0)).toBe(60);
  const queued = (await ledger(db, workspace.id)).filter(({ status }) => status === "queued");
  const each = Map.groupBy(queued, ({ number }) => number);
  expect([...each.values()].every((texts) => texts.length === 2)).toBe(true);
});

test("without a cap, or with another workspace's, nothing is skipped", async () => {
  const [own, other] = [await createTestWorkspace(db), await cappedWorkspace(1, 90)];
  for (const workspace of [own, other]) await addContacts(db, workspace.id, [{ mobile: "+4791000001" }]);
  await send(db, other, marketing);
  for (let n = 0; n < 3; n++) expect(await send(db, own, marketing)).toMatchObject({ queued: 1 });
});

test("texts of the API count each other, those of one moment too", async () => {
  const { id, key } = await workspaceWithKey(database);
  const cap = await call("PATCH /workspace", { key, body: { frequency_cap: { messages: 2, days: 1 } } });
  expect(cap.body.frequency_cap).toEqual({ messages: 2, days: 1 });
  await addContacts(db, id, [{ mobile: "+4791000001" }]);
  const body = { to: "+4791000001", text: "Tilbud", class: "marketing", subscription_type: "marketing" };
  const answers = await Promise.all(Array.from({ length: 6 }, () => call("POST /messages", { key, body })));
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 202, 422, 422, 422, 422]);
  expect(answers.find(({ status }) => status === 422)?.body.error).toMatchObject({
    code: "frequency_cap",
    field: "to",
    value: "+4791000001",
  });
  const transactional = await call("POST /messages", { key, body: { to: "+4791000001", text: "Kode" } });
  expect(transactional.status).toBe(202);
});

test("the cap is null, or whole numbers within bounds; others are refused with field and value", async () => {
  const { key } = await workspaceWithKey(database);
  const patch = (frequency_cap: unknown) => call("PATCH /workspace", { key, body: { frequency_cap } });
  expect((await call("GET /workspace", { key })).body.frequency_cap).toBeNull();
  expect((await patch({ messages: 3, days: 30 })).body.frequency_cap).toEqual({ messages: 3, days: 30 });
  // Another field leaves it.
  const named = await call("PATCH /workspace", { key, body: { name: "Salong" } });
  expect(named.body.frequency_cap).toEqual({ messages: 3, days: 30 });
  for (const [wrong, field, value] of [
    [{ messages: 0, days: 7 }, "frequency_cap.messages", 0],
    [{ messages: 1.5, days: 7 }, "frequency_cap.messages", 1.5],
    [{ messages: 1, days: 91 }, "frequency_cap.days", 91],
    [{ messages: 1, days: "7" }, "frequency_cap.days", "7"],
  ] as const) {
    const answer = await patch(wrong);
    expect(answer.status).toBe(422);
    expect(answer.body.error).toMatchObject({ field, value });
  }
  expect((await patch({ messages: 1 })).body.error).toMatchObject({ field: "frequency_cap.days" });
  expect((await patch(null)).body.frequency_cap).toBeNull();
  const log = await call("GET /audit-events?action=workspace.updated", { key });
  expect(log.body.items[0]).toMatchObject({
    before: { frequency_cap: { messages: 3, days: 30 } },
    after: { frequency_cap: null },
  });
});
