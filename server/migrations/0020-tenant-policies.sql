-- Row-level security between workspaces, for a role that cannot switch it off. See docs/decisions/database-roles.md.
--
-- The owner of the tables migrates and does the system's work. Work for one workspace logs in as another role, which owns
-- nothing: for it, nothing but the policies decide what it sees. Partitions get policies of their own, because a statement that
-- names one directly never meets its parent's.

-- Every table that gets a policy is locked here, in one order. First against vacuum alone, which gives way to whoever waits for more
-- than a second; nobody else minds that. Then against everybody: while the rest is waited for, whoever needs a table that is held
-- already waits too, so for all of them together it waits a fifth of a second, and lets go until the next attempt.
do $$
declare
  tables regclass[] := array(
    select c.oid from pg_class c
    where c.oid in ('users'::regclass, 'sandbox_messages'::regclass)
      or exists (select 1 from pg_policy p where p.polrelid = c.oid and p.polname = 'workspace_wall')
    order by c.relname);
  tenant_table regclass;
  started timestamptz;
begin
  set local lock_timeout = '5s';
  foreach tenant_table in array tables loop
    execute format('lock table %s in share update exclusive mode', tenant_table);
  end loop;
  started := clock_timestamp();
  foreach tenant_table in array tables loop
    perform set_config('lock_timeout',
      greatest(1, 200 - extract(epoch from clock_timestamp() - started) * 1000)::int || 'ms', true);
    execute format('lock table %s in access exclusive mode', tenant_table);
  end loop;
end $$;
set local lock_timeout = '200ms';

-- The role of workspaces' work in this database. Nobody but the owner may read this. The password is random, and only its
-- verifier is ever sent in a statement, so that no log of statements has it.
create table workspace_role (
  one boolean primary key default true check (one),
  name text not null,
  password text not null
);

