/**
 * Writes server/migrations/schema.sql: the tables as all migrations together leave them, read from the catalogue of a
 * database that they ran on. For reading only; nothing is made from it. With --check it only compares.
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
    console.error("server/migrations/schema.sql is not what the migrations make; run node tools/dump-schema.ts");
    process.exit(1);
  }
} else {
  await writeFile(file, text);
}
