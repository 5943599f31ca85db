/** Searches with more matches than are counted. */
import { sql } from "kysely";
import { expect, test } from "vitest";
import { contacts as endpoints } from "../../contract/contacts.ts";
import { fold } from "../../rules/folding.ts";
import { nameWords } from "../../rules/name-words.ts";
import { testDatabase } from "../../testing/database.ts";
import { createTestWorkspace } from "../../testing/workspace.ts";
import { writeCursor } from "../kit/cursor.ts";
import { indexContacts } from "./index-contacts.ts";
import { addMembers, createList } from "./lists.ts";
import { searchContacts } from "./search-contacts.ts";

const { db } = await testDatabase();

/** What an import of so many contacts does at its end. The planner expects no rows of a workspace that came after the last ANALYZE. */
async function complete(): Promise<void> {
  await indexContacts({ db, log: { info() {} } }, new AbortController().signal);
  await db.asSystem((tx) => sql`analyze contacts`.execute(tx));
}

test("of more matches than are counted the first are found, wherever they are in the page's order", async () => {
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
  await complete();
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

test("of more matches than are counted those as typed come first, followed by the others", async () => {
  const crowd = await createTestWorkspace(db);
  // Every second first name with an accent; of the last names a few have a second word.
  const { rows } = await db.inWorkspace(crowd.id, (tx) =>
    sql<{ id: string; first_name: string; last_name: string }>`
      insert into contacts (workspace_id, id, first_name, last_name, created_at, updated_at)
      select ${crowd.id}, ('01980000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
        case when i % 2 = 0 then 'Åse' else 'Ase' end,
        lpad((i * 7919 % 20600)::text, 5, '0') || case when i % 700 = 0 then ' Åsen' when i % 500 = 0 then '-Berg' else '' end, now(), now()
      from generate_series(1, 20600) i returning id, first_name, last_name`.execute(tx),
  );
  await complete();
  const half = (await db.inWorkspace(crowd.id, (tx) => createList(tx, crowd.id, "Half", new Date()))).id;
  const listed = rows.filter((_, i) => i % 4 > 0).map((row) => row.id);
  await db.inWorkspace(crowd.id, (tx) => addMembers(tx, crowd.id, half, listed, new Date()));
  const onList = new Set(listed);
  const orders = {
    created_at: (row: (typeof rows)[number]) => row.id,
    last_name: (row: (typeof rows)[number]) => row.last_name.toLowerCase(),
  };
  const typed = new Map(
    rows.map(({ id, first_name, last_name }) => [id, nameWords(`${first_name} ${last_name}`.toLowerCase())]),
  );
  const folded = new Map(Array.from(typed, ([id, words]) => [id, words.map(fold)]));
  const has = (names: string[] = [], wanted: string[]) =>
    wanted.every(
      (each) =>
        names.filter((one) => one.startsWith(each)).length >= wanted.filter((one) => one.startsWith(each)).length,
    );
  for (const list of [undefined, half]) {
    for (const query of ["ase", "åse", "as", "ase 0", "berg åse", "åsen ås", "åsen"]) {
      const [wanted, wantedTyped] = [nameWords(fold(query)), nameWords(query)];
      const matches = rows.filter((row) => has(folded.get(row.id), wanted) && (!list || onList.has(row.id)));
      const exact = new Set(matches.filter(({ id }) => has(typed.get(id), wantedTyped)).map((row) => row.id));
      for (const [field, key] of Object.entries(orders)) {
        const sorted = matches.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).map((row) => row.id);
        for (const [sort, order] of [
          [field, sorted],
          [`-${field}`, sorted.toReversed()],
        ] as const) {
          const expected = [...order.filter((id) => exact.has(id)), ...order.filter((id) => !exact.has(id))];
          const ask = (cursor?: string) =>
            db.inWorkspace(crowd.id, (tx) =>
              searchContacts(tx, crowd.id, endpoints.list.query.parse({ query, list, sort, cursor, limit: 10 })),
            );
          const first = await ask();
          expect(first.total, `${query} ${sort}`).toBe(Math.min(matches.length, 10_001));
          expect(
            first.items.map((item) => item.id),
            `${query} ${sort}`,
          ).toEqual(expected.slice(0, 10));
          const last = expected[exact.size - 4];
          if (!last || exact.size === matches.length) continue;
          const row = rows.find(({ id }) => id === last) as (typeof rows)[number];
          const sortKey = `${row.last_name} ${row.first_name}`.toLowerCase();
          const cursor = writeCursor(sort, "exact", ...(field === "last_name" ? [sortKey] : []), last);
          const border = await ask(cursor);
          expect(
            border.items.map((item) => item.id),
            `${query} ${sort}`,
          ).toEqual(expected.slice(exact.size - 3, exact.size + 7));
        }
      }
    }
  }
});

test("also on a long list each contact is counted once and the first are found, although both names match", async () => {
  const crowd = await createTestWorkspace(db);
  // 9,000 begin with "o" twice, a third of them with an accent; the others, and fewer with two first names, begin with "k".
  const { rows } = await db.inWorkspace(crowd.id, (tx) =>
    sql<{ id: string; first_name: string; last_name: string }>`
      insert into contacts (workspace_id, id, first_name, last_name, created_at, updated_at)
      select ${crowd.id}, ('01980000-0000-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
        case when i > 9000 then 'Kari' when i % 3 = 0 then 'Óla' else 'Ola' end || case when i % 50 = 0 then ' Mai' else '' end,
        case when i > 9000 then 'Berg' else 'Olsen' end || i, now(), now()
      from generate_series(1, 29000) i returning id, first_name, last_name`.execute(tx),
  );
  await complete();
  const long = (await db.inWorkspace(crowd.id, (tx) => createList(tx, crowd.id, "Long", new Date()))).id;
  const listed = rows.filter((_, i) => i % 10 > 0);
  for (let from = 0; from < listed.length; from += 10_000) {
    const ids = listed.slice(from, from + 10_000).map((row) => row.id);
    await db.inWorkspace(crowd.id, (tx) => addMembers(tx, crowd.id, long, ids, new Date()));
  }
  for (const query of ["o", "óla", "k", "ol ol", "ols ola", "ola mai", "ber k"]) {
    const words = nameWords(query);
    const namesOf = (row: (typeof rows)[number]) => nameWords(`${row.first_name} ${row.last_name}`.toLowerCase());
    const matches = listed.toReversed().filter((row) => {
      const names = namesOf(row).map(fold);
      return words
        .map(fold)
        .every((each) => names.filter((one) => one.startsWith(each)).length >= (query === "ol ol" ? 2 : 1));
    });
    const isExact = (row: (typeof rows)[number]) =>
      words.every((each) => namesOf(row).some((one) => one.startsWith(each)));
    const expected = [...matches.filter(isExact), ...matches.filter((row) => !isExact(row))];
    const found: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 2; page++) {
      const next = await db.inWorkspace(crowd.id, (tx) =>
        searchContacts(tx, crowd.id, endpoints.list.query.parse({ query, list: long, cursor, limit: 20 })),
      );
      expect(next.total, query).toBe(Math.min(matches.length, 10_001));
      found.push(...next.items.map((item) => item.id));
      cursor = next.next_cursor as string;
    }
    expect(found, query).toEqual(expected.slice(0, 40).map((row) => row.id));
  }
});