-- Puts a table behind row-level security, forced upon its owner too. The first policy holds for every role, the second only
-- for the owner, in a transaction that said that it works for the whole installation. No subqueries: a sharded database
-- refuses them in policies, and compared with a column a stable function is called once a scan. Of two policies PostgreSQL asks
-- the one whose name comes later first: the owner's, which spares its work the other one for every row.
create or replace procedure workspace_wall(tenant_table regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format('drop policy if exists workspace_wall on %s', tenant_table);
  execute format('drop policy if exists workspace_wall_system on %s', tenant_table);
  execute format('create policy workspace_wall on %s using (workspace_id = current_workspace())', tenant_table);
  execute format('create policy workspace_wall_system on %s to %s using (is_system())', tenant_table,
    (select relowner::regrole from pg_class where oid = tenant_table));
end $$;

-- Applies the policies to each partition that has none, of a table that has them.
create procedure apply_partition_policies() language plpgsql as $$
declare
  partition regclass;
begin
  for partition in
    select i.inhrelid::regclass from pg_inherits i
    where i.inhparent in (select polrelid from pg_policy where polname = 'workspace_wall')
      and i.inhrelid not in (select polrelid from pg_policy where polname = 'workspace_wall_system')
  loop
    call workspace_wall(partition);
  end loop;
end $$;

do $$
declare
  tenant_table regclass;
begin
  for tenant_table in select polrelid::regclass from pg_policy where polname = 'workspace_wall' order by 1 loop
    call workspace_wall(tenant_table);
  end loop;
end $$;
-- The sandbox's handsets hold texts of workspaces like the ledger does.
call workspace_wall('sandbox_messages');
call apply_partition_policies();

-- From now on before a partition is attached, see add_partition().
create or replace procedure apply_partition_policy(parent text, name text) language plpgsql as $$
begin
  if exists (select 1 from pg_policy where polrelid = to_regclass(quote_ident(parent)) and polname = 'workspace_wall') then
    call workspace_wall(to_regclass(quote_ident(name)));
  end if;
end $$;

-- From here on: what work for one workspace may do beyond its own rows. Each function runs with the owner's rights and
-- names the workspace itself, for an owner passes the policies by a setting.

-- Whether a person belongs to the workspace of this transaction.
create function is_member_here(person uuid) returns boolean
  language plpgsql stable security definer cost 50 set search_path = pg_catalog, public, pg_temp as $$
begin
  return exists (select 1 from memberships where workspace_id = current_workspace() and user_id = person);
end $$;

-- Of all people a workspace sees its own. Not forced: signing in is the owner's work, and knows them all.
alter table users enable row level security;
create policy own_members on users for select using (is_member_here(id));

-- Adds a job. Work for one workspace adds jobs for that workspace, and puts none in the place of another's. Beyond that it may
-- have the system look at what all of them do, which says nothing and so stands here by name.
create function add_job(task text, payload json, queue text, run_at timestamptz, max_attempts integer, key text)
  returns void language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
declare
  for_all constant text[] := '{campaigns.finish}';
begin
  if session_user <> current_user and not (task = any (for_all) and payload::jsonb = '{}' and key is not distinct from task) then
    if (payload ->> 'workspace_id')::uuid is distinct from current_workspace() then
      raise insufficient_privilege using message = format('a job %s for workspace %s, added in another''s transaction',
        task, coalesce(payload ->> 'workspace_id', 'none'));
    end if;
    if exists (select 1 from jobs._private_jobs waiting where waiting.key = add_job.key
        and (waiting.payload ->> 'workspace_id')::uuid is distinct from current_workspace()) then
      raise insufficient_privilege using message = format('a job in the place of %s, which is not of this workspace', key);
    end if;
  end if;
  perform jobs.add_job(task, payload => payload, queue_name => queue, run_at => run_at, max_attempts => max_attempts,
    job_key => key);
end $$;

-- Whether this transaction may touch the rows of an import under way.
create function is_import_here(import uuid) returns boolean
  language plpgsql stable security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  return session_user = current_user
    or exists (select 1 from imports where workspace_id = current_workspace() and id = import);
end $$;

-- Applies the policy of its workspace to the table of an import. The owner fills it by COPY, which refuses tables with a policy
-- that holds for whoever copies: so it is not forced upon the owner.
create procedure apply_import_policy(import uuid, workspace uuid) language plpgsql as $$
declare
  name text := format('staging.%I', 'import ' || import);
begin
  execute format('alter table %s enable row level security', name);
  execute format('create policy workspace_wall on %s using (current_workspace() = %L)', name, workspace);
  -- To whoever may enter the schema.
  execute format('grant select, insert, update, delete on %s to public', name);
end $$;

-- The table that an import's rows wait in, for this workspace.
create procedure create_import_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  execute format('create table staging.%I (
      row bigint not null,
      kind "char" not null,
      mobile text collate "C",
      mobile_kind number_kind,
      phone text collate "C",
      phone_kind number_kind,
      email text collate "C",
      first_name text,
      last_name text,
      locale text,
      time_zone text,
      properties jsonb,
      consent boolean,
      consent_date timestamptz,
      consent_source text,
      reason text,
      value text,
      line text[],                               -- as it stood, where the row may be rejected
      same integer not null default 1            -- rows of the file that are folded into this one
    ) with (autovacuum_enabled = off)', 'import ' || import);
  call apply_import_policy(import, current_workspace());
end $$;

-- The same for a table that a process of an older version made, beside which this one works during an upgrade: it has no policy
-- yet, and nobody but the owner may enter it. Called before the merge, under the lock of the import.
create procedure adopt_import_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  if exists (select 1 from pg_class where relnamespace = 'staging'::regnamespace and relname = 'import ' || import and not relrowsecurity) then
    call apply_import_policy(import, current_workspace());
  end if;
end $$;

create procedure drop_import_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('drop table if exists staging.%I', 'import ' || import);
end $$;

-- Once all rows are there: their key; and what they are like, once they are folded.
create procedure index_import_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('alter table staging.%I add primary key (row)', 'import ' || import);
end $$;

create procedure analyze_import_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('analyze staging.%I', 'import ' || import);
end $$;

-- Gives the role of workspaces' work what it needs and does not have: called at every start, after the migrations.
create procedure grant_workspace_rights(role name) language plpgsql as $$
declare
  thing record;
begin
  if not has_database_privilege(role, current_database(), 'connect') or not has_database_privilege(role, current_database(), 'temporary') then
    execute format('grant connect, temporary on database %I to %I', current_database(), role);
  end if;
  -- Databases that were made before PostgreSQL 15 let everybody make things here, functions of our functions' names too.
  if has_schema_privilege(role, 'public', 'create') then
    revoke create on schema public from public;
  end if;
  for thing in select nspname from pg_namespace where nspname in ('public', 'staging') and not has_schema_privilege(role, oid, 'usage') loop
    execute format('grant usage on schema %I to %I', thing.nspname, role);
  end loop;
  -- Partitions are reached through their parents only.
  for thing in
    select c.oid::regclass as name from pg_class c join pg_policy p on p.polrelid = c.oid and p.polname = 'workspace_wall'
    where c.relnamespace = 'public'::regnamespace and not c.relispartition and not (has_table_privilege(role, c.oid, 'select')
      and has_table_privilege(role, c.oid, 'insert') and has_table_privilege(role, c.oid, 'update') and has_table_privilege(role, c.oid, 'delete'))
  loop
    execute format('grant select, insert, update, delete on %s to %I', thing.name, role);
  end loop;
  if not has_column_privilege(role, 'users', 'email', 'select') then
    execute format('grant select (id, name, email) on users to %I', role);
  end if;
  for thing in
    select c.oid::regclass as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and case when c.relkind = 'S' then not has_sequence_privilege(role, c.oid, 'usage') end
      and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i')
  loop
    execute format('grant usage on sequence %s to %I', thing.name, role);
  end loop;
  for thing in
    select p.oid::regprocedure as name from pg_proc p
    where p.pronamespace = 'public'::regnamespace and pg_has_role(p.proowner, 'usage') and not has_function_privilege(role, p.oid, 'execute')
      and not exists (select 1 from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e')
  loop
    execute format('grant execute on routine %s to %I', thing.name, role);
  end loop;
end $$;
