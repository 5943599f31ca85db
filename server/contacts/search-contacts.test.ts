import { sql } from "kysely";
import { beforeAll, expect, test } from "vitest";
import { ContactInput, contacts as endpoints } from "../../contract/contacts.ts";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { createContact } from "./create-contact.ts";
import { addMembers, createList } from "./lists.ts";
import { searchContacts } from "./search-contacts.ts";

const { db } = await testDatabase();
const workspace = await createTestWorkspace(db);
const ids: Record<string, string> = {};
let list: string;

beforeAll(async () => {
  const people: Record<string, object> = {
    ola: { first_name: "Ola", last_name: "Nordmann", mobile: "912 34 567", email: "ola.nordmann@example.no" },
    ola_johan: { first_name: "Ola Johan", last_name: "Næss", mobile: "923 45 678" },
    ase: { first_name: "Åse", last_name: "Ødegård", phone: "22 22 22 22" },
    nameless: { email: "post@firma.no" },
    sven: { first_name: "Sven", last_name: "Ola", mobile: "+46701234567" },
    percent: { first_name: "100%_\\", mobile: "93456789" },
  };
  for (const [key, input] of Object.entries(people)) ids[key] = await create(input);
  list = (await db.inWorkspace(workspace.id, (tx) => createList(tx, workspace.id, "L", new Date()))).id;
  await db.inWorkspace(workspace.id, (tx) =>
    addMembers(tx, workspace.id, list, [ids.ola as string, ids.ase as string], new Date()),
  );
  const other = await createTestWorkspace(db);
  await db.inWorkspace(other.id, (tx) =>
    createContact(tx, other.id, { first_name: "Ola", last_name: "Nordmann" }, new Date()),
  );
});

async function create(input: object): Promise<string> {
  return (
    await db.inWorkspace(workspace.id, (tx) => createContact(tx, workspace.id, ContactInput.parse(input), new Date()))
  ).id;
}

const search = (query: object) =>
  db.inWorkspace(workspace.id, (tx) => searchContacts(tx, workspace.id, endpoints.list.query.parse(query)));
const found = async (query: object) => (await search(query)).items.map((item) => item.id);
const keys = (...names: string[]) => names.map((name) => ids[name]);

test.each([
  ["ola", ["sven", "ola_johan", "ola"]],
  ["OLA N", ["ola"]],
  ["ola johan n", ["ola_johan"]],
  ["Nordmann O", ["ola"]],
  ["næ", ["ola_johan"]],
  ["åse ø", ["ase"]],
  ["ØDE", ["ase"]],
  ["A\u030Ase", ["ase"]],
  ["ola.nordmann@", ["ola"]],
  ["POST@FIRMA", ["nameless"]],
  ["91234567", ["ola"]],
  ["912 34", ["ola"]],
  ["+47 912-34", ["ola"]],
  ["0047912", ["ola"]],
  ["4791", ["ola"]],
  ["22 22", ["ase"]],
  ["+46 70", ["sven"]],
  ["100%", ["percent"]],
  ["%", []],
  ["_", []],
  ["'; drop table contacts; --", []],
  ["\0", ["percent", "sven", "nameless", "ase", "ola_johan", "ola"]],
])("%s", async (query, expected) => {
  expect(await found({ query })).toEqual(keys(...expected));
});

test("a list narrows the search; an unknown list is none", async () => {
  expect(await found({ list })).toEqual(keys("ase", "ola"));
  expect(await search({ list, query: "ola" })).toMatchObject({ total: 1, items: [{ id: ids.ola }] });
  await expect(search({ list: workspace.id })).rejects.toMatchObject({ status: 404 });
});

