import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { sql } from "kysely";
import { expect, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";

const { db } = await testDatabase();

test("every text column is listed in docs/self-hosting/privacy.md, with what an erasure does to it", async () => {
  const page = await readFile(join(import.meta.dirname, "..", "..", "docs", "self-hosting", "privacy.md"), "utf8");
  const listed = new Map<string, Set<string>>();
  for (const [, table = "", columns = ""] of page.matchAll(/^\| `(\w+)` \| ([^|]+) \|/gm)) {
    const names = listed.get(table) ?? new Set();
    for (const [, name = ""] of columns.matchAll(/`(\w+)`/g)) names.add(name);
    listed.set(table, names);
  }
  const { rows } = await db.asSystem((tx) =>
    sql<{ table: string; column: string }>`
      select c.relname as table, a.attname as column
      from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and a.atttypid in ('text'::regtype, 'text[]'::regtype, 'varchar'::regtype, 'json'::regtype, 'jsonb'::regtype, 'bytea'::regtype)
      order by 1, 2`.execute(tx),
  );
  expect(
    rows.filter(({ table, column }) => !listed.get(table)?.has(column)).map((each) => `${each.table}.${each.column}`),
  ).toEqual([]);
  const known = new Set(rows.map(({ table, column }) => `${table}.${column}`));
  const gone = [...listed]
    .flatMap(([table, columns]) => [...columns].map((column) => `${table}.${column}`))
    .filter((each) => !known.has(each));
  expect(gone).toEqual([]);
});
