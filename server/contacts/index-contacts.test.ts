import { sql } from "kysely";
import { expect, test } from "vitest";
import { contacts as endpoints } from "../../contract/contacts.ts";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { createContact, deleteContact, updateContact } from "./contacts.ts";
import { indexContacts, resumeIndexingContacts } from "./index-contacts.ts";
import { searchContacts } from "./search-contacts.ts";

const { db } = await testDatabase();
const log = { info() {} };
const going = new AbortController().signal;

/** A workspace whose contacts are not indexed, as before the index existed. */
async function olderWorkspace(names: string[]) {
  const { id } = await createTestWorkspace(db);
  const ids = await db.inWorkspace(id, async (tx) => {
    const made: string[] = [];
    for (const first_name of names)
      made.push(
        (await createContact(tx, id, { first_name, email: `kari1987${first_name.length}@example.com` }, new Date())).id,
      );
    await sql`delete from contact_words where workspace_id = ${id}`.execute(tx);
    await sql`delete from email_digits where workspace_id = ${id}`.execute(tx);
    await sql`insert into unindexed_contacts values (${id}, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff')`.execute(
      tx,
    );
    return made.toSorted();
  });
  const found = async (query: string) =>
    (await db.inWorkspace(id, (tx) => searchContacts(tx, id, endpoints.list.query.parse({ query })))).total;
  return { id, ids, found };
}

const words = async () =>
  (await db.asSystem((tx) => sql`select word from contact_words where word in ('marie', 'olav')`.execute(tx))).rows
    .length;
const left = async () => (await db.asSystem((tx) => sql`select from unindexed_contacts`.execute(tx))).rows.length;

test("the contacts of every workspace are indexed once, also after an interruption", async () => {
  const names = Array.from({ length: 25 }, (_, i) => `Anne Marie ${i}`);
  const [a, b] = [await olderWorkspace(names), await olderWorkspace(["Ola", "Per Olav"])];
  expect([await a.found("marie"), await a.found("anne"), await a.found("1987"), await b.found("olav")]).toEqual([
    25, 25, 25, 1,
  ]);
  expect(await words()).toBe(0);
  const breaking = new AbortController();
  let rounds = 0;
  const breakingDb: typeof db = {
    ...db,
    inWorkspace(workspaceId, work) {
      if (++rounds === 3) breaking.abort();
      return db.inWorkspace(workspaceId, work);
    },
  };
  await expect(indexContacts({ db: breakingDb, log }, breaking.signal, 5)).rejects.toThrow("abort");
  expect(await words()).toBeLessThan(26);
  await Promise.all([indexContacts({ db, log }, going, 5), indexContacts({ db, log }, going, 5)]);
  expect([await a.found("marie"), await a.found("1987"), await b.found("olav"), await left()]).toEqual([25, 25, 1, 0]);
  await indexContacts({ db, log }, going);
});

test("a contact that is renamed or deleted during the indexing is found by its new name, or not at all", async () => {
  const { id, ids, found } = await olderWorkspace(["Anne Marie", "Kari Sofie", "Else Berit"]);
  const [renamed = "", deleted = ""] = ids;
  await db.inWorkspace(id, (tx) => updateContact(tx, id, renamed, { first_name: "Anne Lise" }, new Date()));
  await db.inWorkspace(id, (tx) => deleteContact(tx, id, deleted, new Date()));
  await indexContacts({ db, log }, going, 1);
  const { rows } = await db.inWorkspace(id, (tx) =>
    sql<{ word: string }>`select word from contact_words where workspace_id = ${id} order by word`.execute(tx),
  );
  expect(rows.map(({ word }) => word)).toHaveLength(4);
  expect(rows).toContainEqual({ word: "lise" });
  expect(await found("lise")).toBe(1);
});

test("many new contacts are found before they are indexed, in the same order as afterwards", async () => {
  const { id } = await createTestWorkspace(db);
  await db.inWorkspace(id, (tx) =>
    sql`insert into contacts (workspace_id, id, first_name, last_name, email, created_at, updated_at)
      select ${id}, ('01980000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
        case i % 500 when 0 then 'Anne Åse' when 1 then 'Anne-Ase' else 'Ola' end, 'Nordmann',
        case when i % 700 = 0 then 'kari1987' || i || '@example.com' end, now(), now()
      from generate_series(1, 1500) i`.execute(tx),
  );
  const found = (query: string) =>
    db.inWorkspace(id, (tx) => searchContacts(tx, id, endpoints.list.query.parse({ query })));
  const queries = ["ase", "åse", "anne nord as", "nordmann åse", "98770", "1987", "ola"];
  const before = [];
  for (const query of queries) before.push(await found(query));
  expect(before.map(({ total }) => total)).toEqual([6, 6, 6, 6, 1, 2, 1494]);
  expect(before[1]?.items[0]?.first_name).toBe("Anne Åse");
  expect(await left()).toBe(1);
  await indexContacts({ db, log }, going, 200);
  expect(await left()).toBe(0);
  const after = [];
  for (const query of queries) after.push(await found(query));
  expect(after).toEqual(before);
});

test("one job is added if there are contacts to index", async () => {
  const added: unknown[] = [];
  const jobs = { add: async (_tx: unknown, ...rest: unknown[]) => void added.push(rest) };
  await resumeIndexingContacts({ db, jobs });
  expect(added).toEqual([]);
  await olderWorkspace(["Anne Marie"]);
  await resumeIndexingContacts({ db, jobs });
  expect(added).toEqual([["contacts.index-contacts", {}, { key: "contacts.index-contacts" }]]);
});
