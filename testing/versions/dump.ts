/** Dumps a database's rows as COPY writes them, tables and rows in a stable order. */
import { text } from "node:stream/consumers";
import type pg from "pg";
import { to as copyTo } from "pg-copy-streams";

/** A partition, which a version's migrations create by the current date. */
export interface Partition {
  name: string;
  parent: string;
  bounds: string;
}

/** The rows of all tables except `migrations`, without generated columns. */
export async function dump(client: pg.Client): Promise<string> {
  const parts: string[] = [];
  const partitions = await client.query<Partition>(
    `select c.relname as name, p.relname as parent, pg_get_expr(c.relpartbound, c.oid) as bounds
     from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
     where p.relkind = 'p' and pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT' order by c.relname`,
  );
  for (const { name, parent, bounds } of partitions.rows)
    parts.push(`create table if not exists ${name} partition of ${parent} ${bounds};\n`);
  const tables = await client.query<{ name: string; columns: string; identity: string | null }>(
    `select c.relname as name, string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
       max(case when a.attidentity <> '' then a.attname end) as identity
     from pg_class c join pg_attribute a on a.attrelid = c.oid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
       and a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and c.relname <> 'migrations'
     group by c.oid order by c.relname`,
  );
  for (const { name, columns, identity } of tables.rows) {
    const rows = await text(client.query(copyTo(`copy (select ${columns} from ${name} t order by t::text) to stdout`)));
    if (rows === "") continue;
    parts.push(`copy ${name} (${columns}) from stdin;\n${rows}\\.\n`);
    if (!identity) continue;
    const sequence = `pg_get_serial_sequence('${name}', '${identity}')`;
    const { rows: last } = await client.query(`select pg_sequence_last_value(${sequence}::regclass) as value`);
    parts.push(`select setval(${sequence}, ${last[0]?.value});\n`);
  }
  return parts.join("");
}
