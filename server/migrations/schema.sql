-- What the migrations make of an empty database. Written by tools/dump-schema.ts; the reasons stand in the migrations.

create type message_class as enum ('transactional', 'marketing');

create type message_status as enum ('queued', 'submitted', 'sent', 'delivered', 'undelivered', 'failed', 'expired', 'skipped', 'cancelled', 'received');

create type number_kind as enum ('mobile', 'landline', 'premium', 'short', 'other');

CREATE OR REPLACE FUNCTION add_job(task text, payload json, queue text, run_at timestamp with time zone, max_attempts integer, key text)
 RETURNS void
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
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
end $function$;

CREATE OR REPLACE PROCEDURE add_partition(IN parent text, IN name text, IN bound_column text, IN first text, IN past text, IN options text, IN excluded_by text, INOUT made boolean)
 LANGUAGE plpgsql
AS $procedure$
declare
  patience text := current_setting('lock_timeout');
  rest text := (select d.relname from pg_partitioned_table p join pg_class d on d.oid = p.partdefid
                where p.partrelid = to_regclass(quote_ident(parent)));
begin
  begin
    set local lock_timeout = '200ms';
    execute format('create table %I (like %I including defaults including constraints) %s', name, parent, options);
    call wall_partition(parent, name);
    if rest is not null then
      execute format('lock table %I in share update exclusive mode', parent);
      execute format('lock table %I in access exclusive mode', rest);
      if excluded_by is null then
        execute format('insert into %I select * from %I where %I >= %L and %3$I < %5$L', name, rest, bound_column, first, past);
        execute format('delete from %I where %I >= %L and %2$I < %4$L', rest, bound_column, first, past);
      end if;
    end if;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, first, past);
    if excluded_by is not null then
      execute format('alter table %I drop constraint %I', rest, excluded_by);
    end if;
    made := true;
  exception when lock_not_available then
    made := false;
  end;
  perform set_config('lock_timeout', patience, true);
end $procedure$;

CREATE OR REPLACE PROCEDURE adopt_import_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  if exists (select 1 from pg_class where relnamespace = 'staging'::regnamespace and relname = 'import ' || import and not relrowsecurity) then
    call wall_import_table(import, current_workspace());
  end if;
end $procedure$;

CREATE OR REPLACE PROCEDURE analyze_import_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('analyze staging.%I', 'import ' || import);
end $procedure$;

CREATE OR REPLACE FUNCTION count_list_members()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  changed record;
begin
  for changed in
    select workspace_id, list_id, count(*) * case tg_op when 'INSERT' then 1 else -1 end as n
    from changed_members group by workspace_id, list_id order by workspace_id, list_id
  loop
    update lists set members = members + changed.n
    where workspace_id = changed.workspace_id and id = changed.list_id;
  end loop;
  return null;
end $function$;

CREATE OR REPLACE PROCEDURE create_import_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
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
  call wall_import_table(import, current_workspace());
end $procedure$;

CREATE OR REPLACE PROCEDURE create_message_partitions(IN ahead integer, INOUT missing integer DEFAULT 0)
 LANGUAGE plpgsql
AS $procedure$
declare
  few boolean;
  month timestamp;
  begins timestamptz;
  ends timestamptz;
  name text;
  excluded record;
  made boolean;
begin
  -- One at a time: every process calls this as it starts.
  perform pg_advisory_xact_lock(hashtextextended('create_message_partitions', 0));
  missing := 0;
  few := few_other_messages(); -- before messages_other is locked
  for i in 0..ahead loop
    month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => i);
    name := 'messages_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(quote_ident(name)) is not null;
    ends := (month + interval '1 month') at time zone 'UTC';
    select * into excluded from excluded_message_months() x where x.partition = name;
    made := false;
    if excluded.validated or (excluded is null and few) then
      begins := coalesce(excluded.begins, month at time zone 'UTC');
      call add_partition('messages', name, 'id', first_id_at(begins)::text, first_id_at(ends)::text, 'with (fillfactor = 50)',
        excluded.constraint_name, made);
    elsif excluded is null then
      continue when first_excluded_day(month) >= ends; -- what is left of it stays in messages_other
    end if;
    continue when made;
    missing := missing + 1;
    if excluded.begins < now() + interval '1 day' then
      call readmit_message_month(excluded.constraint_name);
    end if;
  end loop;
end $procedure$;

CREATE OR REPLACE FUNCTION current_workspace()
 RETURNS uuid
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (NULLIF(current_setting('varsla.workspace_id'::text, true), ''::text))::uuid;

CREATE OR REPLACE PROCEDURE drop_import_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('drop table if exists staging.%I', 'import ' || import);
end $procedure$;

CREATE OR REPLACE PROCEDURE exclude_message_month(IN partition text, IN begins timestamp with time zone, IN ends timestamp with time zone)
 LANGUAGE plpgsql
AS $procedure$
declare
  patience text := current_setting('lock_timeout');
begin
  begin
    set local lock_timeout = '200ms';
    lock table messages_other in access exclusive mode;
    if to_regclass(quote_ident(partition)) is null
      and not exists (select 1 from excluded_message_months() x where x.partition = exclude_message_month.partition) then
      execute format('alter table messages_other add constraint %I check (id < %L or id >= %L) not valid',
        partition || '_from_' || to_char(begins at time zone 'UTC', 'YYYY_MM_DD'), first_id_at(begins), first_id_at(ends));
      raise warning '% begins at %: messages_other is too large to be moved beside running traffic', partition, begins;
    end if;
  exception when lock_not_available then
    null; -- a later call does it
  end;
  perform set_config('lock_timeout', patience, true);
end $procedure$;

CREATE OR REPLACE FUNCTION excluded_message_months()
 RETURNS TABLE(constraint_name text, partition text, begins timestamp with time zone, validated boolean)
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return query
    select c.conname::text, left(c.conname::text, 16), to_date(right(c.conname::text, 10), 'YYYY_MM_DD')::timestamp at time zone 'UTC',
      c.convalidated
    from pg_constraint c
    where c.conrelid = 'messages_other'::regclass and c.conname ~ '^messages_\d{4}_\d\d_from_\d{4}_\d\d_\d\d$';
end $function$;

