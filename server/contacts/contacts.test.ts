import { sql } from "kysely";
import { beforeEach, expect, test } from "vitest";
import { ContactInput } from "../../contract/contacts.ts";
import { testDatabase } from "../../testing/database.ts";
import { newId } from "../../testing/new-id.ts";
import { createTestWorkspace, type TestWorkspace } from "../../testing/workspace.ts";
import { workspaceScope } from "../kit/db.ts";
import { preparedTransaction } from "../kit/prepared.ts";
import { sideBySide } from "../kit/shared-statements.ts";
import { insertContact, updateContactRow } from "./contacts-store.ts";
import { createContact, deleteContact, getContact, updateContact } from "./contacts.ts";
import {
  addMembers,
  createList,
  deleteList,
  findOrCreateList,
  getList,
  listLists,
  removeMembers,
  renameList,
} from "./lists.ts";

const { db } = await testDatabase();
let workspace: TestWorkspace;
beforeEach(async () => {
  workspace = await createTestWorkspace(db);
});

const create = (input: object, id = workspace.id) =>
  db.inWorkspace(id, (tx) => createContact(tx, id, ContactInput.parse(input), new Date()));
const update = (contact: string, input: object, id = workspace.id) =>
  db.inWorkspace(id, (tx) => updateContact(tx, id, contact, ContactInput.parse(input), new Date()));
const inside = <T>(work: Parameters<typeof db.inWorkspace<T>>[1]) => db.inWorkspace(workspace.id, work);

test("a contact's values are stored in one spelling each", async () => {
  const contact = await create({
    mobile: "912 34 567",
    phone: "22 22 22 22",
    email: "Ola@Example.NO",
    first_name: " A\u030Ase ",
    locale: "nb_no",
    time_zone: "Europe/Oslo",
    properties: { size: 42, vip: true, gone: null },
  });
  expect(contact).toMatchObject({
    mobile: "+4791234567",
    mobile_kind: "mobile",
    phone: "+4722222222",
    phone_kind: "landline",
    email: "ola@example.no",
    first_name: "Åse",
    last_name: null,
    locale: "nb-NO",
    marketing: true,
    properties: { size: 42, vip: true },
    lists: [],
    opt_outs: [],
  });
});

test("an invalid value is refused with the field and the value", async () => {
  for (const [field, value] of Object.entries({ mobile: "12", phone: "hei", locale: "norsk!", time_zone: "Oslo" })) {
    await expect(create({ [field]: value })).rejects.toMatchObject({ status: 422, field, value });
  }
  await expect(create({ first_name: "a\0b" })).rejects.toMatchObject({
    issues: [{ path: ["first_name"] }],
  });
  await expect(create({ properties: { x: "\0" } })).rejects.toMatchObject({ status: 422, field: "properties.x" });
});

test("a number that turns out to be taken never undoes what is written beside it: all fails, and is tried one by one", async () => {
  const taken = await create({ mobile: "+4791234567" });
  const other = await create({ first_name: "Eva" });
  const beside = newId();
  const written = preparedTransaction(db.workspacePool, workspaceScope(workspace.id), (tx) =>
    sideBySide(tx, [
      () => updateContactRow(tx, workspace.id, other.id, { mobile: taken.mobile }, new Date()),
      () => insertContact(tx, workspace.id, { id: beside, fields: { first_name: "Ola" }, at: new Date() }),
    ]),
  );
  await expect(written).rejects.toThrow("current transaction is aborted");
});

test("numbers compare as E.164: every spelling of a taken one is refused with the other contact's id", async () => {
  const first = await create({ mobile: "+4791234567" });
  for (const mobile of ["91234567", "0047 912 34 567", "4791234567", " +47 (912) 34-567"]) {
    const refused = await create({ mobile }).catch((error) => error);
    expect(refused).toMatchObject({ status: 409, field: "mobile", value: "+4791234567" });
    expect(refused.message).toContain(first.id);
  }
  const second = await create({ mobile: "92345678" });
  const refused = await update(second.id, { mobile: "912 34 567", first_name: "X" }).catch((error) => error);
  expect(refused).toMatchObject({ status: 409, field: "mobile" });
  expect(refused.message).toContain(first.id);
  const other = await createTestWorkspace(db);
  await expect(create({ mobile: "91234567" }, other.id)).resolves.toMatchObject({ mobile: "+4791234567" });
});

test("of ten creations with the same number at once one succeeds", async () => {
  const all = await Promise.allSettled(Array.from({ length: 10 }, () => create({ mobile: "91234567" })));
  expect(all.filter((each) => each.status === "fulfilled")).toHaveLength(1);
  for (const each of all) if (each.status === "rejected") expect(each.reason).toMatchObject({ status: 409 });
});

