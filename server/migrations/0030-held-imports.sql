-- A file that is held: received, and counted before anything of it is imported.

-- What the counting found; null for imports that were never held.
alter table imports add column totals jsonb;

-- Beside the rows of a held import, what each of them would become: a table of its own, since writing it beside them would
-- write every row anew.
create procedure create_findings_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
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
end $$;

-- Once all findings are there: the order in which they are read.
create procedure index_findings_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('alter table staging.%I add primary key (kind, row)', 'import ' || import || ' found');
  execute format('analyze staging.%I', 'import ' || import || ' found');
end $$;

create or replace procedure drop_import_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
  if not is_import_here(import) then
    raise insufficient_privilege using message = format('%s is no import of this workspace', import);
  end if;
  execute format('drop table if exists staging.%I', 'import ' || import);
  execute format('drop table if exists staging.%I', 'import ' || import || ' found');
end $$;

-- Whose a row is by something else than what it is known by is settled once for all rows of a kind, before the first of them is
-- merged: so it does not matter how many are merged at a time, and the count before the import can say what will come of it.
create or replace procedure create_import_table(import uuid)
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
      same integer not null default 1,           -- rows of the file that are folded into this one
      other uuid                                 -- the contact that it is by another key
    ) with (autovacuum_enabled = off)', 'import ' || import);
  call wall_import_table(import, current_workspace());
end $$;

-- Gives the table of an older version what it has not: the wall, and where the row's other contact stands.
create or replace procedure adopt_import_table(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
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
end $$;

-- How many kinds of rows know their other contacts already; see above.
alter table imports add column settled smallint not null default 0;

-- Those of the consents that a file gives which the ledger does not have yet: what an import records, and what it is said to record
-- before it is started.
create function new_imported_consents(
  workspace uuid, type_id uuid, contact_ids uuid[], fresh boolean[], ids uuid[], dates timestamptz[], sources text[]
) returns table (id uuid, contact_id uuid, at timestamptz, source text) language plpgsql stable as $$
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
end $$;

create or replace function grant_imported_consents(
  workspace uuid, type_id uuid, contact_ids uuid[], fresh boolean[], ids uuid[], dates timestamptz[], sources text[],
  evidence text, recorded_at timestamptz, recorded_by text
) returns bigint language plpgsql as $$
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
end $$;

-- The consents of contacts that an import has just made, whose ids are the events' too. What `dates` and `sources` do not say, or
-- nobody's row does, is as `at` and `source` say.
create function grant_first_consents(
  workspace uuid, type_id uuid, contact_ids uuid[], dates timestamptz[], sources text[], at timestamptz, source text,
  evidence text, recorded_at timestamptz, recorded_by text
) returns bigint language plpgsql as $$
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
end $$;