test("sorted by last name, both ways, in pages", async () => {
  const all: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await search({ sort: "last_name", limit: 2, cursor });
    expect(page.total).toBe(6);
    all.push(...page.items.map((item) => item.id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(all).toEqual(keys("nameless", "percent", "ola", "ola_johan", "sven", "ase"));
  expect(await found({ sort: "-last_name" })).toEqual(all.toReversed());
  expect(await found({ sort: "last_name", query: "ola" })).toEqual(keys("ola", "ola_johan", "sven"));
});

test("pages don't shift when contacts are added between them", async () => {
  const first = await search({ limit: 3 });
  const added = await create({ first_name: "Zoë" });
  const second = await search({ limit: 3, cursor: first.next_cursor });
  expect([...first.items, ...second.items].map((item) => item.id)).toEqual(
    keys("percent", "sven", "nameless", "ase", "ola_johan", "ola"),
  );
  expect(second.next_cursor).toBeNull();
  await db.inWorkspace(workspace.id, (tx) => sql`delete from contacts where id = ${added}`.execute(tx));
});

test("a cursor of another order, or no cursor at all, is refused", async () => {
  const { next_cursor } = await search({ limit: 1 });
  for (const query of [
    { cursor: next_cursor, sort: "last_name" },
    { cursor: "x" },
    { cursor: "WyItY3JlYXRlZF9hdCIsIngiXQ" },
  ]) {
    await expect(search(query)).rejects.toMatchObject({ status: 422, field: "cursor" });
  }
});

test("somebody whose number is opted out is marked", async () => {
  await db.inWorkspace(workspace.id, (tx) =>
    sql`insert into opt_outs values (${workspace.id}, '+4722222222', ${workspace.sender.id}, now(), 'sms', null)`.execute(
      tx,
    ),
  );
  const page = await search({});
  expect(page.items.filter((item) => item.opted_out).map((item) => item.id)).toEqual(keys("ase"));
});

test("of more matches than are counted the first are found, wherever they lie in the page's order", async () => {
  const crowd = await createTestWorkspace(db);
  // Old ones late in the alphabet, new ones early in it; every second is on a list.
  const { rows } = await db.inWorkspace(crowd.id, (tx) =>
    sql<{ id: string; first_name: string; last_name: string }>`
      insert into contacts (workspace_id, id, first_name, last_name, created_at, updated_at)
      select ${crowd.id}, ('01980000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
        case when i <= 10300 then 'Ola' else 'Kari' end,
        case when i <= 10300 then 'N' else 'B' end || lpad((i * 7919 % 20600)::text, 5, '0'), now(), now()
      from generate_series(1, 20600) i returning id, first_name, last_name`.execute(tx),
  );
  const half = (await db.inWorkspace(crowd.id, (tx) => createList(tx, crowd.id, "Half", new Date()))).id;
  const listed = rows.filter((_, i) => i % 2 === 0).map((row) => row.id);
  await db.inWorkspace(crowd.id, (tx) => addMembers(tx, crowd.id, half, listed, new Date()));
  const onList = new Set(listed);
  const orders = {
    created_at: (row: (typeof rows)[number]) => row.id,
    last_name: (row: (typeof rows)[number]) => row.last_name,
  };
  for (const list of [undefined, half]) {
    for (const query of ["ola", "kari", "o"]) {
      const matches = rows.filter(
        (row) => row.first_name.toLowerCase().startsWith(query) && (!list || onList.has(row.id)),
      );
      for (const [field, key] of Object.entries(orders)) {
        const sorted = matches.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map((row) => row.id);
        for (const [sort, expected] of [
          [field, sorted],
          [`-${field}`, sorted.toReversed()],
        ] as const) {
          const ask = (cursor?: string) =>
            db.inWorkspace(crowd.id, (tx) =>
              searchContacts(tx, crowd.id, endpoints.list.query.parse({ query, list, sort, cursor, limit: 10 })),
            );
          const first = await ask();
          expect(first.total).toBe(Math.min(matches.length, 10_001));
          const second = await ask(first.next_cursor as string);
          expect([...first.items, ...second.items].map((item) => item.id)).toEqual(expected.slice(0, 20));
        }
      }
    }
  }
});
