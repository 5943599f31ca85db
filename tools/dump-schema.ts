/**
 * Writes server/migrations/schema.sql: the schema after all migrations, read from the catalogue of a migrated
 * database. It is documentation only; nothing is created from it. With --check it only compares.
 */
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { migrate } from "../server/kit/migrate.ts";
import { root } from "./run.ts";
import { dumpSchema } from "./schema.ts";

const file = join(root, "server", "migrations", "schema.sql");

async function currentSchema(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-schema-"));
  const postgres = await startEmbeddedPostgres({ directory, settings: { fsync: "off", shared_buffers: "32MB" } });
  try {
    await migrate(postgres.connection);
    const client = new pg.Client({ connectionString: postgres.connection });
    await client.connect();
    const text = await dumpSchema(client);
    await client.end();
    return text;
  } finally {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

const text = await currentSchema();
if (process.argv.includes("--check")) {
  if ((await readFile(file, "utf8").catch(() => "")) !== text) {
    console.error("server/migrations/schema.sql does not match the migrations; run node tools/dump-schema.ts");
    process.exit(1);
  }
} else {
  await writeFile(file, text);
}
