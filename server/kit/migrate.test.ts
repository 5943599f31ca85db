import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { testDatabase } from "../../testing/database.ts";
import { until } from "../../testing/until.ts";
import { migrate } from "./migrate.ts";

async function migrations(files: Record<string, string>): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-migrations-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text);
  return directory;
}

const first = { "0001-first.sql": "create table first (n int); insert into first values (1);" };
const second = { "0002-second.sql": "create table second (n int);" };

const { db, connection, superuser } = await testDatabase({ empty: true });
const reset = () => db.pool.query("drop schema public cascade; create schema public");
const tables = async () => {
  const { rows } = await db.pool.query(
    "select tablename as name from pg_tables where schemaname = 'public' order by 1",
  );
  return rows.map((row) => row.name);
};

test("runs pending migrations in order, each once", async () => {
  await reset();
  expect(await migrate(connection, { directory: await migrations(first) })).toEqual({ applied: ["0001-first"] });
  const directory = await migrations({ ...first, ...second });
  expect(await migrate(connection, { directory })).toEqual({ applied: ["0002-second"] });
  expect(await migrate(connection, { directory })).toEqual({ applied: [] });
  expect(await tables()).toEqual(["first", "migrations", "second"]);
});

test("the program's migrations are numbered without a gap, since one added in between would be refused", async () => {
  const files = await readdir(join(import.meta.dirname, "..", "migrations"));
  const numbers = files.filter((file) => file !== "schema.sql").map((file) => Number(file.slice(0, 4)));
  expect(numbers.sort((a, b) => a - b)).toEqual(numbers.map((_, i) => i + 1));
});

test("two processes that start at the same time run each migration once", async () => {
  await reset();
  const directory = await migrations({ ...first, ...second });
  const both = await Promise.all([migrate(connection, { directory }), migrate(connection, { directory })]);
  expect(both.flatMap(({ applied }) => applied).sort()).toEqual(["0001-first", "0002-second"]);
  expect((await db.pool.query("select n from first")).rows).toEqual([{ n: 1 }]);
});

test("`after` runs under the lock, one process at a time", async () => {
  await reset();
  const directory = await migrations(first);
  let begun = 0;
  const after = async () => {
    if (++begun === 2) return;
    await until(async () => {
      const { rows } = await db.pool.query(
        `select 1 from pg_locks where locktype = 'advisory' and not granted
           and database = (select oid from pg_database where datname = current_database())`,
      );
      expect(rows).toHaveLength(1);
    });
    expect(begun).toBe(1);
  };
  await Promise.all([migrate(connection, { directory, after }), migrate(connection, { directory, after })]);
  expect(begun).toBe(2);
});

test("a migration that needs a table locked by a backup does not block other sessions meanwhile, and runs after it", async () => {
  await reset();
  await migrate(connection, { directory: await migrations(first) });
  const backup = await db.pool.connect();
  await backup.query("begin; lock table first in access share mode");
  const { promise: refused, resolve: warn } = Promise.withResolvers<string>();
  const wider = { "0002-wider.sql": "alter table first add column more int;" };
  const directory = await migrations({ ...first, ...wider });
  const migrating = migrate(connection, { directory, log: { info() {}, warn } });
  expect(await refused).toMatch(/0002-wider needs a table that another session .* holds/);
  await db.pool.query("insert into first values (2)");
  await backup.query("commit");
  backup.release();
  expect(await migrating).toEqual({ applied: ["0002-wider"] });
  expect((await db.pool.query("select n, more from first order by n")).rows).toHaveLength(2);
});

test("a migration that fails is rolled back and the error names its line", async () => {
  await reset();
  const broken = { "0002-broken.sql": "create table half (n int);\n\ncreate table worse (n nonsense);" };
  const run = migrate(connection, { directory: await migrations({ ...first, ...broken }) });
  await expect(run).rejects.toThrow(/0002-broken\.sql failed.*nonsense.*\(line 3\)/);
  expect(await tables()).toEqual(["first", "migrations"]);
});

test("a database newer than the program is refused", async () => {
  await reset();
  await migrate(connection, { directory: await migrations({ ...first, ...second }) });
  const older = migrate(connection, { directory: await migrations(first) });
  await expect(older).rejects.toThrow("The database is newer than this program: it has had the migration 0002-second");
});

test("a migration that was changed after it ran is refused", async () => {
  await reset();
  await migrate(connection, { directory: await migrations(first) });
  const directory = await migrations({ "0001-first.sql": "create table first (n bigint);" });
  await expect(migrate(connection, { directory })).rejects.toThrow("0001-first.sql has changed since it was run");
});

test("a migration that comes before one that ran is refused", async () => {
  await reset();
  await migrate(connection, { directory: await migrations(second) });
  const directory = await migrations({ ...first, ...second });
  await expect(migrate(connection, { directory })).rejects.toThrow("0001-first.sql comes before 0002-second");
});

test("warns when the role bypasses row-level security, and only then", async () => {
  await reset();
  const warned: string[] = [];
  const log = { info() {}, warn: (sentence: string) => void warned.push(sentence) };
  const directory = await migrations(first);
  await migrate(connection, { directory, log: log as never });
  expect(warned).toEqual([]);
  await migrate(superuser, { directory, log: log as never });
  expect(warned).toEqual([expect.stringContaining("postgres bypasses row-level security")]);
});
