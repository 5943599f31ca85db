/** Many workspaces that are alike, for benchmarks. */
import { sql } from "kysely";
import type { Db } from "../server/kit/db.ts";

const always = ["workspaces", "senders", "subscription_types"];

/**
 * Makes `count` copies of the workspace under ids of their own, with its sender and subscription types and with its rows of `tables`,
 * whose other ids stay.
 */
export async function multiplyWorkspace(
  db: Db,
  id: string,
  count: number,
  tables: readonly string[] = [],
): Promise<void> {
  await db.asSystem(async (tx) => {
    for (const table of [...always, ...tables]) {
      const { rows } = await sql<{ names: string; values: string }>`
        select string_agg(quote_ident(attname), ', ' order by attnum) as names,
          string_agg(case attname when 'workspace_id' then 'md5(i::text)::uuid' else quote_ident(attname) end, ', ' order by attnum) as values
        from pg_attribute where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`.execute(
        tx,
      );
      const { names = "", values = "" } = rows[0] ?? {};
      await sql`
        insert into ${sql.table(table)} (${sql.raw(names)}) select ${sql.raw(values)} from ${sql.table(table)}, generate_series(1, ${count}::int) i
        where workspace_id = ${id}`.execute(tx);
    }
    await sql`
      insert into quota_periods (workspace_id, period_start, period_end, allowance)
      select workspace_id, date_trunc('month', now()), date_trunc('month', now()) + interval '1 month', allowance from workspaces
      on conflict do nothing`.execute(tx);
  });
}
