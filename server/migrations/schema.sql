-- The schema after all migrations. Written by tools/dump-schema.ts; the migrations have the explanations.

create type mail_status as enum ('queued', 'sent', 'bounced', 'complained', 'skipped', 'failed');

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

CREATE OR REPLACE PROCEDURE add_list_kinds(IN workspace uuid, IN ids uuid[], IN mobile_kinds number_kind[], IN phone_kinds number_kind[], IN marketings boolean[], IN consents bigint[], IN signs integer[])
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $procedure$
begin
  insert into list_kinds as known (workspace_id, list_id, id, mobile_kind, phone_kind, marketing, sms_consents, n)
  select workspace, m.list_id, gen_random_uuid(), k.mobile_kind, k.phone_kind, k.marketing, k.sms_consents, sum(k.sign)
  from unnest(ids, mobile_kinds, phone_kinds, marketings, consents, signs)
    as k (id, mobile_kind, phone_kind, marketing, sms_consents, sign)
  join list_members m on m.workspace_id = workspace and m.contact_id = k.id
  group by m.list_id, k.mobile_kind, k.phone_kind, k.marketing, k.sms_consents
  having sum(k.sign) <> 0;
end $procedure$;

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

CREATE OR REPLACE PROCEDURE adopt_import_rows(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
declare
  workspace constant uuid := current_workspace();
  staged regclass;
  found regclass;
  columns text;
begin
  if to_regclass(format('staging.%I', 'import ' || import)) is null then
    return;
  end if;
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  perform pg_advisory_xact_lock(hashtextextended('rows of ' || import, 0));
  staged := to_regclass(format('staging.%I', 'import ' || import));
  if staged is null then
    return;
  end if;
  columns := (select string_agg(quote_ident(a.attname), ', ') from pg_attribute a
    where a.attrelid = staged and a.attnum > 0 and not a.attisdropped
      and a.attname in (select b.attname from pg_attribute b where b.attrelid = 'import_rows'::regclass and b.attnum > 0));
  execute format('lock table %s in access exclusive mode', staged);
  execute format('insert into import_rows (workspace_id, import_id, id, %1$s)
    select $1, $2, (left($2::text, 28) || lpad(to_hex(row), 8, ''0''))::uuid, %1$s from %2$s', columns, staged)
    using workspace, import;
  execute format('drop table %s', staged);
  found := to_regclass(format('staging.%I', 'import ' || import || ' found'));
  if found is not null then
    execute format('insert into import_findings (workspace_id, import_id, row, kind, contact)
      select $1, $2, row, kind, contact from %s where kind <> ''n''', found) using workspace, import;
    execute format('drop table %s', found);
  end if;
end $procedure$;

CREATE OR REPLACE PROCEDURE adopt_import_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
declare
  found regclass := to_regclass(format('staging.%I', 'import ' || import));
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  if exists (select 1 from pg_class where oid = found and not relrowsecurity) then
    call wall_import_table(import, current_workspace());
  end if;
  if found is not null and not exists (select 1 from pg_attribute where attrelid = found and attname = 'other') then
    execute format('alter table %s add column other uuid', found);
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

CREATE OR REPLACE PROCEDURE apply_tenant_policy(IN tenant_table regclass)
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

CREATE OR REPLACE FUNCTION count_changed_kinds()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  changed record;
begin
  for changed in
    select k.workspace_id, array_agg(k.id) as ids, array_agg(k.mobile_kind) as mobile_kinds,
      array_agg(k.phone_kind) as phone_kinds, array_agg(k.marketing) as marketings, array_agg(k.sms_consents) as consents,
      array_agg(k.sign) as signs
    from (
      select workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents, sum(sign)::integer as sign
      from (
        select workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents, -1 as sign from old_contacts
        union all
        select workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents, 1 from new_contacts
      ) each_contact
      group by workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents having sum(sign) <> 0
    ) k group by k.workspace_id
  loop
    call add_list_kinds(changed.workspace_id, changed.ids, changed.mobile_kinds, changed.phone_kinds, changed.marketings,
      changed.consents, changed.signs);
  end loop;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION count_gone_kinds()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  gone record;
begin
  for gone in
    select workspace_id, array_agg(id) as ids, array_agg(mobile_kind) as mobile_kinds, array_agg(phone_kind) as phone_kinds,
      array_agg(marketing) as marketings, array_agg(sms_consents) as consents, array_agg(-1) as signs
    from old_contacts group by workspace_id
  loop
    call add_list_kinds(gone.workspace_id, gone.ids, gone.mobile_kinds, gone.phone_kinds, gone.marketings, gone.consents, gone.signs);
  end loop;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION count_list_members()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
 SET enable_hashjoin TO 'off'
 SET enable_mergejoin TO 'off'
AS $function$
declare
  changed record;
begin
  for changed in
    select workspace_id, list_id, case tg_op when 'INSERT' then 1 else -1 end as sign, array_agg(contact_id order by contact_id) as ids
    from changed_members group by workspace_id, list_id order by workspace_id, list_id
  loop
    -- Of a list that is being deleted nothing is counted any more.
    continue when not exists (select 1 from lists where workspace_id = changed.workspace_id and id = changed.list_id);
    perform 1 from contacts
    where workspace_id = changed.workspace_id and id = any (changed.ids) and xmin <> pg_current_xact_id()::xid
    order by id for share;
    insert into list_kinds as known (workspace_id, list_id, id, mobile_kind, phone_kind, marketing, sms_consents, n)
    select changed.workspace_id, changed.list_id, gen_random_uuid(), c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents,
      changed.sign * count(*)
    from contacts c where c.workspace_id = changed.workspace_id and c.id = any (changed.ids)
    group by c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents;
    update lists set members = members + changed.sign * cardinality(changed.ids)
    where workspace_id = changed.workspace_id and id = changed.list_id;
  end loop;
  return null;
end $function$;

CREATE OR REPLACE PROCEDURE create_findings_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
declare
  name text := format('staging.%I', 'import ' || import || ' found');
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('create table %s (
      row bigint not null,
      kind "char" not null,                      -- n: new, k: known, t: somebody on another row of the file, s: several contacts share it
      contact uuid                               -- whose row it is; null where it makes a contact
    ) with (autovacuum_enabled = off)', name);
  execute format('alter table %s enable row level security', name);
  execute format('create policy workspace_wall on %s using (current_workspace() = %L)', name, current_workspace());
  execute format('grant select, insert, update, delete on %s to public', name);
end $procedure$;

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
      same integer not null default 1,           -- rows of the file that are folded into this one
      other uuid                                 -- the contact that it is by another key
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
  execute format('drop table if exists staging.%I', 'import ' || import || ' found');
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
    select * from subscription_types t
    where t.workspace_id = workspace and (t.id::text = lower(ref) or t.key = lower(ref) or t.name_key = name_key(ref))
    order by (t.id::text = lower(ref)) desc, (t.key = lower(ref)) desc limit 1;
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

CREATE OR REPLACE FUNCTION first_words(workspace uuid, column_name text, beginning text, most integer)
 RETURNS SETOF text
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
declare
  low text collate "C" := beginning;
  high constant text := beginning || U&'\+10FFFF';
  found_key text collate "C";
  word text;
begin
  for n in 0 .. most loop
    if column_name = 'name_key' then
      select name_key into found_key from contacts where workspace_id = workspace and name_key <> ''
        and name_key >= low and name_key < high order by name_key limit 1;
    else
      select sort_key into found_key from contacts where workspace_id = workspace
        and sort_key >= low and sort_key < high order by sort_key limit 1;
    end if;
    exit when found_key is null;
    word := split_part(found_key, ' ', 1);
    return next word;
    low := word || '!'; -- what comes behind the space
  end loop;
end $function$;

CREATE OR REPLACE FUNCTION fold(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (octet_length(name) = length(name)) THEN lower((name COLLATE "und-x-icu")) ELSE NORMALIZE(translate(replace(replace(replace(replace(regexp_replace(lower((NORMALIZE(name, NFKD) COLLATE "und-x-icu")), '[­̀-ͯ҅҆؀-؅؜ً-ٰٕ۝܏࢐࢑࣢॑-॔᠎᪰-᫝᫠-᫫᳐-᳔᳒-᳢᳠-᳨᳭᳴᳸᳹᷀-᷿​-‏‪-‮⁠-⁤⁦-⁯⃐-〪⃰-゙゚〭︀-️︠-︭﻿￹-￻𐇽𐋠𑂽𑃍𑌻𓐰-𓐿𛲠-𛲣𜼀-𜼭𜼰-𜽆𝅧-𝅩𝅳-𝆂𝆅-𝆋𝆪-𝆭󠀁󠀠-󠁿󠄀-󠇯]'::text, ''::text, 'g'::text), 'æ'::text, 'ae'::text), 'œ'::text, 'oe'::text), 'ß'::text, 'ss'::text), 'þ'::text, 'th'::text), 'øđðłħŧŋıĸς'::text, 'oddlhtnikσ'::text), NFC) END;

CREATE OR REPLACE FUNCTION grant_first_consents(workspace uuid, type_id uuid, contact_ids uuid[], dates timestamp with time zone[], sources text[], at timestamp with time zone, source text, evidence text, recorded_at timestamp with time zone, recorded_by text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  recorded bigint;
begin
  insert into consent_events as e (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at,
    recorded_at, recorded_by)
  select w.workspace_id, given.id, given.id, type_id, 'sms', true, coalesce(given.source, grant_first_consents.source),
    grant_first_consents.evidence, coalesce(given.at, grant_first_consents.at, grant_first_consents.recorded_at),
    grant_first_consents.recorded_at, grant_first_consents.recorded_by
  from workspaces w, unnest(contact_ids, dates, sources) as given (id, at, source)
  where w.workspace_id = workspace;
  get diagnostics recorded = row_count;
  return recorded;
end $function$;

CREATE OR REPLACE FUNCTION grant_imported_consents(workspace uuid, type_id uuid, contact_ids uuid[], fresh boolean[], ids uuid[], dates timestamp with time zone[], sources text[], evidence text, recorded_at timestamp with time zone, recorded_by text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  recorded bigint;
begin
  insert into consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at,
    recorded_at, recorded_by)
  select workspace, given.id, given.contact_id, type_id, 'sms', true, given.source, grant_imported_consents.evidence,
    coalesce(given.at, grant_imported_consents.recorded_at), grant_imported_consents.recorded_at,
    grant_imported_consents.recorded_by
  from new_imported_consents(workspace, type_id, contact_ids, fresh, ids, dates, sources) given;
  get diagnostics recorded = row_count;
  if false = any (fresh) then
    perform settle_sms_consents(workspace, type_id,
      array(select given.id from unnest(contact_ids, fresh) as given (id, fresh) where not given.fresh));
  end if;
  return recorded;
end $function$;

CREATE OR REPLACE FUNCTION grant_row_consents(workspace uuid, import uuid, of_kind "char", above bigint, to_row bigint, unsaid boolean, type_id uuid, at timestamp with time zone, source text, evidence text, recorded_at timestamp with time zone, recorded_by text)
 RETURNS bigint
 LANGUAGE plpgsql
AS $function$
declare
  recorded bigint;
begin
  insert into consent_events as e (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at,
    recorded_at, recorded_by)
  select s.workspace_id, s.id, s.id, type_id, 'sms', true, coalesce(s.consent_source, grant_row_consents.source),
    grant_row_consents.evidence, coalesce(s.consent_date, grant_row_consents.at, grant_row_consents.recorded_at),
    grant_row_consents.recorded_at, grant_row_consents.recorded_by
  from import_rows s
  where s.workspace_id = workspace and s.import_id = import and s.row > above and s.row <= to_row and s.kind = of_kind
    and coalesce(s.consent, unsaid);
  get diagnostics recorded = row_count;
  return recorded;
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

CREATE OR REPLACE FUNCTION index_added_contacts()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
declare
  many constant integer := 1000;
  are_many boolean := exists (select 1 from added_contacts offset many);
  added record;
begin
  for added in select distinct workspace_id from added_contacts loop
    if are_many then
      insert into unindexed_contacts as known (workspace_id, from_contact, to_contact)
      select w.workspace_id,
        (select id from added_contacts c where c.workspace_id = added.workspace_id order by id limit 1),
        (select id from added_contacts c where c.workspace_id = added.workspace_id order by id desc limit 1)
      from workspaces w where w.workspace_id = added.workspace_id
      on conflict (workspace_id, from_contact) do update set to_contact = greatest(known.to_contact, excluded.to_contact);
    else
      perform index_contacts(added.workspace_id,
        array(select id from added_contacts c where c.workspace_id = added.workspace_id order by id),
        array(select case when not is_plain_name(name_key, sort_key) then name_key end
          from added_contacts c where c.workspace_id = added.workspace_id order by id),
        array(select email from added_contacts c where c.workspace_id = added.workspace_id order by id));
    end if;
  end loop;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION index_changed_contact()
 RETURNS trigger
 LANGUAGE plpgsql
 SET enable_seqscan TO 'off'
AS $function$
begin
  if not is_plain_name(old.name_key, old.sort_key) then
    delete from contact_words where workspace_id = old.workspace_id and contact_id = old.id
      and word = any (string_to_array(name_words(old.name_key), ' '));
  end if;
  if old.email ~ '[0-9][0-9]' then
    delete from email_digits d using regexp_matches(old.email, '[0-9]{2,15}', 'g') as runs (run)
    where d.workspace_id = old.workspace_id and d.length = length(runs.run[1]) and d.digits = runs.run[1] and d.contact_id = old.id;
  end if;
  if tg_op = 'UPDATE' then
    perform index_contacts(new.workspace_id, array[new.id],
      array[case when not is_plain_name(new.name_key, new.sort_key) then new.name_key end], array[new.email]);
  end if;
  return null;
end $function$;

CREATE OR REPLACE FUNCTION index_contacts(workspace uuid, ids uuid[], name_keys text[], emails text[])
 RETURNS void
 LANGUAGE plpgsql
AS $function$
begin
  insert into contact_words as known (workspace_id, word, contact_id, name)
  select w.workspace_id, f.word, f.id, f.name from workspaces w, (
    select distinct each.word, n.id, n.name from (
      select id, name_words(name_key) as name from unnest(ids, name_keys) as c (id, name_key) where name_key is not null) n,
      unnest(string_to_array(n.name, ' ')) as each (word)
    where each.word <> '' order by 1, 2) f
  where w.workspace_id = workspace
  on conflict do nothing;
  insert into email_digits as known (workspace_id, length, digits, contact_id, first)
  select w.workspace_id, length(f.digits), f.digits, f.id, f.first from workspaces w, (
    select distinct on (length(runs.run[1]), runs.run[1], c.id) runs.run[1] as digits, c.id, runs.place = 1 as first
    from unnest(ids, emails) as c (id, email),
      regexp_matches(c.email, '[0-9]{2,15}', 'g') with ordinality as runs (run, place)
    where c.email is not null order by length(runs.run[1]), runs.run[1], c.id, runs.place) f
  where w.workspace_id = workspace
  on conflict do nothing;
end $function$;

CREATE OR REPLACE PROCEDURE index_findings_table(IN import uuid)
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'public', 'pg_temp'
AS $procedure$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('alter table staging.%I add primary key (kind, row)', 'import ' || import || ' found');
  execute format('analyze staging.%I', 'import ' || import || ' found');
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

CREATE OR REPLACE FUNCTION insisted(holds boolean, amount bigint, otherwise text)
 RETURNS bigint
 LANGUAGE plpgsql
 IMMUTABLE
AS $function$
begin
  if holds is not true then
    raise sqlstate 'VA001' using message = otherwise;
  end if;
  return amount;
end $function$;

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

CREATE OR REPLACE FUNCTION is_plain_name(name_key text, sort_key text)
 RETURNS boolean
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE (length(name_key) - length(replace(name_words(name_key), ' '::text, ''::text))) WHEN 0 THEN true WHEN 1 THEN ((name_key <> sort_key) AND (strpos(name_key, ' '::text) > 0)) ELSE false END;

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

CREATE OR REPLACE FUNCTION name_key(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
select normalize(lower(upper(normalize(btrim(regexp_replace(
  translate(name,
    U&'\0009\000A\000B\000C\000D\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000\2800\3164\FFA0\115F\1160'
    || U&'\00AD\034F\061C\17B4\17B5\180B\180C\180D\180E\180F\200B\200C\200D\200E\200F\202A\202B\202C\202D\202E'
    || U&'\2060\2061\2062\2063\2064\2065\2066\2067\2068\2069\206A\206B\206C\206D\206E\206F\FEFF'
    || U&'\FE00\FE01\FE02\FE03\FE04\FE05\FE06\FE07\FE08\FE09\FE0A\FE0B\FE0C\FE0D\FE0E\FE0F\FFF0\FFF1\FFF2\FFF3\FFF4\FFF5\FFF6\FFF7\FFF8',
    repeat(' ', 30)),
  ' +', ' ', 'g')), NFC) collate "und-x-icu") collate "und-x-icu"), NFC)
$function$;

CREATE OR REPLACE FUNCTION name_words(name text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN (' '::text || CASE WHEN (name ~ '[-	     　‐‑‒–—''’.,;:/&+()"«»“”„]'::text) THEN translate(name, '	     　-‐‑‒–—''’.,;:/&+()"«»“”„'::text, '                              '::text) ELSE name END);

CREATE OR REPLACE FUNCTION new_imported_consents(workspace uuid, type_id uuid, contact_ids uuid[], fresh boolean[], ids uuid[], dates timestamp with time zone[], sources text[])
 RETURNS TABLE(id uuid, contact_id uuid, at timestamp with time zone, source text)
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  return query select given.id, given.contact_id, given.at, given.source
  from unnest(contact_ids, fresh, ids, dates, sources) as given (contact_id, fresh, id, at, source)
  where given.fresh or not exists (
    select from consent_events e
    where e.workspace_id = workspace and e.contact_id = given.contact_id and e.subscription_type_id = type_id
      and e.channel = 'sms'
      and case when given.at is null then not e.granted or e.source = given.source
          else e.granted and e.source = given.source and e.at = given.at end
  );
end $function$;

CREATE OR REPLACE FUNCTION queued_lanes(after_workspace uuid, after_sender uuid, most integer)
 RETURNS TABLE(workspace uuid, sender uuid, stranded boolean)
 LANGUAGE plpgsql
 STABLE ROWS 10
 SET enable_seqscan TO 'off'
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

CREATE OR REPLACE FUNCTION spellings(workspace uuid, wanted text, folds jsonb)
 RETURNS SETOF text
 LANGUAGE plpgsql
 STABLE
 SET enable_seqscan TO 'off'
 SET enable_bitmapscan TO 'off'
 SET enable_sort TO 'off'
AS $function$
declare
  most constant integer := 2000;
  last constant text := U&'\+10FFFF';
  beginnings text[] := array[''];
  rests text[] := array[wanted];
  beginning text;
  rest text;
  low text collate "C";
  found_key text collate "C";
  next_character text;
  folded text;
  n integer := 0;
begin
  while n < least(cardinality(beginnings), most) loop
    n := n + 1;
    beginning := beginnings[n];
    rest := rests[n];
    low := beginning;
    -- First whether there are any such words, then what comes next in them beyond ASCII.
    loop
      select least(
        (select name_key from contacts where workspace_id = workspace and name_key <> ''
           and name_key >= low and name_key < beginning || last order by name_key limit 1),
        (select sort_key from contacts where workspace_id = workspace
           and sort_key >= low and sort_key < beginning || last order by sort_key limit 1),
        (select word from contact_words where workspace_id = workspace
           and word >= low and word < beginning || last order by word limit 1)) into found_key;
      exit when found_key is null;
      if low = beginning then
        if rest = '' then
          return next beginning;
          exit;
        end if;
        beginnings := beginnings || (beginning || left(rest, 1));
        rests := rests || substr(rest, 2);
        low := beginning || U&'\0080';
        continue when found_key < low;
      end if;
      next_character := substr(found_key, length(beginning) + 1, 1);
      exit when next_character = '' or next_character = last;
      folded := folds ->> next_character;
      if starts_with(rest, folded) then
        beginnings := beginnings || (beginning || next_character);
        rests := rests || substr(rest, length(folded) + 1);
      elsif starts_with(folded, rest) then
        beginnings := beginnings || (beginning || next_character);
        rests := rests || ''::text;
      end if;
      -- Between U+D7FF and U+E000 there are no characters.
      low := beginning || case next_character when U&'\D7FF' then U&'\E000' else chr(ascii(next_character) + 1) end;
    end loop;
  end loop;
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
 SET enable_seqscan TO 'off'
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
  call apply_tenant_policy(tenant_table);
end $procedure$;

create table access_links (
  workspace_id uuid not null,
  code_hash text collate "C" not null,
  contact_id uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  first_used_at timestamp with time zone,
  constraint access_links_pkey PRIMARY KEY (workspace_id, code_hash)
);
CREATE INDEX access_links_code ON access_links USING btree (code_hash);
CREATE INDEX access_links_contact ON access_links USING btree (workspace_id, contact_id);
CREATE INDEX access_links_expired ON access_links USING btree (expires_at);
alter table access_links enable row level security;
alter table access_links force row level security;
create policy workspace_wall on access_links
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on access_links to current_user
  using (is_system());

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

create table activity (
  workspace_id uuid not null,
  id uuid not null,
  type text not null,
  subjects uuid[] not null,
  contacts uuid[],
  number text,
  constraint activity_pkey PRIMARY KEY (workspace_id, id)
);
alter table activity enable row level security;
alter table activity force row level security;
create policy workspace_wall on activity
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on activity to current_user
  using (is_system());

create table activity_subscriptions (
  workspace_id uuid not null,
  id uuid not null,
  subscriber text not null,
  types text[] not null,
  failures smallint default 0 not null,
  next_at timestamp with time zone,
  constraint activity_subscriptions_pkey PRIMARY KEY (workspace_id, id)
);
alter table activity_subscriptions enable row level security;
alter table activity_subscriptions force row level security;
create policy workspace_wall on activity_subscriptions
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on activity_subscriptions to current_user
  using (is_system());

create table activity_unread (
  workspace_id uuid not null,
  subscription_id uuid not null,
  activity_id uuid not null,
  taken integer default 0 not null,
  constraint activity_unread_pkey PRIMARY KEY (workspace_id, subscription_id, activity_id)
);
alter table activity_unread enable row level security;
alter table activity_unread force row level security;
create policy workspace_wall on activity_unread
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on activity_unread to current_user
  using (is_system());

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

create table booking_attendees (
  workspace_id uuid not null,
  booking_id uuid not null,
  id uuid not null,
  "position" integer not null,
  contact_id uuid,
  first_name text,
  last_name text,
  locale text,
  time_zone text,
  constraint booking_attendees_pkey PRIMARY KEY (workspace_id, booking_id, id)
);
CREATE INDEX booking_attendees_contact ON booking_attendees USING btree (workspace_id, contact_id);
alter table booking_attendees enable row level security;
alter table booking_attendees force row level security;
create policy workspace_wall on booking_attendees
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on booking_attendees to current_user
  using (is_system());

create table booking_happenings (
  workspace_id uuid not null,
  id uuid not null,
  booking_id uuid,
  contact_id uuid,
  at timestamp with time zone not null,
  before jsonb,
  happenings jsonb not null,
  by text not null,
  notify boolean not null,
  depth integer default 0 not null,
  next_at timestamp with time zone default now() not null,
  failures integer default 0 not null,
  constraint booking_happenings_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX booking_happenings_contact ON booking_happenings USING btree (workspace_id, contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX booking_happenings_next ON booking_happenings USING btree (next_at);
alter table booking_happenings enable row level security;
alter table booking_happenings force row level security;
create policy workspace_wall on booking_happenings
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on booking_happenings to current_user
  using (is_system());

create table booking_history (
  workspace_id uuid not null,
  booking_id uuid not null,
  id uuid not null,
  at timestamp with time zone not null,
  what text not null,
  change jsonb default '{}'::jsonb not null,
  by text not null,
  name text,
  reason text,
  constraint booking_history_pkey PRIMARY KEY (workspace_id, booking_id, id)
);
CREATE INDEX booking_history_people ON booking_history USING btree (workspace_id) WHERE (what = ANY (ARRAY['customer'::text, 'attendees'::text]));
alter table booking_history enable row level security;
alter table booking_history force row level security;
create policy workspace_wall on booking_history
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on booking_history to current_user
  using (is_system());

create table booking_import_rejections (
  workspace_id uuid not null,
  import_id uuid not null,
  "row" bigint not null,
  reason text not null,
  field text,
  value text,
  message text not null,
  constraint booking_import_rejections_pkey PRIMARY KEY (workspace_id, import_id, "row")
);
alter table booking_import_rejections enable row level security;
alter table booking_import_rejections force row level security;
create policy workspace_wall on booking_import_rejections
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on booking_import_rejections to current_user
  using (is_system());

create table booking_import_rows (
  workspace_id uuid not null,
  import_id uuid not null,
  lane smallint not null,
  "row" bigint not null,
  repeats integer not null,
  said jsonb not null,
  fault text,
  constraint booking_import_rows_pkey PRIMARY KEY (workspace_id, import_id, lane, "row")
) with (autovacuum_analyze_threshold=2147483647, autovacuum_vacuum_insert_threshold=-1);
alter table booking_import_rows enable row level security;
alter table booking_import_rows force row level security;
create policy workspace_wall on booking_import_rows
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on booking_import_rows to current_user
  using (is_system());

create table booking_imports (
  workspace_id uuid not null,
  id uuid not null,
  status text not null,
  file_name text,
  options jsonb default '{}'::jsonb not null,
  rows bigint default 0 not null,
  created bigint default 0 not null,
  updated bigint default 0 not null,
  unchanged bigint default 0 not null,
  rejected bigint default 0 not null,
  error jsonb,
  created_by text not null,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  heard_at timestamp with time zone not null,
  constraint booking_imports_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX booking_imports_open ON booking_imports USING btree (workspace_id, id) WHERE (status = ANY (ARRAY['receiving'::text, 'running'::text]));
alter table booking_imports enable row level security;
alter table booking_imports force row level security;
create policy workspace_wall on booking_imports
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on booking_imports to current_user
  using (is_system());

create table booking_statuses (
  workspace_id uuid not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  stands_for text not null,
  "position" integer not null,
  constraint booking_statuses_pkey PRIMARY KEY (workspace_id, name_key)
);
alter table booking_statuses enable row level security;
alter table booking_statuses force row level security;
create policy workspace_wall on booking_statuses
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on booking_statuses to current_user
  using (is_system());

create table bookings (
  workspace_id uuid not null,
  id uuid not null,
  reference text not null,
  customer_id uuid,
  service_id uuid,
  location_id uuid,
  resource_ids uuid[] default '{}'::uuid[] not null,
  start_at timestamp with time zone not null,
  end_at timestamp with time zone not null,
  status text not null,
  stands_for text not null,
  payment text default 'none'::text not null,
  locale text,
  notes text,
  source text not null,
  origin text default ''::text not null,
  external_id text,
  external_at timestamp with time zone,
  muted boolean default false not null,
  muted_workflows uuid[] default '{}'::uuid[] not null,
  sequence integer default 0 not null,
  armed_at timestamp with time zone not null,
  manage_code text collate "C" not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint bookings_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX bookings_created ON bookings USING btree (workspace_id, created_at, id);
CREATE INDEX bookings_customer ON bookings USING btree (workspace_id, customer_id, start_at);
CREATE INDEX bookings_end ON bookings USING btree (workspace_id, end_at, id);
CREATE INDEX bookings_ended ON bookings USING btree (end_at) WHERE (stands_for = ANY (ARRAY['confirmed'::text, 'completed'::text]));
CREATE UNIQUE INDEX bookings_external ON bookings USING btree (workspace_id, origin, external_id) WHERE (external_id IS NOT NULL);
CREATE INDEX bookings_manage ON bookings USING btree (manage_code);
CREATE INDEX bookings_reference ON bookings USING btree (workspace_id, reference);
CREATE INDEX bookings_resources ON bookings USING gin (resource_ids);
CREATE INDEX bookings_start ON bookings USING btree (workspace_id, start_at, id);
CREATE INDEX bookings_starting ON bookings USING btree (start_at) WHERE (stands_for = ANY (ARRAY['pending'::text, 'confirmed'::text]));
alter table bookings enable row level security;
alter table bookings force row level security;
create policy workspace_wall on bookings
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on bookings to current_user
  using (is_system());

create table bulk_changes (
  workspace_id uuid not null,
  id uuid not null,
  status text default 'running'::text not null,
  action text not null,
  list_id uuid,
  list_name text,
  marketing boolean,
  contacts uuid[],
  query text,
  in_list uuid,
  reached text,
  total bigint,
  done bigint default 0 not null,
  changed bigint default 0 not null,
  missing uuid[] default '{}'::uuid[] not null,
  error jsonb,
  created_by text not null,
  created_at timestamp with time zone not null,
  touched_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  constraint bulk_changes_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX bulk_changes_running ON bulk_changes USING btree (touched_at) WHERE (status = 'running'::text);
alter table bulk_changes enable row level security;
alter table bulk_changes force row level security;
create policy workspace_wall on bulk_changes
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on bulk_changes to current_user
  using (is_system());

create table campaign_editors (
  workspace_id uuid not null,
  campaign_id uuid not null,
  editor_id uuid not null,
  name text not null,
  seen_at timestamp with time zone not null,
  constraint campaign_editors_pkey PRIMARY KEY (workspace_id, campaign_id, editor_id)
);
alter table campaign_editors enable row level security;
alter table campaign_editors force row level security;
create policy workspace_wall on campaign_editors
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on campaign_editors to current_user
  using (is_system());

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
  revision integer default 1 not null,
  scheduled_at timestamp with time zone,
  scheduled_local text,
  shorten_links boolean default false not null,
  changed_by uuid,
  changed_by_name text,
  constraint campaigns_pkey PRIMARY KEY (workspace_id, id),
  constraint campaigns_scheduled CHECK (((status <> 'scheduled'::text) OR (scheduled_at IS NOT NULL)))
);
CREATE INDEX campaigns_cancelled ON campaigns USING btree (status) WHERE ((status = 'cancelled'::text) AND (finished_at IS NULL));
CREATE INDEX campaigns_scheduled ON campaigns USING btree (scheduled_at) WHERE (status = 'scheduled'::text);
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
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  constraint carriers_pkey PRIMARY KEY (workspace_id, id),
  constraint carriers_workspace_id_name_key UNIQUE (workspace_id, name)
);
CREATE UNIQUE INDEX carriers_default ON carriers USING btree (workspace_id) WHERE is_default;
CREATE UNIQUE INDEX carriers_name_key ON carriers USING btree (workspace_id, name_key);
alter table carriers enable row level security;
alter table carriers force row level security;
create policy workspace_wall on carriers
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on carriers to current_user
  using (is_system());

create table clickers (
  workspace_id uuid not null,
  source_id uuid not null,
  message_id uuid not null,
  link_id uuid not null,
  clicks integer not null,
  constraint clickers_pkey PRIMARY KEY (workspace_id, source_id, message_id, link_id)
);
alter table clickers enable row level security;
alter table clickers force row level security;
create policy workspace_wall on clickers
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on clickers to current_user
  using (is_system());

create table clicks (
  workspace_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  link_id uuid not null,
  contact_id uuid,
  user_agent text not null,
  verdict text not null,
  reason text,
  constraint clicks_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX clicks_contact ON clicks USING btree (workspace_id, contact_id, id) WHERE (contact_id IS NOT NULL);
CREATE INDEX clicks_message ON clicks USING btree (workspace_id, message_id, id);
alter table clicks enable row level security;
alter table clicks force row level security;
create policy workspace_wall on clicks
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on clicks to current_user
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

create table contact_words (
  workspace_id uuid not null,
  word text collate "C" not null,
  contact_id uuid not null,
  name text collate "C" not null,
  constraint contact_words_pkey PRIMARY KEY (workspace_id, word, contact_id) INCLUDE (name)
);
alter table contact_words enable row level security;
alter table contact_words force row level security;
create policy workspace_wall on contact_words
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on contact_words to current_user
  using (is_system());

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
  muted boolean default false not null,
  customer_since timestamp with time zone,
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
CREATE TRIGGER contacts_added AFTER INSERT ON contacts REFERENCING NEW TABLE AS added_contacts FOR EACH STATEMENT EXECUTE FUNCTION index_added_contacts();
CREATE TRIGGER contacts_changed AFTER UPDATE ON contacts FOR EACH ROW WHEN (((old.name_key <> new.name_key) OR (old.sort_key <> new.sort_key) OR (old.email IS DISTINCT FROM new.email))) EXECUTE FUNCTION index_changed_contact();
CREATE TRIGGER contacts_kinds_changed AFTER UPDATE ON contacts REFERENCING OLD TABLE AS old_contacts NEW TABLE AS new_contacts FOR EACH STATEMENT EXECUTE FUNCTION count_changed_kinds();
CREATE TRIGGER contacts_kinds_gone AFTER DELETE ON contacts REFERENCING OLD TABLE AS old_contacts FOR EACH STATEMENT EXECUTE FUNCTION count_gone_kinds();
CREATE TRIGGER contacts_removed AFTER DELETE ON contacts FOR EACH ROW WHEN (((NOT is_plain_name(old.name_key, old.sort_key)) OR (old.email ~ '[0-9][0-9]'::text))) EXECUTE FUNCTION index_changed_contact();

create table customer_visits (
  workspace_id uuid not null,
  token_hash text collate "C" not null,
  contact_id uuid not null,
  created_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  constraint customer_visits_pkey PRIMARY KEY (workspace_id, token_hash)
);
CREATE INDEX customer_visits_contact ON customer_visits USING btree (workspace_id, contact_id);
CREATE INDEX customer_visits_expired ON customer_visits USING btree (expires_at);
CREATE INDEX customer_visits_token ON customer_visits USING btree (token_hash);
alter table customer_visits enable row level security;
alter table customer_visits force row level security;
create policy workspace_wall on customer_visits
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on customer_visits to current_user
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

create table due_work (
  name text not null,
  next_at timestamp with time zone default now() not null,
  taken_by uuid,
  taken_until timestamp with time zone,
  lag_ms bigint default 0 not null,
  done bigint default 0 not null,
  failed bigint default 0 not null,
  last_error text,
  ran_at timestamp with time zone,
  constraint due_work_pkey PRIMARY KEY (name)
);

create table email_digits (
  workspace_id uuid not null,
  length smallint not null,
  digits text collate "C" not null,
  contact_id uuid not null,
  first boolean not null,
  constraint email_digits_pkey PRIMARY KEY (workspace_id, length, digits, contact_id) INCLUDE (first)
);
alter table email_digits enable row level security;
alter table email_digits force row level security;
create policy workspace_wall on email_digits
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on email_digits to current_user
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

create table event_dates (
  workspace_id uuid not null,
  event_id uuid not null,
  id uuid not null,
  start_at timestamp with time zone not null,
  end_at timestamp with time zone,
  "position" integer not null,
  constraint event_dates_pkey PRIMARY KEY (workspace_id, event_id, id)
);
alter table event_dates enable row level security;
alter table event_dates force row level security;
create policy workspace_wall on event_dates
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on event_dates to current_user
  using (is_system());

create table event_items (
  workspace_id uuid not null,
  event_id uuid not null,
  id uuid not null,
  kind text not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  price numeric(12,2),
  currency text,
  "position" integer not null,
  archived_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint event_items_pkey PRIMARY KEY (workspace_id, event_id, id)
);
CREATE UNIQUE INDEX event_items_name ON event_items USING btree (workspace_id, event_id, kind, name_key) WHERE (archived_at IS NULL);
alter table event_items enable row level security;
alter table event_items force row level security;
create policy workspace_wall on event_items
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on event_items to current_user
  using (is_system());

create table events (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  venue text,
  address text,
  url text,
  time_zone text not null,
  start_at timestamp with time zone not null,
  end_at timestamp with time zone,
  last_at timestamp with time zone not null,
  status text not null,
  capacity integer,
  source text not null,
  origin text default ''::text not null,
  external_id text,
  external_at timestamp with time zone,
  sequence integer default 0 not null,
  archived_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint events_pkey PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX events_external ON events USING btree (workspace_id, origin, external_id) WHERE (external_id IS NOT NULL);
CREATE INDEX events_last ON events USING btree (workspace_id, last_at);
CREATE INDEX events_start ON events USING btree (workspace_id, start_at, id);
alter table events enable row level security;
alter table events force row level security;
create policy workspace_wall on events
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on events to current_user
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

create table hits (
  workspace_id uuid not null,
  id uuid not null,
  message_id uuid not null,
  link_id uuid not null,
  user_agent text not null,
  reason text,
  constraint hits_pkey PRIMARY KEY (workspace_id, id)
);
alter table hits enable row level security;
alter table hits force row level security;
create policy workspace_wall on hits
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on hits to current_user
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

create table import_findings (
  workspace_id uuid not null,
  import_id uuid not null,
  "row" bigint not null,
  kind "char" not null,
  contact uuid,
  constraint import_findings_pkey PRIMARY KEY (workspace_id, import_id, "row")
) with (autovacuum_analyze_threshold=2147483647, autovacuum_vacuum_insert_threshold=-1);
alter table import_findings enable row level security;
alter table import_findings force row level security;
create policy workspace_wall on import_findings
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on import_findings to current_user
  using (is_system());

create table import_rejections (
  workspace_id uuid not null,
  import_id uuid not null,
  "row" bigint not null,
  reason text not null,
  value text,
  line text[] not null,
  taken boolean default false not null,
  constraint import_rejections_pkey PRIMARY KEY (workspace_id, import_id, "row")
);
alter table import_rejections enable row level security;
alter table import_rejections force row level security;
create policy workspace_wall on import_rejections
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on import_rejections to current_user
  using (is_system());

create table import_rows (
  workspace_id uuid not null,
  import_id uuid not null,
  "row" bigint not null,
  kind "char" not null,
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
  properties jsonb,
  consent boolean,
  consent_date timestamp with time zone,
  consent_source text,
  reason text,
  value text,
  line text[],
  repeats boolean default true not null,
  same integer default 1 not null,
  other uuid,
  constraint import_rows_pkey PRIMARY KEY (workspace_id, import_id, "row")
) with (autovacuum_analyze_threshold=2147483647, autovacuum_vacuum_insert_threshold=-1);
alter table import_rows enable row level security;
alter table import_rows force row level security;
create policy workspace_wall on import_rows
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on import_rows to current_user
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
  data_rows bigint,
  warnings bigint default 0 not null,
  consents bigint default 0 not null,
  totals jsonb,
  settled smallint default 0 not null,
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

create table link_counts (
  workspace_id uuid not null,
  source_type text not null,
  source_id uuid not null,
  link_id uuid not null,
  minute timestamp with time zone not null,
  clicks bigint not null,
  people bigint not null,
  robots bigint not null,
  constraint link_counts_pkey PRIMARY KEY (workspace_id, source_type, source_id, link_id, minute)
);
alter table link_counts enable row level security;
alter table link_counts force row level security;
create policy workspace_wall on link_counts
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on link_counts to current_user
  using (is_system());

create table links (
  workspace_id uuid not null,
  id uuid not null,
  source_type text not null,
  source_id uuid not null,
  url text not null,
  created_at timestamp with time zone not null,
  constraint links_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX links_source ON links USING btree (workspace_id, source_id);
alter table links enable row level security;
alter table links force row level security;
create policy workspace_wall on links
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on links to current_user
  using (is_system());

create table list_kinds (
  workspace_id uuid not null,
  list_id uuid not null,
  id uuid not null,
  mobile_kind number_kind,
  phone_kind number_kind,
  marketing boolean not null,
  sms_consents bigint not null,
  n bigint not null,
  constraint list_kinds_pkey PRIMARY KEY (workspace_id, list_id, id)
);
alter table list_kinds enable row level security;
alter table list_kinds force row level security;
create policy workspace_wall on list_kinds
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on list_kinds to current_user
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
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  kinds_known boolean default true not null,
  constraint lists_pkey PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX lists_name ON lists USING btree (workspace_id, lower(name));
CREATE UNIQUE INDEX lists_name_key ON lists USING btree (workspace_id, name_key);
alter table lists enable row level security;
alter table lists force row level security;
create policy workspace_wall on lists
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on lists to current_user
  using (is_system());

create table locations (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  address text,
  phone text,
  directions text,
  time_zone text,
  remote boolean default false not null,
  archived_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint locations_pkey PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX locations_name ON locations USING btree (workspace_id, name_key) WHERE (archived_at IS NULL);
alter table locations enable row level security;
alter table locations force row level security;
create policy workspace_wall on locations
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on locations to current_user
  using (is_system());

create table mail_files (
  workspace_id uuid not null,
  id uuid not null,
  content bytea not null,
  kept_until timestamp with time zone not null,
  constraint mail_files_pkey PRIMARY KEY (workspace_id, id)
);
alter table mail_files enable row level security;
alter table mail_files force row level security;
create policy workspace_wall on mail_files
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on mail_files to current_user
  using (is_system());

create table mail_intake (
  outcome text not null,
  mails bigint not null,
  constraint mail_intake_pkey PRIMARY KEY (outcome)
);

create table mail_pace (
  workspace_id uuid not null,
  next_at timestamp with time zone not null,
  constraint mail_pace_pkey PRIMARY KEY (workspace_id)
);
alter table mail_pace enable row level security;
alter table mail_pace force row level security;
create policy workspace_wall on mail_pace
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on mail_pace to current_user
  using (is_system());

create table mail_queue (
  workspace_id uuid not null,
  mail_id uuid not null,
  due_at timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  attempts integer default 0 not null,
  lease uuid,
  sealed bytea,
  files uuid[] default '{}'::uuid[] not null,
  constraint mail_queue_pkey PRIMARY KEY (workspace_id, mail_id)
);
CREATE INDEX mail_queue_due ON mail_queue USING btree (due_at);
CREATE INDEX mail_queue_of_workspace ON mail_queue USING btree (workspace_id, due_at, mail_id);
alter table mail_queue enable row level security;
alter table mail_queue force row level security;
create policy workspace_wall on mail_queue
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on mail_queue to current_user
  using (is_system());

create table mail_stops (
  workspace_id uuid not null,
  address text collate "C" not null,
  kind text not null,
  subscription_type_id uuid not null,
  at timestamp with time zone not null,
  mail_id uuid,
  constraint mail_stops_pkey PRIMARY KEY (workspace_id, address, kind, subscription_type_id)
);
alter table mail_stops enable row level security;
alter table mail_stops force row level security;
create policy workspace_wall on mail_stops
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on mail_stops to current_user
  using (is_system());

create table mails (
  workspace_id uuid not null,
  id uuid not null,
  status mail_status not null,
  reason text,
  source_type text not null,
  source_id uuid,
  class message_class not null,
  subscription_type_id uuid,
  contact_id uuid,
  sender_name text not null,
  sender_address text,
  reply_to text,
  recipient text collate "C",
  subject text not null,
  text text not null,
  html text,
  confidential boolean default false not null,
  files jsonb default '[]'::jsonb not null,
  message_id text,
  attempts integer default 0 not null,
  answer text,
  created_at timestamp with time zone not null,
  sent_at timestamp with time zone,
  ended_at timestamp with time zone,
  constraint mails_pkey PRIMARY KEY (workspace_id, id)
) with (fillfactor=70);
CREATE INDEX mails_contact ON mails USING btree (workspace_id, contact_id, id) WHERE (contact_id IS NOT NULL);
CREATE INDEX mails_recipient ON mails USING btree (workspace_id, lower(recipient), id);
CREATE INDEX mails_source ON mails USING btree (workspace_id, source_type, source_id, id);
alter table mails enable row level security;
alter table mails force row level security;
create policy workspace_wall on mails
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on mails to current_user
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
  seq bigint default nextval('message_queue_seq_seq'::regclass) not null,
  message_id uuid not null,
  period_start timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  consent_bit smallint,
  resent smallint default 0 not null,
  sealed bytea,
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

create table order_history (
  workspace_id uuid not null,
  order_id uuid not null,
  id uuid not null,
  at timestamp with time zone not null,
  what text not null,
  change jsonb default '{}'::jsonb not null,
  by text,
  reason text,
  constraint order_history_pkey PRIMARY KEY (workspace_id, order_id, id)
);
alter table order_history enable row level security;
alter table order_history force row level security;
create policy workspace_wall on order_history
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on order_history to current_user
  using (is_system());

create table order_import_rejections (
  workspace_id uuid not null,
  import_id uuid not null,
  "row" bigint not null,
  reason text not null,
  field text,
  value text,
  message text not null,
  constraint order_import_rejections_pkey PRIMARY KEY (workspace_id, import_id, "row")
);
alter table order_import_rejections enable row level security;
alter table order_import_rejections force row level security;
create policy workspace_wall on order_import_rejections
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on order_import_rejections to current_user
  using (is_system());

create table order_import_rows (
  workspace_id uuid not null,
  import_id uuid not null,
  of_row bigint not null,
  "row" bigint not null,
  repeats integer not null,
  said jsonb not null,
  fault text,
  constraint order_import_rows_pkey PRIMARY KEY (workspace_id, import_id, of_row, "row")
) with (autovacuum_analyze_threshold=2147483647, autovacuum_vacuum_insert_threshold=-1);
alter table order_import_rows enable row level security;
alter table order_import_rows force row level security;
create policy workspace_wall on order_import_rows
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on order_import_rows to current_user
  using (is_system());

create table order_imports (
  workspace_id uuid not null,
  id uuid not null,
  status text not null,
  file_name text,
  options jsonb default '{}'::jsonb not null,
  rows bigint default 0 not null,
  created bigint default 0 not null,
  updated bigint default 0 not null,
  unchanged bigint default 0 not null,
  rejected bigint default 0 not null,
  error jsonb,
  created_by text not null,
  created_at timestamp with time zone not null,
  finished_at timestamp with time zone,
  heard_at timestamp with time zone not null,
  constraint order_imports_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX order_imports_open ON order_imports USING btree (workspace_id, id) WHERE (status = ANY (ARRAY['receiving'::text, 'running'::text]));
alter table order_imports enable row level security;
alter table order_imports force row level security;
create policy workspace_wall on order_imports
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on order_imports to current_user
  using (is_system());

create table order_lines (
  workspace_id uuid not null,
  order_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  "position" integer not null,
  item_id uuid not null,
  kind text not null,
  date_id uuid,
  quantity integer not null,
  price numeric(12,2),
  currency text,
  state text not null,
  valid boolean not null,
  constraint order_lines_pkey PRIMARY KEY (workspace_id, order_id, id)
);
CREATE INDEX order_lines_valid ON order_lines USING btree (workspace_id, event_id, kind, item_id, order_id) WHERE valid;
alter table order_lines enable row level security;
alter table order_lines force row level security;
create policy workspace_wall on order_lines
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on order_lines to current_user
  using (is_system());

create table orders (
  workspace_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  reference text not null,
  reference_key text collate "C" generated always as (upper(reference)) stored not null,
  buyer_id uuid,
  status text not null,
  complimentary boolean default false not null,
  locale text,
  test boolean default false not null,
  valid boolean not null,
  consents jsonb default '[]'::jsonb not null,
  source text not null,
  origin text default ''::text not null,
  external_id text,
  external_at timestamp with time zone,
  sequence integer default 0 not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint orders_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX orders_buyer ON orders USING btree (workspace_id, buyer_id) WHERE (buyer_id IS NOT NULL);
CREATE INDEX orders_created ON orders USING btree (workspace_id, created_at, id);
CREATE INDEX orders_event ON orders USING btree (workspace_id, event_id, created_at, id);
CREATE UNIQUE INDEX orders_external ON orders USING btree (workspace_id, origin, external_id) WHERE (external_id IS NOT NULL);
CREATE INDEX orders_reference ON orders USING btree (workspace_id, reference_key);
CREATE INDEX orders_valid ON orders USING btree (workspace_id, event_id) WHERE valid;
alter table orders enable row level security;
alter table orders force row level security;
create policy workspace_wall on orders
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on orders to current_user
  using (is_system());

create table parked_messages (
  workspace_id uuid not null,
  message_id uuid not null,
  sender_id uuid not null,
  priority smallint not null,
  source_id uuid,
  period_start timestamp with time zone not null,
  expires_at timestamp with time zone not null,
  consent_bit smallint,
  resent smallint default 0 not null,
  not_before timestamp with time zone not null,
  due_at timestamp with time zone,
  moment timestamp with time zone,
  sealed bytea,
  constraint parked_messages_pkey PRIMARY KEY (workspace_id, message_id)
);
CREATE INDEX parked_messages_due ON parked_messages USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX parked_messages_lane ON parked_messages USING btree (workspace_id, sender_id, due_at, message_id) WHERE (due_at IS NOT NULL);
CREATE INDEX parked_messages_source ON parked_messages USING btree (workspace_id, source_id, message_id) WHERE (source_id IS NOT NULL);
alter table parked_messages enable row level security;
alter table parked_messages force row level security;
create policy workspace_wall on parked_messages
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on parked_messages to current_user
  using (is_system());

create table possible_opt_outs (
  workspace_id uuid not null,
  id uuid not null,
  number text collate "C" not null,
  address text,
  others text[] not null,
  sender_id uuid not null,
  at timestamp with time zone not null,
  constraint possible_opt_outs_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX possible_opt_outs_number ON possible_opt_outs USING btree (workspace_id, number);
alter table possible_opt_outs enable row level security;
alter table possible_opt_outs force row level security;
create policy workspace_wall on possible_opt_outs
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on possible_opt_outs to current_user
  using (is_system());

create table preference_links (
  workspace_id uuid not null,
  contact_id uuid not null,
  code text collate "C" not null,
  created_at timestamp with time zone default now() not null,
  constraint preference_links_pkey PRIMARY KEY (workspace_id, contact_id)
);
CREATE INDEX preference_links_code ON preference_links USING btree (code);
alter table preference_links enable row level security;
alter table preference_links force row level security;
create policy workspace_wall on preference_links
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on preference_links to current_user
  using (is_system());

create table property_keys (
  workspace_id uuid not null,
  key text collate "C" not null,
  noted_at timestamp with time zone not null,
  constraint property_keys_pkey PRIMARY KEY (workspace_id, key)
);
alter table property_keys enable row level security;
alter table property_keys force row level security;
create policy workspace_wall on property_keys
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on property_keys to current_user
  using (is_system());

create table quiet_hours_rules (
  workspace_id uuid not null,
  country text collate "C" not null,
  class message_class not null,
  opens text not null,
  closes text not null,
  sundays boolean not null,
  holidays boolean not null,
  source text,
  source_date date,
  constraint quiet_hours_rules_pkey PRIMARY KEY (workspace_id, country, class)
);
alter table quiet_hours_rules enable row level security;
alter table quiet_hours_rules force row level security;
create policy workspace_wall on quiet_hours_rules
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on quiet_hours_rules to current_user
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

create table quota_usage_of_sources (
  workspace_id uuid not null,
  period_start timestamp with time zone not null,
  source_type text not null,
  source_id uuid not null,
  used bigint not null,
  constraint quota_usage_of_sources_pkey PRIMARY KEY (workspace_id, period_start, source_type, source_id)
);
alter table quota_usage_of_sources enable row level security;
alter table quota_usage_of_sources force row level security;
create policy workspace_wall on quota_usage_of_sources
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on quota_usage_of_sources to current_user
  using (is_system());

create table resources (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  mobile text,
  email text,
  locale text,
  calendar_code text collate "C",
  archived_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint resources_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX resources_calendar ON resources USING btree (calendar_code) WHERE (calendar_code IS NOT NULL);
CREATE UNIQUE INDEX resources_name ON resources USING btree (workspace_id, name_key) WHERE (archived_at IS NULL);
alter table resources enable row level security;
alter table resources force row level security;
create policy workspace_wall on resources
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on resources to current_user
  using (is_system());

create table retention_rules (
  workspace_id uuid not null,
  text_months integer,
  ledger_months integer,
  texts_to uuid,
  texts_gone_before timestamp with time zone,
  rows_gone_before timestamp with time zone,
  audit_months integer,
  booking_months integer,
  event_months integer,
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
  html text,
  reply_to text,
  attachments jsonb default '[]'::jsonb not null,
  sent_by uuid,
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
  name_key text collate "C" generated always as (
CASE
    WHEN (kind = 'alphanumeric'::text) THEN name_key(address)
    ELSE NULL::text
END) stored,
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

create table services (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  duration_minutes integer,
  price numeric(12,2),
  currency text,
  archived_at timestamp with time zone,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint services_pkey PRIMARY KEY (workspace_id, id)
);
CREATE UNIQUE INDEX services_name ON services USING btree (workspace_id, name_key) WHERE (archived_at IS NULL);
alter table services enable row level security;
alter table services force row level security;
create policy workspace_wall on services
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on services to current_user
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

create table short_links (
  workspace_id uuid not null,
  message_id uuid not null,
  link_id uuid not null,
  code bigint not null,
  url text,
  closed boolean default false not null,
  constraint short_links_pkey PRIMARY KEY (workspace_id, message_id, link_id)
);
CREATE INDEX short_links_code ON short_links USING btree (code);
alter table short_links enable row level security;
alter table short_links force row level security;
create policy workspace_wall on short_links
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on short_links to current_user
  using (is_system());

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

create table source_holds (
  workspace_id uuid not null,
  source_id uuid not null,
  state text not null,
  at timestamp with time zone not null,
  constraint source_holds_pkey PRIMARY KEY (workspace_id, source_id)
);
CREATE INDEX source_holds_settling ON source_holds USING btree (at) WHERE (state = ANY (ARRAY['resumed'::text, 'cancelled'::text]));
alter table source_holds enable row level security;
alter table source_holds force row level security;
create policy workspace_wall on source_holds
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on source_holds to current_user
  using (is_system());

create table subscription_types (
  workspace_id uuid not null,
  id uuid not null,
  key text not null,
  name text not null,
  needs_consent boolean not null,
  "bit" smallint not null,
  created_at timestamp with time zone not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  constraint subscription_types_pkey PRIMARY KEY (workspace_id, id),
  constraint subscription_types_bit_check CHECK ((("bit" >= 0) AND ("bit" <= 62))),
  constraint subscription_types_workspace_id_bit_key UNIQUE (workspace_id, "bit"),
  constraint subscription_types_workspace_id_key_key UNIQUE (workspace_id, key)
);
CREATE UNIQUE INDEX subscription_types_name ON subscription_types USING btree (workspace_id, lower(name));
CREATE UNIQUE INDEX subscription_types_name_key ON subscription_types USING btree (workspace_id, name_key);
alter table subscription_types enable row level security;
alter table subscription_types force row level security;
create policy workspace_wall on subscription_types
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on subscription_types to current_user
  using (is_system());

create table templates (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  channel text not null,
  subject text,
  text text not null,
  html text,
  revision integer default 1 not null,
  archived_at timestamp with time zone,
  changed_by text not null,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint templates_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX templates_by_name ON templates USING btree (workspace_id, name_key, id);
CREATE UNIQUE INDEX templates_name ON templates USING btree (workspace_id, channel, name_key) WHERE (archived_at IS NULL);
alter table templates enable row level security;
alter table templates force row level security;
create policy workspace_wall on templates
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on templates to current_user
  using (is_system());

create table tickets (
  workspace_id uuid not null,
  order_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  line_id uuid not null,
  item_id uuid not null,
  date_id uuid,
  "position" integer not null,
  contact_id uuid,
  first_name text,
  last_name text,
  state text not null,
  valid boolean not null,
  checked_in_at timestamp with time zone,
  created_at timestamp with time zone not null,
  constraint tickets_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX tickets_contact ON tickets USING btree (workspace_id, contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX tickets_date ON tickets USING btree (workspace_id, date_id) WHERE (date_id IS NOT NULL);
CREATE INDEX tickets_named ON tickets USING btree (workspace_id, event_id) WHERE ((contact_id IS NULL) AND ((first_name IS NOT NULL) OR (last_name IS NOT NULL)));
CREATE INDEX tickets_order ON tickets USING btree (workspace_id, order_id);
CREATE INDEX tickets_valid ON tickets USING btree (workspace_id, event_id, item_id) INCLUDE (order_id, contact_id, date_id, checked_in_at) WHERE valid;
alter table tickets enable row level security;
alter table tickets force row level security;
create policy workspace_wall on tickets
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on tickets to current_user
  using (is_system());

create table unindexed_contacts (
  workspace_id uuid not null,
  from_contact uuid not null,
  to_contact uuid not null,
  constraint unindexed_contacts_pkey PRIMARY KEY (workspace_id, from_contact)
);
alter table unindexed_contacts enable row level security;
alter table unindexed_contacts force row level security;
create policy workspace_wall on unindexed_contacts
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on unindexed_contacts to current_user
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
  contact_id uuid,
  constraint webhook_deliveries_pkey PRIMARY KEY (workspace_id, id)
) with (fillfactor=80);
CREATE INDEX webhook_deliveries_contact ON webhook_deliveries USING btree (workspace_id, contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries USING btree (next_at) WHERE (next_at IS NOT NULL);
CREATE INDEX webhook_deliveries_waiting ON webhook_deliveries USING btree (workspace_id, webhook_id, next_at) WHERE (next_at IS NOT NULL);
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

create table workflow_decisions (
  workspace_id uuid not null,
  booking_id uuid not null,
  workflow_id uuid not null,
  occurrence timestamp with time zone not null,
  action text not null,
  recipient text not null,
  contact_id uuid,
  name text,
  "to" text,
  action_kind text not null,
  channel text not null,
  state text not null,
  reason text,
  due_at timestamp with time zone not null,
  decided_at timestamp with time zone not null,
  message_id uuid,
  mail_id uuid,
  constraint workflow_decisions_pkey PRIMARY KEY (workspace_id, booking_id, workflow_id, occurrence, action, recipient)
);
CREATE INDEX workflow_decisions_contact ON workflow_decisions USING btree (workspace_id, contact_id) WHERE (contact_id IS NOT NULL);
CREATE INDEX workflow_decisions_decided ON workflow_decisions USING btree (workspace_id, decided_at) WHERE ("to" IS NOT NULL);
CREATE INDEX workflow_decisions_last ON workflow_decisions USING btree (workspace_id, workflow_id, decided_at);
CREATE INDEX workflow_decisions_of_contacts ON workflow_decisions USING btree (workspace_id, decided_at) WHERE (booking_id = contact_id);
CREATE INDEX workflow_decisions_to ON workflow_decisions USING btree (workspace_id, "to") WHERE ("to" IS NOT NULL);
alter table workflow_decisions enable row level security;
alter table workflow_decisions force row level security;
create policy workspace_wall on workflow_decisions
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on workflow_decisions to current_user
  using (is_system());

create table workflow_sweep (
  whose uuid not null,
  until timestamp with time zone not null,
  constraint workflow_sweep_pkey PRIMARY KEY (whose)
);

create table workflows (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" generated always as (name_key(name)) stored not null,
  enabled boolean not null,
  trigger text not null,
  unit text,
  count integer,
  at_time text,
  "when" jsonb not null,
  "do" jsonb not null,
  ask_for_reply boolean default false not null,
  merge boolean default false not null,
  enabled_at timestamp with time zone,
  also_ahead boolean default false not null,
  revision integer default 1 not null,
  sent_count bigint default 0 not null,
  last_sent_at timestamp with time zone,
  deleted_at timestamp with time zone,
  created_by text,
  created_at timestamp with time zone not null,
  updated_at timestamp with time zone not null,
  constraint workflows_pkey PRIMARY KEY (workspace_id, id)
);
CREATE INDEX workflows_name ON workflows USING btree (workspace_id, name_key, id) WHERE (deleted_at IS NULL);
CREATE INDEX workflows_timed ON workflows USING btree (trigger, unit, count, at_time) WHERE (enabled AND (deleted_at IS NULL) AND (unit IS NOT NULL));
alter table workflows enable row level security;
alter table workflows force row level security;
create policy workspace_wall on workflows
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on workflows to current_user
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
  keywords jsonb,
  undo_seconds smallint default 10 not null,
  segment_price jsonb,
  quiet_hours boolean default false not null,
  quiet_hours_settled boolean default false not null,
  quiet_hours_notice text,
  quiet_hours_changed_at timestamp with time zone,
  quiet_hours_looked_to uuid,
  frequency_cap_messages smallint,
  frequency_cap_days smallint,
  workflow_sender text,
  reminder_from text,
  reminder_to text,
  cancel_limit_minutes integer default 1440 not null,
  customer_access boolean default false not null,
  clock_changed_at timestamp with time zone,
  constraint workspaces_pkey PRIMARY KEY (workspace_id),
  constraint workspaces_frequency_cap CHECK (((frequency_cap_messages IS NULL) = (frequency_cap_days IS NULL))),
  constraint workspaces_renewal_day_check CHECK (((renewal_day >= 1) AND (renewal_day <= 31)))
);
CREATE INDEX workspaces_clock_changed ON workspaces USING btree (clock_changed_at) WHERE (clock_changed_at IS NOT NULL);
CREATE INDEX workspaces_quiet_hours_changed ON workspaces USING btree (quiet_hours_changed_at) WHERE (quiet_hours_changed_at IS NOT NULL);
CREATE INDEX workspaces_quiet_hours_notice ON workspaces USING btree (workspace_id) WHERE (quiet_hours_notice IS NOT NULL);
alter table workspaces enable row level security;
alter table workspaces force row level security;
create policy workspace_wall on workspaces
  using ((workspace_id = current_workspace()));
create policy workspace_wall_door on workspaces to current_user
  using (is_system());
