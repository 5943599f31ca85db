import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { dumpSchema } from "../tools/schema.ts";
import { testDatabase } from "./database.ts";

const { connection, db } = await testDatabase();

test("schema.sql is what the migrations make (node tools/dump-schema.ts writes it)", async () => {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  const schema = await dumpSchema(client);
  await client.end();
  const file = join(import.meta.dirname, "..", "server", "migrations", "schema.sql");
  expect(await readFile(file, "utf8")).toBe(schema);
});

/** Tables of the installation instead of one workspace: accounts, the sandbox's receipts and mails, and Varsla's own state. */
const installationWide =
  /^(alert_watch|due_work|workflow_sweep|migrations|workspace_role|users|sessions|accounts|verifications|two_factors|attempts|mail_intake|sandbox_(receipts|mails))$/;

test("every tenant table has the tenant policy, forced upon its owner too, and the workspace first in its key", async () => {
  const { rows } = await db.pool.query(`
    select c.relname as name, c.relrowsecurity and c.relforcerowsecurity
        and exists (select from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_wall') as has_policy,
      (select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
       where i.indrelid = c.oid and i.indisprimary) as first_key
    from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`);
  const open = rows.filter(({ name, has_policy }) => !has_policy && !installationWide.test(name));
  expect(open.map(({ name }) => name)).toEqual([]);
  expect(
    rows.filter(({ has_policy, first_key }) => has_policy && first_key !== "workspace_id").map(({ name }) => name),
    "the sandbox's records are kept by handset, as a carrier's are",
  ).toEqual(["sandbox_messages"]);
});
