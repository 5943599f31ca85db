/** A database of an earlier version: only its migrations, with the rows that it wrote. */
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { afterAll } from "vitest";
import { openDb } from "../../server/kit/db.ts";
import { migrateJobs } from "../../server/kit/jobs.ts";
import { migrate } from "../../server/kit/migrate.ts";
import { type TestDatabase, testDatabase } from "../database.ts";
import { prepareDatabase } from "../prepare-database.ts";

/** Released versions, each with the number of its last migration. */
export const earlierVersions = [
  { version: "0.1.0", last: "0005" },
  { version: "0.2.0", last: "0012" },
] as const;
export type EarlierVersion = (typeof earlierVersions)[number];

const migrations = join(import.meta.dirname, "..", "..", "server", "migrations");
const migrationName = /^(\d{4})-.*\.sql$/;

/** Files of the migrations since a version, in order. */
export async function migrationsAfter({ last }: Pick<EarlierVersion, "last">): Promise<string[]> {
  const names = await readdir(migrations);
  return names.filter((name) => (migrationName.exec(name)?.[1] ?? "") > last).sort();
}

export const migrationText = (file: string): Promise<string> => readFile(join(migrations, file), "utf8");

/** Call it at the top of a test file. `migrateNow` migrates to the newest schema, as a new process does. */
export async function earlierDatabase(
  earlier: EarlierVersion,
): Promise<TestDatabase & { client: pg.Client; migrateNow(): Promise<{ applied: string[] }> }> {
  const database = await testDatabase({ empty: true, max: 20 });
  const { connection, superuser } = database;
  const directory = await mkdtemp(join(tmpdir(), "varsla-migrations-"));
  try {
    await cp(migrations, directory, {
      recursive: true,
      filter: (source) => (migrationName.exec(source.split("/").at(-1) ?? "")?.[1] ?? "") <= earlier.last,
    });
    await migrate(connection, { directory, after: () => migrateJobs(connection) });
  } finally {
    await rm(directory, { recursive: true });
  }
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  await load(client, await readFile(join(import.meta.dirname, earlier.version, "data.sql"), "utf8"));
  let db = database.db;
  afterAll(() => db.close());
  return {
    ...database,
    client,
    get db() {
      return db;
    },
    async migrateNow() {
      const had = await client.query("select name from migrations");
      const workspaces = await prepareDatabase(connection);
      if (db === database.db) db = openDb({ connection, workspaces, max: 20 });
      const has = await client.query("select name from migrations where name <> all ($1) order by name", [
        had.rows.map((r) => r.name),
      ]);
      return { applied: has.rows.map((row) => row.name) };
    },
  };
}

/** Loads a dump. Triggers are disabled, since their effects are in the rows already. */
async function load(client: pg.Client, dumped: string): Promise<void> {
  const { rows } = await client.query<{ owner: string }>(
    "select quote_ident(tableowner) as owner from pg_tables where tablename = 'migrations'",
  );
  const owner = rows[0]?.owner;
  await client.query("set session_replication_role = replica");
  const lines = dumped.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const statement = lines[at] ?? "";
    if (!statement.startsWith("copy ")) {
      // Partitions that the migrations of today did not make, because their time is over.
      if (statement.startsWith("create table ")) await client.query(`set role ${owner}`);
      if (statement !== "") await client.query(statement);
      await client.query("reset role");
      continue;
    }
    // Migrations have inserted rows of their own into some tables.
    await client.query(`delete from ${statement.split(" ")[1]}`);
    const end = lines.indexOf("\\.", at);
    const rows = lines.slice(at + 1, end).join("\n");
    await pipeline(Readable.from([`${rows}\n`]), client.query(copyFrom(statement)));
    at = end;
  }
  await client.query("reset session_replication_role");
}
