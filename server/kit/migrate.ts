/** Runs server/migrations/NNNN-name.sql in order, each once and in one transaction. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { singleConnection } from "./connection.ts";
import type { Logger } from "./log.ts";

/** A database that this program cannot use; the message says what to do. */
export class MigrationError extends Error {
  override name = "MigrationError";
}

interface Migration {
  name: string;
  text: string;
  checksum: string;
}

const oldestServer = 15;
/** Key of the advisory lock of a migrating process; the same in all versions. */
const lock = 5_180_220_318;
/** SQLSTATEs of a lost lock conflict, after which a retry makes sense: deadlock_detected, lock_not_available. */
export const lockConflicts = new Set(["40P01", "55P03"]);
const longestLockTimeout = 4_000; // milliseconds

/** Runs pending migrations, then `after` under the same lock: for parts with their own migrations. */
export async function migrate(
  connection: string,
  options: {
    directory?: string;
    log?: Pick<Logger, "info" | "warn">;
    after?: (client: pg.Client) => Promise<void>;
  } = {},
): Promise<{ applied: string[] }> {
  const migrations = await readMigrations(options.directory ?? join(import.meta.dirname, "..", "migrations"));
  const client = new pg.Client({
    connectionString: connection,
    application_name: "varsla migrate",
    ...singleConnection,
  });
  await client.connect();
  try {
    await checkServer(client, options.log);
    await client.query("select pg_advisory_lock($1)", [lock]);
    const pending = await findPending(client, migrations);
    for (const migration of pending) {
      options.log?.info(`migrating: ${migration.name}`);
      await applyWithRetries(client, migration, options.log);
    }
    await options.after?.(client);
    return { applied: pending.map((migration) => migration.name) };
  } finally {
    await client.end(); // releases the lock too
  }
}

async function readMigrations(directory: string): Promise<Migration[]> {
  const names = (await readdir(directory)).filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name)).sort();
  return Promise.all(
    names.map(async (file) => {
      const text = await readFile(join(directory, file), "utf8");
      return { name: file.slice(0, -4), text, checksum: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

async function checkServer(client: pg.Client, log?: Pick<Logger, "warn">): Promise<void> {
  const { rows } = await client.query<{ version: number; name: string; bypasses: boolean }>(
    `select current_setting('server_version_num')::int / 10000 as version, current_user as name,
       (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as bypasses`,
  );
  const server = rows[0];
  if (!server || server.version < oldestServer) {
    throw new MigrationError(`The database is PostgreSQL ${server?.version}; Varsla needs ${oldestServer} or newer.`);
  }
  if (server.bypasses) {
    log?.warn(
      `The database role ${server.name} bypasses row-level security, which separates workspaces. Use a role that is neither superuser nor BYPASSRLS in DATABASE_URL.`,
    );
  }
}

async function findPending(client: pg.Client, migrations: Migration[]): Promise<Migration[]> {
  await client.query(`create table if not exists migrations (
    name text primary key,
    checksum text not null,                      -- SHA-256 of the file as it was run
    applied_at timestamptz not null default now()
  )`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "select name, checksum from migrations order by name",
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const { name, checksum } of rows) {
    const file = known.get(name);
    if (!file) {
      throw new MigrationError(
        `The database is newer than this program: it has had the migration ${name}. Run a newer version of Varsla.`,
      );
    }
    if (file.checksum !== checksum) {
      throw new MigrationError(
        `The migration ${name}.sql has changed since it was run. Restore the file, and put the change into a new one.`,
      );
    }
  }
  const applied = new Set(rows.map((row) => row.name));
  const pending = migrations.filter((migration) => !applied.has(migration.name));
  const last = rows.at(-1)?.name;
  const late = pending.find((migration) => last !== undefined && migration.name < last);
  if (late)
    throw new MigrationError(
      `The migration ${late.name}.sql comes before ${last}, which has run already. Give it a higher number.`,
    );
  return pending;
}

/**
 * Applies a migration with a short lock timeout, and retries with a longer one. A migration that waits for a table's lock blocks
 * all later sessions, and another session may hold the lock for hours, as a backup does.
 */
async function applyWithRetries(client: pg.Client, migration: Migration, log?: Pick<Logger, "warn">): Promise<void> {
  for (let lockTimeout = 500; ; lockTimeout = Math.min(lockTimeout * 2, longestLockTimeout)) {
    try {
      return await apply(client, migration, lockTimeout);
    } catch (error) {
      if (!lockConflicts.has(((error as Error).cause as { code?: string } | undefined)?.code ?? "")) throw error;
      log?.warn(
        `The migration ${migration.name} needs a table that another session of PostgreSQL holds, such as a backup; retrying until it is released.`,
      );
      await delay(2 * lockTimeout);
    }
  }
}

async function apply(client: pg.Client, migration: Migration, lockTimeout: number): Promise<void> {
  await client.query("begin");
  try {
    await client.query("set local varsla.system = 'on'");
    await client.query(`set local lock_timeout = ${lockTimeout}`);
    await client.query(migration.text);
    await client.query("insert into migrations (name, checksum) values ($1, $2)", [migration.name, migration.checksum]);
    await client.query("commit");
  } catch (cause) {
    await client.query("rollback");
    throw new MigrationError(
      `The migration ${migration.name}.sql failed and was rolled back: ${describe(cause, migration.text)}`,
      { cause },
    );
  }
}

function describe(error: unknown, text: string): string {
  const { message, position } = error as { message: string; position?: string };
  if (!position) return message;
  const line = text.slice(0, Number(position)).split("\n").length;
  return `${message} (line ${line})`;
}
