/**
 * A test double of the Citus extension, for the order and the shape of the statements that distribute a database: functions
 * with the same names that keep the same records and refuse what Citus documents to refuse (server/distribution/placement.ts
 * names the pages). It moves no rows and plans no queries.
 */
import { mkdtemp, rm, writeFile, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type pg from "pg";

const script = `
create table pg_dist_node (groupid int, isactive bool, shouldhaveshards bool);
insert into pg_dist_node values (0, true, false), (1, true, true), (2, true, true);
create table citus_books (table_name regclass primary key, citus_table_type text not null, distribution_column text,
  colocation_id int not null, at bigint generated always as identity);
create view citus_tables as select table_name, citus_table_type, distribution_column, colocation_id, at from citus_books;
grant select, insert, update on citus_books, pg_dist_node, citus_tables to public;

-- Without the library its settings are unknown ones, which only superusers may give to roles.
grant set on parameter citus.propagate_set_commands, citus.multi_shard_modify_mode to public;

create function refuse(message text) returns void language plpgsql as $$ begin raise exception '%', message; end $$;

-- Keys from and to the table: both ends sharded and together, or to a reference table.
create function check_keys(t regclass, kind text, colocation int) returns void language plpgsql as $$
declare k record;
begin
  for k in select f.*, coalesce(r.citus_table_type, 'local') as target_type, r.colocation_id as target_colocation
    from pg_constraint f left join citus_books r on r.table_name = f.confrelid
    where f.contype = 'f' and f.conrelid = t
  loop
    if kind = 'distributed' then
      if (select relkind from pg_class where oid = t) = 'p' then
        perform refuse(format('%s is partitioned and has the foreign key %s', t, k.conname));
      elsif k.confrelid = t or k.target_type = 'reference' then
        continue;
      elsif k.target_type <> 'distributed' or k.target_colocation <> colocation then
        perform refuse(format('cannot create foreign key constraint %s since relations are not colocated or not referencing a reference table', k.conname));
      elsif not exists (select from unnest(k.conkey, k.confkey) as pair (a, b)
        join pg_attribute x on x.attrelid = t and x.attnum = pair.a join pg_attribute y on y.attrelid = k.confrelid and y.attnum = pair.b
        where x.attname = 'workspace_id' and y.attname = 'workspace_id') then
        perform refuse(format('foreign key %s does not hold the distribution column', k.conname));
      end if;
    elsif k.target_type = 'distributed' then
      perform refuse(format('foreign keys from reference tables and local tables to distributed tables are not supported (%s)', k.conname));
    end if;
  end loop;
  if kind = 'distributed' and exists (select from pg_constraint f left join citus_books s on s.table_name = f.conrelid
    where f.contype = 'f' and f.confrelid = t and f.conrelid <> t and s.citus_table_type is distinct from 'distributed') then
    perform refuse(format('relation %s is referenced by a foreign key from a local table', t));
  elsif kind = 'reference' and exists (select from pg_constraint f left join citus_books s on s.table_name = f.conrelid
    where f.contype = 'f' and f.confrelid = t and f.conrelid <> t and s.table_name is null
      and not exists (select from pg_dist_node where groupid = 0)) then
    perform refuse(format('%s is referenced by a local table, and the coordinator is not in the metadata', t));
  end if;
end $$;

create function create_reference_table(table_name regclass) returns void language plpgsql as $$
begin
  if exists (select from citus_books b where b.table_name = $1) then perform refuse(format('table "%s" is already distributed', $1)); end if;
  if exists (select from pg_trigger where tgrelid = $1 and not tgisinternal) then perform refuse(format('%s has triggers', $1)); end if;
  perform check_keys($1, 'reference', 0);
  insert into citus_books values ($1, 'reference', null, 0);
end $$;

create function create_distributed_table(table_name regclass, distribution_column text, distribution_type text default 'hash',
  colocate_with text default 'default') returns void language plpgsql as $$
declare
  column_number int2;
  colocation int;
  i record;
begin
  if exists (select from citus_books b where b.table_name = $1) then perform refuse(format('table "%s" is already distributed', $1)); end if;
  if (select relispartition from pg_class where oid = $1) then perform refuse(format('%s is a partition', $1)); end if;
  if (select relforcerowsecurity from pg_class where oid = $1) and not (select rolbypassrls or rolsuper from pg_roles where rolname = current_user) then
    perform refuse('COPY FROM not supported with row-level security');
  end if;
  select attnum into column_number from pg_attribute where attrelid = $1 and attname = distribution_column and attgenerated = '';
  if column_number is null then perform refuse(format('%s has no column %s', $1, distribution_column)); end if;
  for i in select * from pg_index where indrelid = $1 and (indisunique or indisexclusion) loop
    if not column_number = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]) then
      perform refuse(format('cannot create constraint on "%s": %s does not hold the distribution column', $1, i.indexrelid::regclass));
    end if;
  end loop;
  if coalesce(current_setting('citus.enable_unsafe_triggers', true), 'off') <> 'on'
    and exists (select from pg_trigger where tgrelid = $1 and not tgisinternal) then
    perform refuse(format('cannot distribute relation "%s" because it has triggers', $1));
  end if;
  if exists (select from pg_attribute where attrelid = $1 and attidentity <> '' and atttypid <> 'bigint'::regtype) then
    perform refuse(format('%s has an identity column that is no bigint', $1));
  end if;
  if exists (select from pg_policy p where p.polrelid = $1 and concat(p.polqual::text, p.polwithcheck::text) like '%{SUBLINK%') then
    perform refuse('cannot create policy: subqueries are not supported in policies on distributed tables');
  end if;
  -- Of several commands in one message Citus would send all to each node.
  if trim(trailing E'; \n' from current_query()) like '%;%' then
    perform refuse('cannot distribute a table in a text of several commands');
  end if;
  if colocate_with = 'none' then
    select coalesce(max(colocation_id), 0) + 1 into colocation from citus_books;
  else
    select b.colocation_id into colocation from citus_books b where b.table_name = colocate_with::regclass and citus_table_type = 'distributed';
    if colocation is null then perform refuse(format('%s is not distributed', colocate_with)); end if;
    if (select format_type(a.atttypid, null) from pg_attribute a where a.attrelid = colocate_with::regclass and a.attname = 'workspace_id')
      <> (select format_type(a.atttypid, null) from pg_attribute a where a.attrelid = $1 and a.attnum = column_number) then
      perform refuse(format('%s and %s have different types of distribution columns', $1, colocate_with));
    end if;
  end if;
  perform check_keys($1, 'distributed', colocation);
  insert into citus_books values ($1, 'distributed', distribution_column, colocation);
end $$;
`;

/** Creates the test double in the database of a superuser's connection; needs PostgreSQL 18, for extensions outside of its own folder. */
export async function createFakeCitus(superuser: pg.Client, version = "12.1"): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-citus-"));
  try {
    const extension = join(directory, "extension");
    await mkdir(extension);
    await writeFile(join(extension, "citus.control"), `default_version = '${version}'\nrelocatable = true\n`);
    await writeFile(join(extension, `citus--${version}.sql`), script);
    await superuser.query(`set extension_control_path = '${directory}:$system'`);
    await superuser.query("create extension citus schema public");
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
