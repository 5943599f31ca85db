import { beforeEach, expect, test } from "vitest";
import { campaigns } from "../../contract/campaigns.ts";
import { draftOf, editorOf, listOf, press } from "../../testing/campaign.ts";
import { testDatabase } from "../../testing/database.ts";
import { addContacts } from "../../testing/pipeline.ts";
import { shortLinks } from "../../testing/short-links.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { deleteCampaign, getCampaign, updateCampaign } from "./edit-campaign.ts";

const { db } = await testDatabase();
let workspace: TestWorkspace;
let list: string;
let contacts: string[];
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
  contacts = await addContacts(db, workspace.id, [{ mobile: "+4791000001", first_name: "Ola" }]);
  list = await listOf(db, workspace.id, contacts);
});

const change = (id: string, input: Record<string, unknown>, workspaceId = workspace.id) =>
  db.inWorkspace(workspaceId, (tx) =>
    updateCampaign(tx, editorOf(workspaceId), id, campaigns.update.body.parse(input), new Date(), shortLinks),
  );
const get = (id: string, workspaceId = workspace.id) =>
  db.inWorkspace(workspaceId, (tx) => getCampaign(tx, workspaceId, id));

test("a change sets only the given fields", async () => {
  const id = await draftOf(db, workspace, { text: "Hei du", sender: "Salong", opt_out_text: false }, list);
  await change(id, { name: "Other" });
  expect(await get(id)).toMatchObject({
    name: "Other",
    text: "Hei du",
    sender_address: "Salong",
    subscription_type_key: "marketing",
    include: { lists: [list], contacts: [] },
    opt_out_text: false,
  });
  await change(id, { sender: null, subscription_type: null, include: { contacts } });
  expect(await get(id)).toMatchObject({
    sender_address: null,
    subscription_type_id: null,
    include: { lists: [], contacts },
  });
});

test("a change that names a revision overwrites nothing that was changed since", async () => {
  const id = await draftOf(db, workspace, { text: "Hei" }, list);
  const { revision } = await get(id);
  const per = { workspaceId: workspace.id, userId: workspace.sender.id, name: "Per" };
  const changeAs = (by: typeof per, input: { text: string; revision?: number }) =>
    db.inWorkspace(workspace.id, (tx) => updateCampaign(tx, by, id, input, new Date(), shortLinks));
  const changed = await changeAs(per, { text: "Hei fra Per", revision });
  expect(changed).toMatchObject({ revision: revision + 1, changed_by: per.userId, changed_by_name: "Per" });
  const kari = { ...per, name: "Kari" };
  await expect(changeAs(kari, { text: "Hei fra Kari", revision })).rejects.toMatchObject({
    status: 409,
    code: "campaign_changed",
    field: "revision",
    value: revision + 1,
  });
  expect(await get(id)).toMatchObject({ text: "Hei fra Per", changed_by_name: "Per" });
  // An answer that was lost: the same change again is none.
  expect(await changeAs(per, { text: "Hei fra Per", revision })).toMatchObject({ revision: revision + 1 });
  expect(await changeAs(kari, { text: "Hei fra Kari", revision: revision + 1 })).toMatchObject({
    text: "Hei fra Kari",
  });
  // Without a revision the last change wins.
  expect(await changeAs(per, { text: "Hei igjen" })).toMatchObject({ text: "Hei igjen", changed_by_name: "Per" });
});

test("of two changes of one revision at once, one is refused", async () => {
  const id = await draftOf(db, workspace, { text: "Hei" }, list);
  const { revision } = await get(id);
  const outcomes = await Promise.allSettled(["A", "B"].map((text) => change(id, { text, revision })));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect((await get(id)).revision).toBe(revision + 1);
});

test("a draft may be empty", async () => {
  const id = await draftOf(db, workspace, { text: "", subscription_type: null });
  expect(await get(id)).toMatchObject({ text: "", status: "draft", subscription_type_id: null });
});

test.each([
  ["an unknown placeholder", { text: "Hei {{ contact.shoe_size }}" }, "text", "at character"],
  ["broken Liquid", { text: "Hei {{ contact.first_name" }, "text", "at character 5"],
  ["a loop", { text: "{% for x in contact.first_name %}x{% endfor %}" }, "text", "not allowed"],
  ["a sender that is none", { sender: "*" }, "sender", "*"],
  ["a subscription type that is none", { subscription_type: "Gossip" }, "subscription_type", "Gossip"],
])("%s is refused when saving", async (_what, input, field, said) => {
  await expect(draftOf(db, workspace, input, list)).rejects.toMatchObject({ status: 422, field });
  await expect(draftOf(db, workspace, input, list)).rejects.toThrow(said);
  const id = await draftOf(db, workspace, {}, list);
  await expect(change(id, input)).rejects.toMatchObject({ status: 422, field });
  expect(await get(id)).toMatchObject({ text: "Hei" });
});

test("references to another workspace's lists, contacts and senders are refused", async () => {
  const other = await createTestWorkspace(db);
  const [theirContact = ""] = await addContacts(db, other.id, [{ mobile: "+4791000001" }]);
  const theirList = await listOf(db, other.id, [theirContact]);
  const refused = async (input: Record<string, unknown>, field: string, value: string) => {
    await expect(draftOf(db, workspace, input)).rejects.toMatchObject({ status: 422, field, value });
  };
  await refused({ include: { lists: [list, theirList] } }, "include.lists", theirList);
  await refused({ exclude: { lists: [theirList] } }, "exclude.lists", theirList);
  await refused({ include: { contacts: [...contacts, theirContact] } }, "include.contacts", theirContact);
  await refused({ exclude: { contacts: [theirContact] } }, "exclude.contacts", theirContact);
  await refused({ sender: other.sender.id }, "sender", other.sender.id);
  await refused(
    { subscription_type: other.subscriptionTypes.marketing },
    "subscription_type",
    other.subscriptionTypes.marketing,
  );
  const id = await draftOf(db, workspace, {}, list);
  await expect(get(id, other.id)).rejects.toMatchObject({ status: 404 });
  await expect(change(id, { name: "Mine" }, other.id)).rejects.toMatchObject({ status: 404 });
  await expect(db.inWorkspace(other.id, (tx) => deleteCampaign(tx, other.id, id, new Date()))).rejects.toMatchObject({
    status: 404,
  });
  await expect(press(db, other.id, id)).rejects.toMatchObject({ status: 404 });
  expect(await get(id)).toMatchObject({ name: "Test", status: "draft" });
});

test("only a draft can be changed or deleted", async () => {
  const id = await draftOf(db, workspace, {}, list);
  await press(db, workspace.id, id);
  await expect(change(id, { text: "Other" })).rejects.toMatchObject({ status: 409, code: "not_a_draft" });
  await expect(
    db.inWorkspace(workspace.id, (tx) => deleteCampaign(tx, workspace.id, id, new Date())),
  ).rejects.toMatchObject({
    status: 409,
  });
  const draft = await draftOf(db, workspace, {}, list);
  await db.inWorkspace(workspace.id, (tx) => deleteCampaign(tx, workspace.id, draft, new Date()));
  await expect(get(draft)).rejects.toMatchObject({ status: 404 });
});
