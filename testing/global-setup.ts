/** Starts one PostgreSQL for all integration tests of a run, with a migrated database to clone. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { prepareDatabase } from "./prepare-database.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection of a superuser to the database "postgres". */
    superuser: string;
    /** Connection strings to the template: as the owner of the tables, and as the role for work in one workspace. */
    connection: string;
    workspaces: string;
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
