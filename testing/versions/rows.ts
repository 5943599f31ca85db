/** All rows of a database by table, as JSON, to compare them before and after a migration. */
import type pg from "pg";

export type Row = Record<string, unknown>;
export type Rows = Map<string, Row[]>;

/** Reads all rows, so `client` must be a superuser. Rows are in the order of their keys. */
export async function allRows(client: pg.Client): Promise<Rows> {
  const { rows: tables } = await client.query<{ name: string; key: string }>(
    `select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by array_position(i.indkey::int2[], a.attnum)) as key
     from pg_class c join pg_index i on i.indrelid = c.oid and i.indisprimary
       join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey[0:i.indnkeyatts - 1])
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     group by c.relname order by c.relname`,
  );
  const found: Rows = new Map();
  for (const { name, key } of tables) {
    const { rows } = await client.query<{ row: Row }>(`select to_jsonb(t) as row from ${name} t order by ${key}`);
    found.set(
      name,
      rows.map(({ row }) => row),
    );
  }
  return found;
}
