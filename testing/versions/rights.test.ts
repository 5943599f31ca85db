/**
 * A new process migrates, and then grants the role for work in one workspace its rights on what is new. In between, processes of the
 * version before must be able to go on.
 */
import { cp, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { migrateJobs } from "../../server/kit/jobs.ts";
import { migrate } from "../../server/kit/migrate.ts";
import { openWorkspaceRole } from "../../server/kit/workspace-role.ts";
import { testDatabase } from "../database.ts";

/** The first migration that a database role for workspaces knows. */
const walls = "0020";
const migrations = join(import.meta.dirname, "..", "..", "server", "migrations");

test("before new rights are granted, the workspace role may use all tenant tables and sequences", async () => {
  const { connection } = await testDatabase({ empty: true });
  const directory = await mkdtemp(join(tmpdir(), "varsla-rights-"));
  const files = (await readdir(migrations)).filter((name) => /^\d{4}-.*\.sql$/.test(name));
  const warn = (sentence: unknown) => {
    throw new Error(String(sentence));
  };
  let workspaces = "";
  try {
    for (const name of files.filter((each) => each.slice(0, 4) <= walls))
      await cp(join(migrations, name), join(directory, name));
    await migrate(connection, {
      directory,
      async after(client) {
        await migrateJobs(connection);
        workspaces = await openWorkspaceRole(client, connection, { warn });
      },
    });
  } finally {
    await rm(directory, { recursive: true });
  }
  await migrate(connection);
  const client = new pg.Client({ connectionString: workspaces });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(`
      select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and case
        when c.relkind = 'S' then not has_sequence_privilege(c.oid, 'usage')
        when c.relkind in ('r', 'p') and not c.relispartition
            and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_wall')
          then not (has_table_privilege(c.oid, 'select') and has_table_privilege(c.oid, 'insert')
            and has_table_privilege(c.oid, 'update') and has_table_privilege(c.oid, 'delete'))
        else false end
      order by 1`);
    expect(rows).toEqual([]);
  } finally {
    await client.end();
  }
});
