/** Where a text is in a database. */
import { sql } from "kysely";
import type { Db } from "../server/kit/db.ts";

/** The names of the tables that have a text in any column, as it is written or as octets. */
export function tablesWith(db: Db, text: string): Promise<string[]> {
  const octets = Buffer.from(text).toString("hex");
  return db.asSystem(async (tx) => {
    const { rows } = await sql<{ name: string }>`
      select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables
      where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1`.execute(
      tx,
    );
    const found: string[] = [];
    for (const { name } of rows) {
      const hits = await sql`
        select 1 from ${sql.raw(name)} t
        where strpos(t::text, ${text}) > 0 or strpos(t::text, ${octets}) > 0 limit 1`.execute(tx);
      if (hits.rows.length > 0) found.push(name);
    }
    return found;
  });
}
