/** Starts one PostgreSQL for all integration tests of a run, with a migrated database to clone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { ProvidedContext } from "vitest";
import type { TestProject } from "vitest/node";
import { placeTables, readCatalogue } from "../server/distribution/placement.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { prepareDatabase } from "./prepare-database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection of a superuser to the database "postgres". */
    superuser: string;
    /** Connection strings to the template: as the owner of the tables, and as the role for work in one workspace. */
    connection: string;
    workspaces: string;
    /** What the rules of statements ask of the database (testing/statement-rules/rules.ts). */
    schema: Record<"tenantTables" | "localTables" | "stableFunctions" | "volatileFunctions" | "enums", string[]>;
  }
}

export const template = "varsla_template";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-test-"));
  const postgres = await startEmbeddedPostgres({
    directory: join(directory, "postgres"),
    // These data need not survive a power cut.
    settings: {
      fsync: "off",
      synchronous_commit: "off",
      full_page_writes: "off",
      max_connections: "300",
      shared_buffers: "256MB",
    },
  });
  const superuser = postgres.superuser("postgres");
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  await client.query(`create database ${template} owner varsla`);
  await client.end();
  const connection = withDatabase(postgres.connection, template);
  const workspaces = await prepareDatabase(connection);
  project.provide("superuser", superuser);
  project.provide("connection", connection);
  project.provide("workspaces", workspaces);
  project.provide("schema", await readSchema(withDatabase(superuser, template)));
  return async () => {
    await postgres.stop();
    await rm(directory, { recursive: true, force: true });
  };
}

/** The same connection to another database. */
export function withDatabase(connection: string, database: string): string {
  const url = new URL(connection);
  url.pathname = `/${database}`;
  return url.href;
}

async function readSchema(connection: string): Promise<ProvidedContext["schema"]> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  try {
    const catalogue = await readCatalogue(client);
    const { places } = placeTables(catalogue);
    const placed = (place: string) => catalogue.tables.filter(({ name }) => places.get(name) === place);
    const { rows } = await client.query<{ stable: string[]; volatile: string[]; enums: string[] }>(`select
      array(select proname::text from pg_proc group by proname having bool_and(provolatile <> 'i') and bool_or(provolatile = 's')) as stable,
      array(select proname::text from pg_proc group by proname having bool_and(provolatile = 'v')) as volatile,
      array(select typname::text from pg_type where typtype = 'e') as enums`);
    return {
      tenantTables: placed("distributed").flatMap(({ name, partitions }) => [name, ...partitions]),
      localTables: placed("local").map(({ name }) => name),
      stableFunctions: rows[0]?.stable ?? [],
      volatileFunctions: rows[0]?.volatile ?? [],
      enums: rows[0]?.enums ?? [],
    };
  } finally {
    await client.end();
  }
}
