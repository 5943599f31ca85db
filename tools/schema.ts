/** Reads a schema from PostgreSQL's catalogue, in a stable form. pg_dump may not be installed. */
import type pg from "pg";

const queries = {
  types: `select format(E'create type %I as enum (%s);', t.typname,
      string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)) as text
    from pg_type t join pg_enum e on e.enumtypid = t.oid
    where t.typnamespace = 'public'::regnamespace group by t.oid, t.typname order by t.typname`,
  functions: `select rtrim(pg_get_functiondef(p.oid), E'\\n') || ';' as text from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p') order by p.proname, p.oid::regprocedure::text`,
  // Monthly partitions depend on the date; only their parents are dumped.
  tables: `select c.oid, c.relname as name, c.relrowsecurity as secured, c.relforcerowsecurity as forced,
      pg_get_partkeydef(c.oid) as partition_key, array_to_string(c.reloptions, ', ') as options
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname`,
  columns: `select format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod))
      || case when a.attcollation <> t.typcollation then ' collate ' || quote_ident(co.collname) else '' end
      || case when a.attidentity <> '' then ' generated ' || case a.attidentity when 'a' then 'always' else 'by default' end || ' as identity'
           when a.attgenerated <> '' then format(' generated always as (%s) %s', pg_get_expr(d.adbin, d.adrelid), case a.attgenerated when 's' then 'stored' else 'virtual' end)
           when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) else '' end
      || case when a.attnotnull then ' not null' else '' end as text
    from pg_attribute a join pg_type t on t.oid = a.atttypid
      left join pg_collation co on co.oid = a.attcollation
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum`,
  constraints: `select format('  constraint %I %s', conname, pg_get_constraintdef(oid)) as text from pg_constraint
    where conrelid = $1 and contype in ('p', 'u', 'f', 'c', 'x') order by contype = 'p' desc, contype, conname`,
  indexes: `select pg_get_indexdef(i.indexrelid) || ';' as text from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = $1 and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = i.indrelid)
    order by c.relname`,
  // The name of the owner differs between installations.
  policies: `select format('create policy %I on %s%s%s%s;', polname, polrelid::regclass,
      case when polroles = (select array[relowner] from pg_class where oid = polrelid) then ' to current_user'
        when polroles <> '{0}' then ' to ' || array_to_string(polroles::regrole[], ', ') else '' end,
      coalesce(E'\\n  using (' || pg_get_expr(polqual, polrelid) || ')', ''),
      coalesce(E'\\n  with check (' || pg_get_expr(polwithcheck, polrelid) || ')', '')) as text
    from pg_policy where polrelid = $1 order by polname`,
  triggers: `select pg_get_triggerdef(oid) || ';' as text from pg_trigger where tgrelid = $1 and not tgisinternal order by tgname`,
};

/** The schema "public" as SQL. */
export async function dumpSchema(client: pg.Client): Promise<string> {
  const texts = async (query: keyof typeof queries, ...values: unknown[]) =>
    (await client.query<{ text: string }>(queries[query], values)).rows.map((row) => row.text);
  const parts = [
    "-- The schema after all migrations. Written by tools/dump-schema.ts; the migrations have the explanations.",
    ...(await texts("types")),
    ...(await texts("functions")),
  ];
  for (const table of (await client.query(queries.tables)).rows) {
    const body = [...(await texts("columns", table.oid)), ...(await texts("constraints", table.oid))].join(",\n");
    const partitioned = table.partition_key ? ` partition by ${table.partition_key}` : "";
    const options = table.options ? ` with (${table.options})` : "";
    const lines = [`create table ${table.name} (\n${body}\n)${partitioned}${options};`];
    lines.push(...(await texts("indexes", table.oid)));
    if (table.secured) lines.push(`alter table ${table.name} enable row level security;`);
    if (table.forced) lines.push(`alter table ${table.name} force row level security;`);
    lines.push(...(await texts("policies", table.oid)), ...(await texts("triggers", table.oid)));
    parts.push(lines.join("\n"));
  }
  return `${parts.map((part) => part.replaceAll("public.", "").trimEnd()).join("\n\n")}\n`;
}