CREATE OR REPLACE FUNCTION few_other_messages()
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  most_moved constant integer := 10000;
begin
  return pg_relation_size('messages_other') <= 16 * 1024 * 1024
    and (select count(*) from (select 1 from messages_other limit most_moved + 1) other) <= most_moved;
end $function$;

CREATE OR REPLACE FUNCTION find_subscription_type(workspace uuid, ref text)
 RETURNS SETOF subscription_types
 LANGUAGE plpgsql
 STABLE ROWS 1
AS $function$
begin
  return query
    select * from subscription_types
    where workspace_id = workspace and (id::text = lower(ref) or key = lower(ref) or lower(name) = lower(ref))
    order by (id::text = lower(ref)) desc, (key = lower(ref)) desc limit 1;
end $function$;

CREATE OR REPLACE FUNCTION first_excluded_day(month timestamp without time zone)
 RETURNS timestamp with time zone
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return greatest(month, date_trunc('day', now() at time zone 'UTC') + interval '8 days') at time zone 'UTC';
end $function$;

CREATE OR REPLACE FUNCTION first_id_at(instant timestamp with time zone)
 RETURNS uuid
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (SELECT ((((substr("time".h, 1, 8) || '-'::text) || substr("time".h, 9, 4)) || '-7000-8000-000000000000'::text))::uuid AS uuid FROM (SELECT lpad(to_hex(((EXTRACT(epoch FROM first_id_at.instant) * (1000)::numeric))::bigint), 12, '0'::text) AS h) "time");

CREATE OR REPLACE FUNCTION grant_imported_consents(workspace uuid, type_id uuid, contact_ids uuid[], fresh boolean[], ids uuid[], dates timestamp with time zone[], sources text[], evidence text, recorded_at timestamp with time zone, recorded_by text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at,
    recorded_at, recorded_by)
  select workspace, given.id, given.contact_id, type_id, 'sms', true, given.source, grant_imported_consents.evidence,
    coalesce(given.at, grant_imported_consents.recorded_at), grant_imported_consents.recorded_at,
    grant_imported_consents.recorded_by
  from unnest(contact_ids, fresh, ids, dates, sources) as given (contact_id, fresh, id, at, source)
  where given.fresh or not exists (
    select from consent_events e
    where e.workspace_id = workspace and e.contact_id = given.contact_id and e.subscription_type_id = type_id
      and e.channel = 'sms'
      and case when given.at is null then not e.granted or e.source = given.source
          else e.granted and e.source = given.source and e.at = given.at end
  );
  if false = any (fresh) then
    perform settle_sms_consents(workspace, type_id,
      array(select given.id from unnest(contact_ids, fresh) as given (id, fresh) where not given.fresh));
  end if;
end $function$;

CREATE OR REPLACE PROCEDURE grant_workspace_rights(IN role name)
 LANGUAGE plpgsql
AS $procedure$
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
end $procedure$;

CREATE OR REPLACE PROCEDURE index_import_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('alter table staging.%I add primary key (row)', 'import ' || import);
end $procedure$;

CREATE OR REPLACE FUNCTION insist(holds boolean, otherwise text)
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  if holds is not true then
    raise exception using errcode = 'VA001', message = otherwise;
  end if;
end
$function$;

