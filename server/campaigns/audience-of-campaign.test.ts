/** Who gets a campaign, and why one contact does not, in every state of the campaign. */
import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { testApp, workspaceWithKey } from "../../testing/app.ts";
import { campaignServices, draftOf, listOf, prepare, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { addContacts } from "../../testing/pipeline.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { explainCampaign, listCampaignAudience } from "./audience-of-campaign.ts";
import { cancelCampaign } from "./hold-campaign.ts";
import { scheduleCampaign } from "./schedule-campaign.ts";

const database = await testDatabase();
const { db } = database;
let workspace: TestWorkspace;
let ola: string;
let kari: string;
let per: string;
let list: string;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
  [ola = "", kari = "", per = ""] = await addContacts(db, workspace.id, [
    { mobile: "+4791000001", first_name: "Ola" },
    { mobile: "+4791000002", consents: false },
    { mobile: "+4791000003" },
  ]);
  list = await listOf(db, workspace.id, [ola, kari]);
});

const explain = (id: string, contact: string) =>
  db.inWorkspace(workspace.id, (tx) => explainCampaign(tx, workspace.id, id, contact, new Date()));
const listed = (id: string, view: "will" | "wont", more: object = {}) =>
  db.inWorkspace(workspace.id, (tx) =>
    listCampaignAudience(tx, workspace.id, id, { view, limit: 10, ...more }, new Date()),
  );
const none = { will: false, message_id: null };

test("before it is sent the audience of now answers", async () => {
  const id = await draftOf(db, workspace, { exclude: { contacts: [per], lists: [] } }, list);
  expect(await explain(id, ola)).toEqual({ will: true, reason: null, message_id: null });
  expect(await explain(id, kari)).toEqual({ ...none, reason: "no_consent" });
  expect(await explain(id, per)).toEqual({ ...none, reason: "excluded" });
  expect(await listed(id, "will")).toEqual({
    items: [{ contact_id: ola, name: "Ola", number: "+4791000001", reason: null }],
    next_cursor: null,
  });
  expect((await listed(id, "wont", { reason: "landline" })).items).toEqual([]);
  const at = new Date(Date.now() + 86_400_000).toISOString();
  await scheduleCampaign(campaignServices(db), workspace.id, id, { at, local: false });
  expect(await explain(id, kari)).toEqual({ ...none, reason: "no_consent" });
});

test("a draft without a subscription type lists nobody", async () => {
  const id = await draftOf(db, workspace, { subscription_type: null }, list);
  expect(await listed(id, "will")).toEqual({ items: [], next_cursor: null });
});

test("afterwards the ledger answers, whatever has changed since", async () => {
  const id = await draftOf(db, workspace, {}, list);
  await press(db, workspace.id, id);
  expect(await explain(id, ola)).toEqual({ will: true, reason: null, message_id: null });
  await prepare(db, workspace.id, id);
  expect(await explain(id, ola)).toMatchObject({ will: true, reason: null, message_id: expect.any(String) });
  await db.inWorkspace(workspace.id, async (tx) => {
    await sql`update contacts set sms_consents = 0, marketing = false where workspace_id = ${workspace.id}`.execute(tx);
    await sql`insert into list_members (workspace_id, list_id, contact_id) values (${workspace.id}, ${list}, ${per})`.execute(
      tx,
    );
  });
  expect(await explain(id, ola)).toMatchObject({ will: true, reason: null });
  expect(await explain(id, kari)).toMatchObject({ will: false, reason: "no_consent", message_id: expect.any(String) });
  expect(await explain(id, per)).toEqual({ ...none, reason: "not_in_audience" });
});

test("of a cancelled campaign those who were not reached say so", async () => {
  const id = await draftOf(db, workspace, {}, list);
  await press(db, workspace.id, id);
  await cancelCampaign(campaignServices(db), workspace.id, id);
  expect(await explain(id, ola)).toEqual({ ...none, reason: "cancelled" });
  expect(await explain(id, per)).toEqual({ ...none, reason: "not_in_audience" });
});

test("a text that was queued when its campaign was cancelled was cancelled", async () => {
  const id = await draftOf(db, workspace, {}, list);
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  await db.inWorkspace(workspace.id, (tx) =>
    sql`update messages set status = 'cancelled' where workspace_id = ${workspace.id} and status = 'queued'`.execute(
      tx,
    ),
  );
  expect(await explain(id, ola)).toMatchObject({ will: false, reason: "cancelled", message_id: expect.any(String) });
});

test("once its messages are purged nobody is said to have been left out", async () => {
  const id = await draftOf(db, workspace, {}, list);
  await press(db, workspace.id, id);
  await prepare(db, workspace.id, id);
  await db.inWorkspace(workspace.id, (tx) =>
    sql`delete from messages where workspace_id = ${workspace.id}`.execute(tx),
  );
  expect(await explain(id, ola)).toEqual({ ...none, reason: "purged" });
});

test("another workspace's campaign and contact are none", async () => {
  const { call } = await testApp(database);
  const theirs = await workspaceWithKey(database);
  const get = (path: string) => call(`GET ${path}`, { key: theirs.key });
  const made = await call("POST /campaigns", { key: theirs.key, body: { name: "Theirs" } });
  const id = await draftOf(db, workspace, {}, list);
  expect((await get(`/campaigns/${id}/explain?contact=${ola}`)).status).toBe(404);
  expect((await get(`/campaigns/${id}/audience?view=will`)).status).toBe(404);
  expect(await get(`/campaigns/${made.body.id}/explain?contact=${ola}`)).toMatchObject({
    status: 404,
    body: { error: { code: "not_found", value: ola } },
  });
  for (const query of ["view=all", "", "view=will&cursor=x", "view=wont&reason=mood"])
    expect((await get(`/campaigns/${made.body.id}/audience?${query}`)).status, query).toBe(422);
  expect((await get(`/campaigns/${made.body.id}/explain`)).status).toBe(422);
});
