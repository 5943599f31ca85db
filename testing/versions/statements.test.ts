/**
 * While an installation is upgraded, processes of the version before run on beside the first new one. So everything that an
 * earlier version asks of PostgreSQL can still be asked of the newest schema, and is answered in the same columns; and what it
 * writes is still taken, though it knows nothing of the columns that came since.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { describeStatement } from "../row-types/describe-statement.ts";
import { earlierDatabase, earlierVersions } from "./earlier-database.ts";
import { createImportTable, type Statement, typeNames } from "./statements.ts";

/** What a version lost on the way to the next: its processes have to be stopped before the new ones start. */
const lost: Record<string, readonly string[]> = {
  // 0.2.0 named connections instead of carriers. It was never said that the two could run side by side.
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

    test("each of its statements can be prepared, and answers the same columns", async () => {
      const types = await typeNames(client);
      const faults: string[] = [];
      for (const { place, text, columns } of statements) {
        try {
          const found = await describeStatement(client, text);
          const now = new Set(found?.map(({ name, type }) => `${name} ${types.get(type)}`));
          for (const column of columns ?? [])
            if (!now.has(column)) faults.push(`${place} is not answered ${column} any more: ${text}`);
        } catch (error) {
          faults.push(`${place}: ${(error as Error).message}: ${text}`);
        }
      }
      const unforeseen = faults.filter((fault) => !known.some((thing) => misses(fault, thing)));
      expect(unforeseen).toEqual([]);
      expect(statements.length).toBeGreaterThan(150);
    });

    test("nothing of its schema is gone", () => {
      const gone = [...before.things].filter((thing) => !after.things.has(thing));
      expect(gone).toEqual(known);
    });

    test("what came into its tables since need not be said when a row is put in", () => {
      const asked = [...after.required].filter(
        ({ table, column }) => before.tables.has(table) && !before.things.has(`column ${table}.${column}`),
      );
      expect(asked).toEqual([]);
    });
  });
}

/** Whether a statement fails for want of what is known to be gone. */
function misses(fault: string, thing: string): boolean {
  const [, , column] = /^(column) \w+\.(\w+)$/.exec(thing) ?? [];
  return (
    column !== undefined &&
    new RegExp(`column "?(\\w+\\.)?${column}"? .*does not exist|is not answered ${column} `).test(fault)
  );
}

interface Schema {
  tables: Set<string>;
  /** Columns with their types, routines by name, values of types, and triggers. */
  things: Set<string>;
  /** Columns that whoever puts a row in has to give. */
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
