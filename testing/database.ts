/** A database of its own for each test file: cloned from a migrated template, dropped afterwards. */
import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, inject } from "vitest";
import { type Db, openDb } from "../server/kit/db.ts";
import { template, withDatabase } from "./global-setup.ts";

export interface TestDatabase {
  db: Db;
  /** As the owner of the tables, to whom forced row-level security applies too. */
  connection: string;
  /** As the role that does the work for one workspace. */
  workspaces: string;
  /** As a superuser, to read what is really stored, without row-level security. */
  superuser: string;
}

/** Call it once at the top of a test file. With `empty` the database has no tables. */
export async function testDatabase(options: { empty?: boolean; max?: number } = {}): Promise<TestDatabase> {
  const postgres = inject("superuser");
  const name = `test_${randomBytes(8).toString("hex")}`;
  await administer(postgres, `create database ${name} owner varsla template ${options.empty ? "template1" : template}`);
  const superuser = withDatabase(postgres, name);
  const connection = withDatabase(inject("connection"), name);
  // A database that is cloned from the template uses the template's role.
  const workspaces = withDatabase(inject("workspaces"), name);
  const db = openDb({ connection, workspaces, max: options.max ?? 10 });
  afterAll(async () => {
    await db.close();
    await administer(postgres, `drop database ${name} with (force)`);
  });
  return { db, connection, workspaces, superuser };
}

async function administer(connection: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