test("a change sets the given fields, null clears one, properties are merged", async () => {
  const { id } = await create({ mobile: "91234567", email: "a@b.no", properties: { a: 1, b: "x" } });
  const edited = await update(id, { mobile: null, first_name: "Ola", properties: { b: null, c: true } });
  expect(edited).toMatchObject({
    mobile: null,
    mobile_kind: null,
    email: "a@b.no",
    first_name: "Ola",
    properties: { a: 1, c: true },
  });
  const many = Object.fromEntries(Array.from({ length: 99 }, (_, index) => [`p${index}`, index]));
  await expect(update(id, { properties: many })).rejects.toMatchObject({ status: 422, field: "properties" });
  expect((await update(id, { email: null })).email).toBeNull();
});

test("another workspace's contacts and lists do not exist", async () => {
  const other = await createTestWorkspace(db);
  const foreign = await create({ mobile: "91234567" }, other.id);
  const foreignList = await db.inWorkspace(other.id, (tx) => createList(tx, other.id, "Theirs", new Date()));
  const list = await inside((tx) => createList(tx, workspace.id, "Ours", new Date()));
  const own = await create({ mobile: "91234567" });
  const gone = { status: 404 };
  await expect(inside((tx) => getContact(tx, workspace.id, foreign.id))).rejects.toMatchObject(gone);
  await expect(update(foreign.id, { first_name: "X" })).rejects.toMatchObject(gone);
  await expect(inside((tx) => deleteContact(tx, workspace.id, foreign.id, new Date()))).rejects.toMatchObject(gone);
  await expect(inside((tx) => getList(tx, workspace.id, foreignList.id))).rejects.toMatchObject(gone);
  await expect(inside((tx) => renameList(tx, workspace.id, foreignList.id, "X", new Date()))).rejects.toMatchObject(
    gone,
  );
  await expect(inside((tx) => deleteList(tx, workspace.id, foreignList.id, new Date()))).rejects.toMatchObject(gone);
  await expect(
    inside((tx) => addMembers(tx, workspace.id, foreignList.id, [own.id], new Date())),
  ).rejects.toMatchObject(gone);
  await expect(
    inside((tx) => addMembers(tx, workspace.id, list.id, [own.id, foreign.id], new Date())),
  ).rejects.toMatchObject({
    ...gone,
    field: "contacts",
    value: foreign.id,
  });
  expect((await inside((tx) => getList(tx, workspace.id, list.id))).members).toBe(0);
});

test("deleting a contact removes it from its lists and keeps its opt-outs and proof of consent", async () => {
  const contact = await create({ mobile: "91234567" });
  const list = await inside((tx) => createList(tx, workspace.id, "All", new Date()));
  await inside((tx) => addMembers(tx, workspace.id, list.id, [contact.id], new Date()));
  await inside(async (tx) => {
    await sql`insert into opt_outs values (${workspace.id}, '+4791234567', ${workspace.sender.id}, now(), 'sms', 'STOP')`.execute(
      tx,
    );
    await sql`insert into consent_events values (${workspace.id}, ${newId()}, ${contact.id},
      ${workspace.subscriptionTypes.marketing}, 'sms', true, 'form', null, now(), now(), 'test')`.execute(tx);
  });
  await inside((tx) => deleteContact(tx, workspace.id, contact.id, new Date()));
  expect((await inside((tx) => getList(tx, workspace.id, list.id))).members).toBe(0);
  const { rows } = await inside((tx) =>
    sql<{ n: number }>`select (select count(*) from opt_outs) + (select count(*) from consent_events) as n`.execute(tx),
  );
  expect(rows[0]?.n).toBe(2);
  const again = await create({ mobile: "91234567" });
  expect(again.opt_outs).toMatchObject([{ number: "+4791234567", sender: workspace.sender.address, evidence: "STOP" }]);
});

test("a list counts each member once, also when several calls add them at the same time", async () => {
  const list = await inside((tx) => createList(tx, workspace.id, "Kunder", new Date()));
  const contacts = await Promise.all(
    Array.from({ length: 12 }, (_, index) => create({ email: `p${index}@example.no` })),
  );
  const ids = contacts.map((contact) => contact.id);
  const answers = await Promise.all(
    Array.from({ length: 6 }, (_, index) =>
      inside((tx) => addMembers(tx, workspace.id, list.id, ids.slice(index, index + 6), new Date())),
    ),
  );
  expect(answers.reduce((sum, answer) => sum + answer.added, 0)).toBe(11);
  expect((await inside((tx) => getList(tx, workspace.id, list.id))).members).toBe(11);
  expect(
    await inside((tx) => removeMembers(tx, workspace.id, list.id, [...ids.slice(0, 3), newId()], new Date())),
  ).toEqual({
    removed: 3,
    members: 8,
  });
  const contact = await inside((tx) => getContact(tx, workspace.id, ids[5] as string));
  expect(contact.lists).toEqual([{ id: list.id, name: "Kunder" }]);
});