CREATE OR REPLACE FUNCTION is_import_here(import uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return session_user = current_user
    or exists (select 1 from imports where workspace_id = current_workspace() and id = import);
end $function$;

CREATE OR REPLACE FUNCTION is_member_here(person uuid)
 RETURNS boolean
 LANGUAGE plpgsql
 STABLE SECURITY DEFINER COST 50
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $function$
begin
  return exists (select 1 from memberships where workspace_id = current_workspace() and user_id = person);
end $function$;

CREATE OR REPLACE FUNCTION is_system()
 RETURNS boolean
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN (COALESCE(current_setting('varsla.system'::text, true), ''::text) = 'on'::text);

CREATE OR REPLACE FUNCTION message_months_to_exclude(ahead integer)
 RETURNS TABLE(partition text, begins timestamp with time zone, ends timestamp with time zone)
 LANGUAGE plpgsql
 STABLE
AS $function$
declare
  month timestamp;
  latest uuid;
begin
  if few_other_messages() then
    return;
  end if;
  for i in 0..ahead loop
    month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => i);
    partition := 'messages_' || to_char(month, 'YYYY_MM');
    begins := first_excluded_day(month);
    ends := (month + interval '1 month') at time zone 'UTC';
    continue when begins >= ends or to_regclass(quote_ident(partition)) is not null
      or exists (select 1 from excluded_message_months() x where x.partition = message_months_to_exclude.partition);
    latest := (select id from messages_other where id >= first_id_at(begins) and id < first_id_at(ends) order by id desc limit 1);
    if latest is not null then
      begins := (date_trunc('day', to_timestamp(('x' || substr(replace(latest::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
        at time zone 'UTC') + interval '1 day') at time zone 'UTC';
    end if;
    continue when begins >= ends;
    return next;
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION queued_lanes(after_workspace uuid, after_sender uuid, most integer)
 RETURNS TABLE(workspace uuid, sender uuid, stranded boolean)
 LANGUAGE plpgsql
 STABLE ROWS 10
AS $function$
declare
  attended boolean;
begin
  workspace := after_workspace;
  sender := after_sender;
  for i in 1..most loop
    select q.workspace_id, q.sender_id into workspace, sender from message_queue q
      where (q.workspace_id, q.sender_id) > (workspace, sender)
      order by q.workspace_id, q.sender_id limit 1;
    exit when not found;
    select l.has_work or (l.leased_by is not null and l.leased_until > now()) into attended from lanes l
      where l.workspace_id = workspace and l.sender_id = sender;
    stranded := not coalesce(attended, false);
    return next;
  end loop;
end $function$;

CREATE OR REPLACE PROCEDURE readmit_message_month(IN constraint_name text)
 LANGUAGE plpgsql
AS $procedure$
declare
  patience text := current_setting('lock_timeout');
begin
  begin
    set local lock_timeout = '200ms';
    execute format('alter table messages_other drop constraint %I', constraint_name);
  exception when lock_not_available then
    raise warning 'messages_other is held by another session, and takes no messages from % on before it lets go', right(constraint_name, 10);
  end;
  perform set_config('lock_timeout', patience, true);
end $procedure$;

CREATE OR REPLACE FUNCTION refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'DELETE' and coalesce(current_setting('varsla.aging_audit', true), '') = 'on'
    and old.at < now() - interval '365 days' then
    return old;
  end if;
  raise exception 'audit_events is append-only';
end $function$;

CREATE OR REPLACE FUNCTION refuse_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  if tg_op = 'UPDATE' and coalesce(current_setting('varsla.erasing', true), '') = 'on' then
    return new;
  end if;
  raise exception '% is append-only', tg_table_name;
end $function$;

CREATE OR REPLACE FUNCTION settle_sms_consents(workspace uuid, type_id uuid, contact_ids uuid[])
 RETURNS void
 LANGUAGE plpgsql
 SET plan_cache_mode TO 'force_custom_plan'
AS $function$
begin
  update contacts c
  set sms_consents = case when latest.granted then c.sms_consents | type.mask else c.sms_consents & ~type.mask end
  from (select 1::bigint << bit as mask from subscription_types where workspace_id = workspace and id = type_id) type,
    unnest(contact_ids) as asked (id)
    cross join lateral (
      select e.granted from consent_events e
      where e.workspace_id = workspace and e.contact_id = asked.id and e.subscription_type_id = type_id
        and e.channel = 'sms'
      order by e.at desc, e.granted limit 1
    ) latest
  where c.workspace_id = workspace and c.id = asked.id and (c.sms_consents & type.mask <> 0) <> latest.granted;
end $function$;

CREATE OR REPLACE FUNCTION tell_session_ended()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
begin
  perform pg_notify('varsla_access', json_build_object('session_id', old.id)::text);
  return null;
end $function$;

CREATE OR REPLACE PROCEDURE turn_smpp_references(IN keep interval, INOUT missing integer DEFAULT 0, INOUT kept integer DEFAULT 0)
 LANGUAGE plpgsql
AS $procedure$
declare
  patience text := current_setting('lock_timeout');
  week timestamp;
  name text;
  made boolean;
  old record;
begin
  -- One at a time: every process calls this as it starts.
  perform pg_advisory_xact_lock(hashtextextended('turn_smpp_references', 0));
  missing := 0;
  kept := 0;
  for i in 0..2 loop
    week := date_trunc('week', now() at time zone 'UTC') + make_interval(weeks => i);
    name := 'smpp_references_' || to_char(week, 'YYYY_MM_DD');
    continue when to_regclass(quote_ident(name)) is not null;
    call add_partition('smpp_references', name, 'at', (week at time zone 'UTC')::text,
      ((week + interval '1 week') at time zone 'UTC')::text, '', null, made);
    if not made then
      missing := missing + 1;
    end if;
  end loop;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'smpp_references'::regclass and c.relname ~ '^smpp_references_\d{4}_\d\d_\d\d$'
      and (to_timestamp(right(c.relname, 10), 'YYYY_MM_DD')::timestamp + interval '1 week') at time zone 'UTC' < now() - keep
    order by c.relname
  loop
    begin
      set local lock_timeout = '200ms';
      execute format('drop table %I', old.relname);
    exception when lock_not_available then
      kept := kept + 1;
      exit; -- whoever holds one holds them all
    end;
  end loop;
  perform set_config('lock_timeout', patience, true);
end $procedure$;

CREATE OR REPLACE PROCEDURE validate_excluded_month(IN constraint_name text)
 LANGUAGE plpgsql
AS $procedure$
declare
  patience text := current_setting('lock_timeout');
begin
  begin
    set local lock_timeout = '5s';
    execute format('alter table messages_other validate constraint %I', constraint_name);
  exception
    when lock_not_available then
      null; -- a later call does it
    when undefined_object then
      null; -- readmitted meanwhile
    when check_violation then
      -- Of a clock that is days ahead: a later call excludes what is after it.
      call readmit_message_month(constraint_name);
  end;
  perform set_config('lock_timeout', patience, true);
end $procedure$;

CREATE OR REPLACE FUNCTION waiting_lanes(before uuid)
 RETURNS TABLE(workspace uuid, sender uuid, head_priority smallint, head_seq bigint)
 LANGUAGE plpgsql
 STABLE ROWS 100
AS $function$
declare
  most_steps constant integer := 1000;
  head_message uuid;
begin
  workspace := '00000000-0000-0000-0000-000000000000';
  sender := workspace;
  for step in 1..most_steps loop
    select q.workspace_id, q.sender_id, q.priority, q.seq, q.message_id
      into workspace, sender, head_priority, head_seq, head_message from message_queue q
      where (q.workspace_id, q.sender_id) > (workspace, sender)
      order by q.workspace_id, q.sender_id, q.priority, q.seq limit 1;
    if not found then
      return;
    end if;
    if head_message < before then
      return next;
    end if;
  end loop;
  return query
    select l.workspace_id, l.sender_id, h.priority, h.seq from lanes l cross join lateral (
      select q.priority, q.seq, q.message_id from message_queue q
      where q.workspace_id = l.workspace_id and q.sender_id = l.sender_id
      order by q.priority, q.seq limit 1) h
    where (l.workspace_id, l.sender_id) > (workspace, sender) and h.message_id < before;
end $function$;

CREATE OR REPLACE PROCEDURE wall_import_table(IN import uuid, IN workspace uuid)
 LANGUAGE plpgsql
AS $procedure$
declare
  name text := format('staging.%I', 'import ' || import);
begin
  execute format('alter table %s enable row level security', name);
  execute format('create policy workspace_wall on %s using (current_workspace() = %L)', name, workspace);
  -- To whoever may enter the schema.
  execute format('grant select, insert, update, delete on %s to public', name);
end $procedure$;

CREATE OR REPLACE PROCEDURE wall_partition(IN parent text, IN name text)
 LANGUAGE plpgsql
AS $procedure$
begin
  if exists (select 1 from pg_policy where polrelid = to_regclass(quote_ident(parent)) and polname = 'workspace_wall') then
    call workspace_wall(to_regclass(quote_ident(name)));
  end if;
end $procedure$;

CREATE OR REPLACE PROCEDURE wall_partitions()
 LANGUAGE plpgsql
AS $procedure$
declare
  partition regclass;
begin
  for partition in
    select i.inhrelid::regclass from pg_inherits i
    where i.inhparent in (select polrelid from pg_policy where polname = 'workspace_wall')
      and i.inhrelid not in (select polrelid from pg_policy where polname = 'workspace_wall_door')
  loop
    call workspace_wall(partition);
  end loop;
end $procedure$;

CREATE OR REPLACE PROCEDURE workspace_wall(IN tenant_table regclass)
 LANGUAGE plpgsql
AS $procedure$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format('drop policy if exists workspace_wall on %s', tenant_table);
  execute format('drop policy if exists workspace_wall_door on %s', tenant_table);
  execute format('create policy workspace_wall on %s using (workspace_id = current_workspace())', tenant_table);
  execute format('create policy workspace_wall_door on %s to %s using (is_system())', tenant_table,
    (select relowner::regrole from pg_class where oid = tenant_table));
end $procedure$;

create table accounts (
  id uuid not null,
  user_id uuid not null,
  account_id text not null,
  provider_id text not null,
  password text,
  access_token text,
  refresh_token text,
  id_token text,
  access_token_expires_at timestamp with time zone,
  refresh_token_expires_at timestamp with time zone,
  scope text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint accounts_pkey PRIMARY KEY (id),
  constraint accounts_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint accounts_provider_id_account_id_key UNIQUE (provider_id, account_id)
);
CREATE INDEX accounts_user ON accounts USING btree (user_id);

create table alert_suspects (
  workspace_id uuid not null,
  kind text collate "C" not null,
  subject text collate "C" not null,
  mark text collate "C" not null,
  since timestamp with time zone not null,
  constraint alert_suspects_pkey PRIMARY KEY (workspace_id, kind, subject)
) with (fillfactor=50);
alter table alert_suspects enable row level security;
alter table alert_suspects force row level security;
create policy workspace_wall on alert_suspects
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on alert_suspects to current_user
  using (is_system());

create table alert_views (
  workspace_id uuid not null,
  user_id uuid not null,
  seen_at timestamp with time zone not null,
  constraint alert_views_pkey PRIMARY KEY (workspace_id, user_id)
);
alter table alert_views enable row level security;
alter table alert_views force row level security;
create policy workspace_wall on alert_views
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on alert_views to current_user
  using (is_system());

create table alert_watch (
  one boolean default true not null,
  looked_at timestamp with time zone not null,
  constraint alert_watch_pkey PRIMARY KEY (one),
  constraint alert_watch_one_check CHECK (one)
);

create table alerts (
  workspace_id uuid not null,
  id uuid not null,
  kind text collate "C" not null,
  subject text collate "C" not null,
  severity text not null,
  params jsonb not null,
  raised_at timestamp with time zone not null,
  clear_since timestamp with time zone,
  resolved_at timestamp with time zone,
  mailed_at timestamp with time zone,
  constraint alerts_pkey PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX alerts_open ON alerts USING btree (workspace_id, kind, subject) WHERE (resolved_at IS NULL);
CREATE INDEX alerts_subject ON alerts USING btree (workspace_id, kind, subject, raised_at);
alter table alerts enable row level security;
alter table alerts force row level security;
create policy workspace_wall on alerts
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on alerts to current_user
  using (is_system());

create table api_keys (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  prefix text not null,
  key_hash text not null,
  role text not null,
  scopes text[] not null,
  created_at timestamp with time zone not null,
  last_used_at timestamp with time zone,
  made_by uuid,
  expires_at timestamp with time zone,
  constraint api_keys_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX api_keys_hash ON api_keys USING btree (key_hash);
alter table api_keys enable row level security;
alter table api_keys force row level security;
create policy workspace_wall on api_keys
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on api_keys to current_user
  using (is_system());

create table attempts (
  key text not null,
  count integer not null,
  window_ends timestamp with time zone not null,
  constraint attempts_pkey PRIMARY KEY (key)
);
CREATE INDEX attempts_window_ends ON attempts USING btree (window_ends);

create table audit_events (
  workspace_id uuid not null,
  id uuid not null,
  at timestamp with time zone not null,
  actor_type text not null,
  actor_id uuid,
  actor_name text not null,
  maker_id uuid,
  maker_name text,
  action text not null,
  target_type text,
  target_id text,
  target_name text,
  ip text,
  before jsonb,
  after jsonb,
  constraint audit_events_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX audit_events_action ON audit_events USING btree (workspace_id, action, id);
CREATE INDEX audit_events_actor ON audit_events USING btree (workspace_id, actor_id, id);
alter table audit_events enable row level security;
alter table audit_events force row level security;
create policy workspace_wall on audit_events
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on audit_events to current_user
  using (is_system());
CREATE TRIGGER audit_events_append_only BEFORE DELETE OR UPDATE ON audit_events FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

create table campaigns (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  status text not null,
  text text not null,
  sender_id uuid,
  subscription_type_id uuid,
  include jsonb not null,
  exclude jsonb not null,
  opt_out_text boolean not null,
  created_by uuid,
  created_by_name text not null,
  error jsonb,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  sent_opt_out_text text,
  period_start timestamp with time zone,
  planned bigint,
  skipped bigint default 0 not null,
  reserved bigint default 0 not null,
  prepared_to uuid,
  prepared_at timestamp with time zone,
  progress_at timestamp with time zone,
  finished_at timestamp with time zone,
  validity_seconds integer,
  constraint campaigns_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX campaigns_under_way ON campaigns USING btree (status) WHERE (status = ANY (ARRAY['preparing'::text, 'sending'::text]));
CREATE INDEX campaigns_updated ON campaigns USING btree (workspace_id, updated_at DESC, id DESC);
alter table campaigns enable row level security;
alter table campaigns force row level security;
create policy workspace_wall on campaigns
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on campaigns to current_user
  using (is_system());

create table carrier_routes (
  workspace_id uuid not null,
  country text collate "C" not null,
  carrier_ids uuid[] not null,
  constraint carrier_routes_pkey PRIMARY KEY (workspace_id, country)
);
alter table carrier_routes enable row level security;
alter table carrier_routes force row level security;
create policy workspace_wall on carrier_routes
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on carrier_routes to current_user
  using (is_system());

create table carrier_states (
  workspace_id uuid not null,
  carrier_id uuid not null,
  worker uuid not null,
  state text not null,
  bound smallint not null,
  wanted smallint not null,
  last_error text,
  last_error_at timestamp with time zone,
  handed_over real not null,
  updated_at timestamp with time zone not null,
  constraint carrier_states_pkey PRIMARY KEY (workspace_id, carrier_id, worker)
) with (fillfactor=50);
alter table carrier_states enable row level security;
alter table carrier_states force row level security;
create policy workspace_wall on carrier_states
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on carrier_states to current_user
  using (is_system());

create table carriers (
  workspace_id uuid not null,
  id uuid not null,
  kind text not null,
  name text not null,
  enabled boolean not null,
  is_default boolean default false not null,
  settings jsonb not null,
  secrets bytea not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint carriers_pkey PRIMARY KEY (workspace_id, id),
  constraint carriers_workspace_id_name_key UNIQUE (workspace_id, name)
);
CREATE UNIQUE INDEX carriers_default ON carriers USING btree (workspace_id) WHERE is_default;
alter table carriers enable row level security;
alter table carriers force row level security;
create policy workspace_wall on carriers
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on carriers to current_user
  using (is_system());

create table consent_events (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  subscription_type_id uuid not null,
  channel text not null,
  granted boolean not null,
  source text not null,
  evidence text,
  at timestamp with time zone not null,
  recorded_at timestamp with time zone not null,
  recorded_by text not null,
  constraint consent_events_pkey PRIMARY KEY (workspace_id, contact_id, id)
);
alter table consent_events enable row level security;
alter table consent_events force row level security;
create policy workspace_wall on consent_events
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on consent_events to current_user
  using (is_system());
CREATE TRIGGER consent_events_append_only BEFORE DELETE OR UPDATE ON consent_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table contacts (
  workspace_id uuid not null,
  id uuid not null,
  mobile text collate "C",
  mobile_kind number_kind,
  phone text collate "C",
  phone_kind number_kind,
  email text collate "C",
  first_name text,
  last_name text,
  locale text,
  time_zone text,
  marketing boolean default true not null,
  sms_consents bigint default 0 not null,
  properties jsonb default '{}'::jsonb not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  name_key text collate "C" generated always as (lower((TRIM(BOTH FROM ((COALESCE(first_name, ''::text) || ' '::text) || COALESCE(last_name, ''::text))) COLLATE "und-x-icu"))) stored not null,
  sort_key text collate "C" generated always as (lower((TRIM(BOTH FROM ((COALESCE(last_name, ''::text) || ' '::text) || COALESCE(first_name, ''::text))) COLLATE "und-x-icu"))) stored not null,
  constraint contacts_pkey PRIMARY KEY (workspace_id, id) INCLUDE (mobile_kind, phone_kind, marketing, sms_consents)
);
CREATE INDEX contacts_email ON contacts USING btree (workspace_id, email, id) WHERE (email IS NOT NULL);
CREATE UNIQUE INDEX contacts_mobile ON contacts USING btree (workspace_id, mobile) INCLUDE (id, mobile_kind, phone_kind, marketing, sms_consents) WHERE (mobile IS NOT NULL);
CREATE INDEX contacts_name ON contacts USING btree (workspace_id, name_key, id) WHERE (name_key <> ''::text);
CREATE INDEX contacts_phone ON contacts USING btree (workspace_id, phone, id) WHERE (phone IS NOT NULL);
CREATE INDEX contacts_reached_by_phone ON contacts USING btree (workspace_id, phone, id) INCLUDE (mobile_kind, phone_kind, marketing, sms_consents) WHERE ((phone_kind = ANY (ARRAY['mobile'::number_kind, 'other'::number_kind])) AND ((mobile_kind IS NULL) OR (mobile_kind <> ALL (ARRAY['mobile'::number_kind, 'other'::number_kind]))));
CREATE INDEX contacts_sort ON contacts USING btree (workspace_id, sort_key, id);
alter table contacts enable row level security;
alter table contacts force row level security;
create policy workspace_wall on contacts
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on contacts to current_user
  using (is_system());

create table dispatch_journal (
  workspace_id uuid not null,
  sender_id uuid not null,
  id uuid not null,
  seqs bigint[] not null,
  carrier_id uuid,
  constraint dispatch_journal_pkey PRIMARY KEY (workspace_id, sender_id, id)
);
alter table dispatch_journal enable row level security;
alter table dispatch_journal force row level security;
create policy workspace_wall on dispatch_journal
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on dispatch_journal to current_user
  using (is_system());

create table erasures (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  number_hashes text[] not null,
  requested_at timestamp with time zone not null,
  requested_by text not null,
  began_in bigint not null,
  numbers text[],
  swept_to uuid,
  messages bigint default 0 not null,
  finished_at timestamp with time zone,
  constraint erasures_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX erasures_open ON erasures USING btree (requested_at) WHERE (finished_at IS NULL);
alter table erasures enable row level security;
alter table erasures force row level security;
create policy workspace_wall on erasures
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on erasures to current_user
  using (is_system());

create table heartbeats (
  workspace_id uuid not null,
  id uuid not null,
  heard_at timestamp with time zone not null,
  constraint heartbeats_pkey PRIMARY KEY (workspace_id, id)
) with (fillfactor=50);
alter table heartbeats enable row level security;
alter table heartbeats force row level security;
create policy workspace_wall on heartbeats
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on heartbeats to current_user
  using (is_system());

create table idempotency_keys (
  workspace_id uuid not null,
  key text not null,
  fingerprint text not null,
  answer jsonb not null,
  created_at timestamp with time zone not null,
  constraint idempotency_keys_pkey PRIMARY KEY (workspace_id, key)
);
alter table idempotency_keys enable row level security;
alter table idempotency_keys force row level security;
create policy workspace_wall on idempotency_keys
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on idempotency_keys to current_user
  using (is_system());

create table import_rejections (
  workspace_id uuid not null,
  import_id uuid not null,
  "row" bigint not null,
  reason text not null,
  value text,
  line text[] not null,
  constraint import_rejections_pkey PRIMARY KEY (workspace_id, import_id, "row")
);
alter table import_rejections enable row level security;
alter table import_rejections force row level security;
create policy workspace_wall on import_rejections
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on import_rejections to current_user
  using (is_system());

create table imports (
  workspace_id uuid not null,
  id uuid not null,
  status text not null,
  file_name text,
  options jsonb not null,
  rows bigint default 0 not null,
  created bigint default 0 not null,
  updated bigint default 0 not null,
  unchanged bigint default 0 not null,
  rejected bigint default 0 not null,
  merged_to bigint default 0 not null,
  prepared boolean default false not null,
  heard_at timestamp with time zone,
  error jsonb,
  created_by text not null,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint imports_pkey PRIMARY KEY (workspace_id, id)
);
alter table imports enable row level security;
alter table imports force row level security;
create policy workspace_wall on imports
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on imports to current_user
  using (is_system());

create table inbound_seen (
  workspace_id uuid not null,
  carrier text not null,
  carrier_reference text not null,
  message_id uuid not null,
  constraint inbound_seen_pkey PRIMARY KEY (workspace_id, carrier, carrier_reference)
);
CREATE INDEX inbound_seen_age ON inbound_seen USING brin (message_id) WITH (pages_per_range='32', autosummarize='on');
alter table inbound_seen enable row level security;
alter table inbound_seen force row level security;
create policy workspace_wall on inbound_seen
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on inbound_seen to current_user
  using (is_system());

create table invitations (
  workspace_id uuid not null,
  id uuid not null,
  email text collate "C" not null,
  role text not null,
  sms_setup boolean not null,
  token_hash text,
  invited_by text not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint invitations_pkey PRIMARY KEY (workspace_id, id),
  constraint invitations_workspace_id_email_key UNIQUE (workspace_id, email)
);
CREATE INDEX invitations_token ON invitations USING btree (token_hash);
alter table invitations enable row level security;
alter table invitations force row level security;
create policy workspace_wall on invitations
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on invitations to current_user
  using (is_system());

create table lanes (
  workspace_id uuid not null,
  sender_id uuid not null,
  has_work boolean not null,
  leased_by uuid,
  leased_until timestamp with time zone,
  next_at timestamp with time zone,
  constraint lanes_pkey PRIMARY KEY (workspace_id, sender_id)
) with (fillfactor=50);
CREATE INDEX lanes_work ON lanes USING btree (leased_until NULLS FIRST) WHERE has_work;
alter table lanes enable row level security;
alter table lanes force row level security;
create policy workspace_wall on lanes
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on lanes to current_user
  using (is_system());

create table list_members (
  workspace_id uuid not null,
  list_id uuid not null,
  contact_id uuid not null,
  constraint list_members_pkey PRIMARY KEY (workspace_id, list_id, contact_id)
);
CREATE INDEX list_members_contact ON list_members USING btree (workspace_id, contact_id, list_id);
alter table list_members enable row level security;
alter table list_members force row level security;
create policy workspace_wall on list_members
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on list_members to current_user
  using (is_system());
CREATE TRIGGER list_members_added AFTER INSERT ON list_members REFERENCING NEW TABLE AS changed_members FOR EACH STATEMENT EXECUTE FUNCTION count_list_members();
CREATE TRIGGER list_members_removed AFTER DELETE ON list_members REFERENCING OLD TABLE AS changed_members FOR EACH STATEMENT EXECUTE FUNCTION count_list_members();

create table lists (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  members bigint default 0 not null,
  created_at timestamp with time zone not null,
  constraint lists_pkey PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX lists_name ON lists USING btree (workspace_id, lower(name));
alter table lists enable row level security;
alter table lists force row level security;
create policy workspace_wall on lists
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on lists to current_user
  using (is_system());

create table memberships (
  workspace_id uuid not null,
  user_id uuid not null,
  role text not null,
  sms_setup boolean not null,
  created_at timestamp with time zone not null,
  constraint memberships_pkey PRIMARY KEY (workspace_id, user_id),
  constraint memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX memberships_user ON memberships USING btree (user_id);
alter table memberships enable row level security;
alter table memberships force row level security;
create policy workspace_wall on memberships
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on memberships to current_user
  using (is_system());

create table message_counts (
  workspace_id uuid not null,
  source_type text collate "C" not null,
  source_id uuid not null,
  minute timestamp with time zone not null,
  status text collate "C" not null,
  reason text default ''::text not null,
  n bigint not null,
  constraint message_counts_pkey PRIMARY KEY (workspace_id, source_type, source_id, minute, status, reason)
) with (fillfactor=50);
CREATE INDEX message_counts_minute ON message_counts USING brin (minute) WITH (pages_per_range='16', autosummarize='on');
alter table message_counts enable row level security;
alter table message_counts force row level security;
create policy workspace_wall on message_counts
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on message_counts to current_user
  using (is_system());

create table message_queue (
  workspace_id uuid not null,
  sender_id uuid not null,
  priority smallint not null,
  seq bigint generated always as identity not null,
  message_id uuid not null,
  period_start timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  consent_bit smallint,
  resent smallint default 0 not null,
  constraint message_queue_pkey PRIMARY KEY (workspace_id, sender_id, priority, seq)
);
alter table message_queue enable row level security;
alter table message_queue force row level security;
create policy workspace_wall on message_queue
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on message_queue to current_user
  using (is_system());

create table messages (
  workspace_id uuid not null,
  id uuid not null,
  status message_status not null,
  class message_class,
  encoding "char" not null,
  segments smallint not null,
  source_type text collate "C" not null,
  source_id uuid,
  contact_id uuid,
  sender_id uuid not null,
  number text collate "C" not null,
  text text not null,
  reason text,
  carrier text,
  carrier_reference text,
  carrier_error text,
  submitted_at timestamp with time zone,
  sent_at timestamp with time zone,
  final_at timestamp with time zone,
  constraint messages_pkey PRIMARY KEY (workspace_id, id)
) partition by RANGE (id);
CREATE INDEX messages_contact ON ONLY messages USING btree (workspace_id, contact_id, id) WHERE (contact_id IS NOT NULL);
CREATE INDEX messages_source ON ONLY messages USING btree (workspace_id, source_id, id) WHERE (source_id IS NOT NULL);
alter table messages enable row level security;
alter table messages force row level security;
create policy workspace_wall on messages
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on messages to current_user
  using (is_system());

create table migrations (
  name text not null,
  checksum text not null,
  applied_at timestamp with time zone default now() not null,
  constraint migrations_pkey PRIMARY KEY (name)
);

create table opt_out_events (
  workspace_id uuid not null,
  number text collate "C" not null,
  id uuid not null,
  sender_id uuid not null,
  opted_out boolean not null,
  source text not null,
  evidence text,
  at timestamp with time zone not null,
  recorded_by text,
  constraint opt_out_events_pkey PRIMARY KEY (workspace_id, number, id)
);
alter table opt_out_events enable row level security;
alter table opt_out_events force row level security;
create policy workspace_wall on opt_out_events
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on opt_out_events to current_user
  using (is_system());
CREATE TRIGGER opt_out_events_append_only BEFORE DELETE OR UPDATE ON opt_out_events FOR EACH ROW EXECUTE FUNCTION refuse_change();

create table opt_outs (
  workspace_id uuid not null,
  number text collate "C" not null,
  sender_id uuid not null,
  at timestamp with time zone not null,
  source text not null,
  evidence text,
  address text,
  constraint opt_outs_pkey PRIMARY KEY (workspace_id, number, sender_id)
);
alter table opt_outs enable row level security;
alter table opt_outs force row level security;
create policy workspace_wall on opt_outs
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on opt_outs to current_user
  using (is_system());

create table quota_periods (
  workspace_id uuid not null,
  period_start timestamp with time zone not null,
  period_end timestamp with time zone not null,
  allowance bigint not null,
  used bigint default 0 not null,
  reserved bigint default 0 not null,
  constraint quota_periods_pkey PRIMARY KEY (workspace_id, period_start),
  constraint quota_periods_check CHECK (((used >= 0) AND (reserved >= 0)))
);
CREATE INDEX quota_periods_end ON quota_periods USING btree (period_end);
alter table quota_periods enable row level security;
alter table quota_periods force row level security;
create policy workspace_wall on quota_periods
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on quota_periods to current_user
  using (is_system());

create table quota_usage (
  workspace_id uuid not null,
  period_start timestamp with time zone not null,
  source_type text not null,
  used bigint not null,
  constraint quota_usage_pkey PRIMARY KEY (workspace_id, period_start, source_type)
);
alter table quota_usage enable row level security;
alter table quota_usage force row level security;
create policy workspace_wall on quota_usage
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on quota_usage to current_user
  using (is_system());

create table retention_rules (
  workspace_id uuid not null,
  text_months integer,
  ledger_months integer,
  texts_to uuid,
  texts_gone_before timestamp with time zone,
  rows_gone_before timestamp with time zone,
  audit_months integer,
  constraint retention_rules_pkey PRIMARY KEY (workspace_id),
  constraint retention_rules_audit_months_check CHECK ((audit_months >= 12)),
  constraint retention_rules_check CHECK ((ledger_months >= text_months)),
  constraint retention_rules_ledger_months_check CHECK ((ledger_months >= 1)),
  constraint retention_rules_text_months_check CHECK ((text_months >= 1))
);
alter table retention_rules enable row level security;
alter table retention_rules force row level security;
create policy workspace_wall on retention_rules
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on retention_rules to current_user
  using (is_system());

create table sandbox_mails (
  id uuid not null,
  sender text not null,
  recipient text not null,
  subject text not null,
  text text not null,
  at timestamp with time zone not null,
  user_id uuid,
  workspace_ids uuid[],
  constraint sandbox_mails_pkey PRIMARY KEY (id)
);
CREATE INDEX sandbox_mails_recipient ON sandbox_mails USING btree (lower(recipient), id);

create table sandbox_messages (
  phone text collate "C" not null,
  id uuid not null,
  outbound boolean not null,
  address text collate "C" not null,
  text text not null,
  workspace_id uuid not null,
  message_id uuid,
  constraint sandbox_messages_pkey PRIMARY KEY (phone, id)
);
CREATE INDEX sandbox_messages_recent ON sandbox_messages USING brin (id) WITH (pages_per_range='32', autosummarize='on');
alter table sandbox_messages enable row level security;
alter table sandbox_messages force row level security;
create policy workspace_wall on sandbox_messages
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on sandbox_messages to current_user
  using (is_system());

create table sandbox_phones (
  workspace_id uuid not null,
  number text collate "C" not null,
  behaviour text not null,
  error_code text,
  delay_ms integer,
  constraint sandbox_phones_pkey PRIMARY KEY (workspace_id, number)
);
alter table sandbox_phones enable row level security;
alter table sandbox_phones force row level security;
create policy workspace_wall on sandbox_phones
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on sandbox_phones to current_user
  using (is_system());

create table sandbox_receipts (
  due timestamp with time zone not null,
  id uuid not null,
  receipts json not null,
  constraint sandbox_receipts_pkey PRIMARY KEY (due, id)
);

create table senders (
  workspace_id uuid not null,
  id uuid not null,
  address text collate "C" not null,
  kind text not null,
  can_receive boolean not null,
  is_default boolean default false not null,
  rate_per_second integer,
  created_at timestamp with time zone not null,
  carrier_id uuid,
  constraint senders_pkey PRIMARY KEY (workspace_id, id),
  constraint senders_workspace_id_address_key UNIQUE (workspace_id, address)
);
CREATE UNIQUE INDEX senders_default ON senders USING btree (workspace_id) WHERE is_default;
alter table senders enable row level security;
alter table senders force row level security;
create policy workspace_wall on senders
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on senders to current_user
  using (is_system());

create table sessions (
  id uuid not null,
  user_id uuid not null,
  token text not null,
  expires_at timestamp with time zone not null,
  ip_address text,
  user_agent text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint sessions_pkey PRIMARY KEY (id),
  constraint sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  constraint sessions_token_key UNIQUE (token)
);
CREATE INDEX sessions_user ON sessions USING btree (user_id);
CREATE TRIGGER session_ended AFTER DELETE ON sessions FOR EACH ROW EXECUTE FUNCTION tell_session_ended();
CREATE TRIGGER session_shortened AFTER UPDATE OF expires_at ON sessions FOR EACH ROW WHEN ((new.expires_at < old.expires_at)) EXECUTE FUNCTION tell_session_ended();

create table smpp_early_receipts (
  workspace_id uuid not null,
  carrier_id uuid not null,
  id text collate "C" not null,
  status text not null,
  code text,
  reason text,
  at timestamp with time zone default now() not null,
  others text[],
  constraint smpp_early_receipts_pkey PRIMARY KEY (workspace_id, carrier_id, id)
);
CREATE INDEX smpp_early_receipts_at ON smpp_early_receipts USING btree (at);
alter table smpp_early_receipts enable row level security;
alter table smpp_early_receipts force row level security;
create policy workspace_wall on smpp_early_receipts
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on smpp_early_receipts to current_user
  using (is_system());

create table smpp_in_doubt (
  workspace_id uuid not null,
  carrier_id uuid not null,
  digest bytea not null,
  reference uuid not null,
  sequence bigint,
  session_id uuid not null,
  lost boolean default false not null,
  first_at timestamp with time zone not null,
  heard_at timestamp with time zone default now() not null,
  constraint smpp_in_doubt_pkey PRIMARY KEY (workspace_id, carrier_id, digest, reference)
);
CREATE INDEX smpp_in_doubt_heard ON smpp_in_doubt USING btree (heard_at);
CREATE INDEX smpp_in_doubt_session ON smpp_in_doubt USING btree (workspace_id, carrier_id, session_id);
alter table smpp_in_doubt enable row level security;
alter table smpp_in_doubt force row level security;
create policy workspace_wall on smpp_in_doubt
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on smpp_in_doubt to current_user
  using (is_system());

create table smpp_parts (
  workspace_id uuid not null,
  carrier_id uuid not null,
  text_key text collate "C" not null,
  digest bytea not null,
  number smallint not null,
  total smallint not null,
  sender text not null,
  recipient text not null,
  coding smallint not null,
  octets bytea not null,
  done boolean default false not null,
  at timestamp with time zone default now() not null,
  text_id uuid,
  sender_type text default 'unknown'::text not null,
  recipient_type text default 'unknown'::text not null,
  locking smallint default 0 not null,
  single smallint default 0 not null,
  first_at timestamp with time zone,
  constraint smpp_parts_pkey PRIMARY KEY (workspace_id, carrier_id, text_key, digest)
);
CREATE INDEX smpp_parts_at ON smpp_parts USING btree (at);
alter table smpp_parts enable row level security;
alter table smpp_parts force row level security;
create policy workspace_wall on smpp_parts
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on smpp_parts to current_user
  using (is_system());

create table smpp_references (
  workspace_id uuid not null,
  carrier_id uuid not null,
  id text collate "C" not null,
  message_id uuid not null,
  ids text[],
  status text,
  code text,
  reason text,
  at timestamp with time zone default now() not null,
  constraint smpp_references_pkey PRIMARY KEY (workspace_id, carrier_id, id, at)
) partition by RANGE (at);
CREATE INDEX smpp_references_at ON ONLY smpp_references USING brin (at) WITH (pages_per_range='32', autosummarize='on');
alter table smpp_references enable row level security;
alter table smpp_references force row level security;
create policy workspace_wall on smpp_references
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on smpp_references to current_user
  using (is_system());

create table subscription_types (
  workspace_id uuid not null,
  id uuid not null,
  key text not null,
  name text not null,
  needs_consent boolean not null,
  "bit" smallint not null,
  created_at timestamp with time zone not null,
  constraint subscription_types_pkey PRIMARY KEY (workspace_id, id),
  constraint subscription_types_bit_check CHECK ((("bit" >= 0) AND ("bit" <= 62))),
  constraint subscription_types_workspace_id_bit_key UNIQUE (workspace_id, "bit"),
  constraint subscription_types_workspace_id_key_key UNIQUE (workspace_id, key)
);
CREATE UNIQUE INDEX subscription_types_name ON subscription_types USING btree (workspace_id, lower(name));
alter table subscription_types enable row level security;
alter table subscription_types force row level security;
create policy workspace_wall on subscription_types
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on subscription_types to current_user
  using (is_system());

create table users (
  id uuid not null,
  name text not null,
  email text collate "C" not null,
  email_verified boolean not null,
  image text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint users_pkey PRIMARY KEY (id),
  constraint users_email_key UNIQUE (email)
);
alter table users enable row level security;
create policy own_members on users
  using (is_member_here(id));

create table verifications (
  id uuid not null,
  identifier text not null,
  value text not null,
  expires_at timestamp with time zone not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint verifications_pkey PRIMARY KEY (id)
);
CREATE INDEX verifications_identifier ON verifications USING btree (identifier);
CREATE INDEX verifications_value ON verifications USING btree (value);

create table webhook_deliveries (
  workspace_id uuid not null,
  id uuid not null,
  webhook_id uuid not null,
  event text not null,
  body text not null,
  state text not null,
  tries smallint default 0 not null,
  next_at timestamp with time zone,
  taken_until timestamp with time zone,
  history jsonb default '[]'::jsonb not null,
  constraint webhook_deliveries_pkey PRIMARY KEY (workspace_id, id)
) with (fillfactor=80);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries USING btree (workspace_id, webhook_id, id);
alter table webhook_deliveries enable row level security;
alter table webhook_deliveries force row level security;
create policy workspace_wall on webhook_deliveries
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on webhook_deliveries to current_user
  using (is_system());

create table webhooks (
  workspace_id uuid not null,
  id uuid not null,
  url text not null,
  events text[] not null,
  enabled boolean not null,
  secrets bytea not null,
  failing_since timestamp with time zone,
  disabled_at timestamp with time zone,
  last_error text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint webhooks_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX webhooks_disabled ON webhooks USING btree (disabled_at) WHERE (disabled_at IS NOT NULL);
alter table webhooks enable row level security;
alter table webhooks force row level security;
create policy workspace_wall on webhooks
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on webhooks to current_user
  using (is_system());

create table workspace_role (
  one boolean default true not null,
  name text not null,
  password text not null,
  constraint workspace_role_pkey PRIMARY KEY (one),
  constraint workspace_role_one_check CHECK (one)
);

create table workspaces (
  workspace_id uuid not null,
  name text not null,
  country text not null,
  time_zone text not null,
  language text not null,
  opt_out_text text not null,
  help_text text not null,
  opt_out_confirmation text not null,
  opt_in_confirmation text not null,
  allowance bigint not null,
  renewal_day smallint not null,
  created_at timestamp with time zone not null,
  constraint workspaces_pkey PRIMARY KEY (workspace_id),
  constraint workspaces_renewal_day_check CHECK (((renewal_day >= 1) AND (renewal_day <= 31)))
);
alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy workspace_wall on workspaces
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on workspaces to current_user
  using (is_system());
