/**
 * During an upgrade, processes of the previous version run at the same time as the new ones. So every statement of an earlier version
 * must work on the newest schema and return the same columns, and its inserts must be accepted, although they do not name the
 * columns that were added since.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeStatement } from "../row-types/describe-statement.ts";
import { earlierDatabase, earlierVersions } from "./earlier-database.ts";
import { createImportTable, type Statement, typeNames } from "./statements.ts";

/** What the next version dropped: processes of such a version must be stopped before new ones start. */
const lost: Record<string, readonly string[]> = {
  // 0.2.0 named connections instead of carriers. Running the two side by side was never promised.
  "0.1.0": ["column senders.carrier"],
};

for (const earlier of earlierVersions) {
  const { client, migrateNow } = await earlierDatabase(earlier);
  const known = lost[earlier.version] ?? [];
  // oxlint-disable-next-line vitest/valid-title -- one group a version
  describe(`processes of ${earlier.version} on the newest schema`, () => {
    let statements: Statement[];
    let before: Schema;
    let after: Schema;
    beforeAll(async () => {
      const file = join(import.meta.dirname, earlier.version, "statements.json");
      statements = JSON.parse(await readFile(file, "utf8"));
      before = await schemaOf(client);
      await migrateNow();
      after = await schemaOf(client);
      await createImportTable(
        client,
        statements.map(({ text }) => text),
      );
    });
    afterAll(() => client.end());

    test("each of its statements can be prepared, and returns the same columns", async () => {
      const types = await typeNames(client);
      const faults: string[] = [];
      for (const { place, text, columns } of statements) {
        try {
          const found = await describeStatement(client, text);
          const now = new Set(found?.map(({ name, type }) => `${name} ${types.get(type)}`));
          for (const column of columns ?? [])
            if (!now.has(column)) faults.push(`${place} no longer returns ${column}: ${text}`);
        } catch (error) {
          faults.push(`${place}: ${(error as Error).message}: ${text}`);
        }
      }
      const unforeseen = faults.filter((fault) => !known.some((thing) => misses(fault, thing)));
      expect(unforeseen).toEqual([]);
      expect(statements.length).toBeGreaterThan(150);
    });

    test("nothing of its schema was dropped", () => {
      const gone = [...before.things].filter((thing) => !after.things.has(thing));
      expect(gone).toEqual(known);
    });

    test("columns that were added to its tables since are optional in inserts", () => {
      const asked = [...after.required].filter(
        ({ table, column }) => before.tables.has(table) && !before.things.has(`column ${table}.${column}`),
      );
      expect(asked).toEqual([]);
    });
  });
}

/** Whether a statement fails because of something that is known to be dropped. */
function misses(fault: string, thing: string): boolean {
  const [, , column] = /^(column) \w+\.(\w+)$/.exec(thing) ?? [];
  return (
    column !== undefined &&
    new RegExp(`column "?(\\w+\\.)?${column}"? .*does not exist|no longer returns ${column} `).test(fault)
  );
}

interface Schema {
  tables: Set<string>;
  /** Columns with their types, routines by name, values of types, and triggers. */
  things: Set<string>;
  /** Columns that every insert must name. */
  required: { table: string; column: string }[];
}

async function schemaOf(client: pg.Client): Promise<Schema> {
  const { rows: columns } = await client.query<{ table: string; column: string; required: boolean }>(
    `select c.relname as table, a.attname as column,
       a.attnotnull and not a.atthasdef and a.attidentity = '' and a.attgenerated = '' as required
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped order by 1, a.attnum`,
  );
  const { rows: others } = await client.query<{ thing: string }>(
    `select 'routine ' || proname as thing from pg_proc where pronamespace = 'public'::regnamespace
     union select 'value ' || enumtypid::regtype || ' ' || enumlabel from pg_enum
     union select 'trigger ' || tgname || ' on ' || tgrelid::regclass from pg_trigger where not tgisinternal
     order by 1`,
  );
  return {
    tables: new Set(columns.map(({ table }) => table)),
    things: new Set([
      ...columns.map(({ table, column }) => `column ${table}.${column}`),
      ...others.map(({ thing }) => thing),
    ]),
    required: columns.filter(({ required }) => required),
  };
}
