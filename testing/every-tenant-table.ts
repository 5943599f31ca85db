/** Fills every tenant table, and each of its partitions, with a row of a workspace. */
import type pg from "pg";

export interface TenantTable {
  name: string;
  /** The partitioned table that statements name. */
  parent: string | null;
  columns: { name: string; type: string; enumerated: boolean; needed: boolean }[];
  /** Of a partition: the partition key and the least value in it. */
  key: { column: string; value: string } | null;
}

/** Reads the tenant tables from the catalogue, as a superuser. */
export async function tenantTables(admin: pg.Client): Promise<TenantTable[]> {
  const { rows } = await admin.query<TenantTable & { bound: string | null; key_column: string | null }>(`
    select c.relname as name, p.inhparent::regclass::text as parent, pg_get_expr(c.relpartbound, c.oid) as bound,
      (select a.attname from pg_partitioned_table t join pg_attribute a on a.attrelid = t.partrelid and a.attnum = t.partattrs[0]
        where t.partrelid = p.inhparent) as key_column,
      (select jsonb_agg(jsonb_build_object('name', a.attname, 'type', format_type(a.atttypid, null), 'enumerated', t.typtype = 'e',
          'needed', a.attnotnull and not a.atthasdef and a.attidentity = '') order by a.attnum)
        from pg_attribute a join pg_type t on t.oid = a.atttypid
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
    from pg_class c left join pg_inherits p on p.inhrelid = c.oid
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
      and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped)
    order by 1`);
  return rows.map(({ bound, key_column, ...table }) => ({
    ...table,
    key:
      key_column === null
        ? null
        : {
            column: key_column,
            value: /FROM \('([^']+)'\)/.exec(bound ?? "")?.[1] ?? "00000000-0000-7000-8000-000000000001",
          },
  }));
}

/** Inserts the rows; triggers and policies are bypassed. */
export async function fillTables(admin: pg.Client, tables: readonly TenantTable[], workspaceId: string): Promise<void> {
  await admin.query("begin");
  await admin.query("set local session_replication_role = replica");
  for (const table of tables) {
    if (tables.some(({ parent }) => parent === table.name)) continue;
    const columns = table.columns.filter(({ name, needed }) => needed || name === table.key?.column);
    const values = columns.map((column) => valueFor(column, table, workspaceId));
    await admin.query(
      `insert into ${table.parent ?? table.name} (${columns.map(({ name }) => `"${name}"`).join(", ")})
       values (${values.join(", ")}) on conflict do nothing`,
    );
  }
  await admin.query("commit");
}

const literals: Record<string, string> = {
  uuid: "gen_random_uuid()",
  text: "'x'",
  boolean: "false",
  jsonb: "'{}'",
  json: "'{}'",
  bytea: "'x'",
  '"char"': "'7'",
  "timestamp with time zone": "now()",
};

/** Some value that the column takes. */
export function valueFor(
  { name, type, enumerated }: TenantTable["columns"][number],
  { key }: Pick<TenantTable, "key">,
  workspaceId: string,
): string {
  if (name === "workspace_id") return `'${workspaceId}'`;
  if (name === key?.column) return `'${key.value}'`;
  if (enumerated) return `enum_first(null::${type})`;
  if (type.endsWith("[]")) return "'{}'";
  return literals[type] ?? "1";
}