test("lists are paged by name, and a name is taken in any case", async () => {
  for (const name of ["b", "Å", "a", "C"]) await inside((tx) => createList(tx, workspace.id, name, new Date()));
  await expect(inside((tx) => createList(tx, workspace.id, "B", new Date()))).rejects.toMatchObject({ status: 409 });
  const first = await inside((tx) => listLists(tx, workspace.id, { limit: 3 }));
  const rest = await inside((tx) => listLists(tx, workspace.id, { limit: 3, cursor: first.next_cursor ?? "" }));
  expect([...first.items, ...rest.items].map((list) => list.name).slice(0, 3)).toEqual(["a", "b", "C"]);
  expect(rest).toMatchObject({ items: [{ name: "Å" }], next_cursor: null });
  const found = await inside((tx) => listLists(tx, workspace.id, { query: "c", limit: 10 }));
  expect(found.items.map((list) => list.name)).toEqual(["C"]);
});

test("lists are found by any part of their names, whatever its case and accents", async () => {
  for (const name of ["Påskekampanje", "ÅRSMØTE Ærlig", "Straße"])
    await inside((tx) => createList(tx, workspace.id, name, new Date()));
  const found = async (query: string) =>
    (await inside((tx) => listLists(tx, workspace.id, { query, limit: 10 }))).items.map(({ name }) => name);
  for (const query of ["paske", "PÅSKE", "pa\u030aske", "kampanje"])
    expect(await found(query)).toEqual(["Påskekampanje"]);
  for (const query of ["arsmote", "årsmøte", "aerlig"]) expect(await found(query)).toEqual(["ÅRSMØTE Ærlig"]);
  expect(await found("strasse")).toEqual(["Straße"]);
  expect(await found("pæske")).toEqual([]);
});

test("lists whose names look alike are one list", async () => {
  const made = await inside((tx) => createList(tx, workspace.id, "P\u00e5ske 2027", new Date()));
  const alike = ["Pa\u030aske 2027", "P\u00c5SKE  2027", "\u200bP\u00e5s\u200bke\u00a02027\ufeff"];
  for (const name of alike) {
    const problem = { status: 409, code: "name_taken", field: "name", value: name };
    await expect(inside((tx) => createList(tx, workspace.id, name, new Date()))).rejects.toMatchObject(problem);
    expect(await inside((tx) => findOrCreateList(tx, workspace.id, name, new Date()))).toEqual(made);
  }
  const other = await inside((tx) => createList(tx, workspace.id, "Paske 2027", new Date()));
  await expect(
    inside((tx) => renameList(tx, workspace.id, other.id, alike[0] ?? "", new Date())),
  ).rejects.toMatchObject({
    status: 409,
  });
  // A list can be renamed to another spelling of its own name.
  await inside((tx) => renameList(tx, workspace.id, made.id, "P\u00c5SKE 2027", new Date()));
  const found = await inside((tx) => listLists(tx, workspace.id, { query: "pa\u030aske", limit: 10 }));
  // A name with another accent is another list, but a search for one finds both.
  expect(found.items.map(({ id }) => id)).toEqual([other.id, made.id]);
  await expect(inside((tx) => findOrCreateList(tx, workspace.id, "\u200b", new Date()))).rejects.toMatchObject({
    status: 422,
    code: "invalid_list",
    field: "list",
  });
});

test("a list of an unsent campaign cannot be deleted; once the campaign is sent, it can", async () => {
  const list = await inside((tx) => createList(tx, workspace.id, "Kunder", new Date()));
  const campaign = newId();
  const empty = '{"lists": [], "contacts": []}';
  const naming = `{"lists": ["${list.id}"], "contacts": []}`;
  await inside((tx) =>
    sql`insert into campaigns (workspace_id, id, name, status, text, include, exclude, opt_out_text, created_by_name,
        created_at, updated_at)
      values (${workspace.id}, ${campaign}, 'Vår', 'draft', '', ${empty}::jsonb, ${naming}::jsonb, true, 'x', now(), now())`.execute(
      tx,
    ),
  );
  const refused = await inside((tx) => deleteList(tx, workspace.id, list.id, new Date())).catch((error) => error);
  expect(refused).toMatchObject({ status: 409, code: "list_in_use", field: "campaign", value: "Vår" });
  expect(refused.message).toContain("Vår");
  await inside((tx) => sql`update campaigns set status = 'sent'`.execute(tx));
  await inside((tx) => deleteList(tx, workspace.id, list.id, new Date()));
  await expect(inside((tx) => getList(tx, workspace.id, list.id))).rejects.toMatchObject({ status: 404 });
});
