-- The rows of files under way, of all imports: a table for each, as there was, cannot be spread over several nodes, and an erasure
-- could not look into them.

-- A row of a file, from when it is received until it is merged.
create table import_rows (
  workspace_id uuid not null,
  import_id uuid not null,
  row bigint not null,                         -- its number in the file
  kind "char" not null,                        -- what its contact is found by: m: mobile, e: e-mail, p: phone; r: rejected; t: folded into an earlier row
  id uuid not null,                            -- of the contact that it makes, and of the consent event that it grants
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
  reason text,                                 -- why it is rejected, or was taken with a warning
  value text,                                  -- the cell that is the reason
  line text[],                                 -- as it stood in the file, where it is or may be rejected
  repeats boolean not null default true,       -- false: no row before it has its key, so it is not folded into another
  same integer not null default 1,             -- rows of the file that are folded into this one, itself included
  other uuid,                                  -- the contact that it is by another key
  primary key (workspace_id, import_id, row)
);

-- What a row of a held import would do. Rows that make a contact have none.
create table import_findings (
  workspace_id uuid not null,
  import_id uuid not null,
  row bigint not null,
  kind "char" not null,                        -- k: known, t: a person who is on another row of the file too, s: several contacts share its key
  contact uuid,                                -- whose row it is; null where it is folded or several share it
  primary key (workspace_id, import_id, row)
);

-- The policy that keeps workspaces apart has had two names.
do $$
declare
  policy name := (select proname from pg_proc where proname in ('apply_tenant_policy', 'workspace_wall') order by proname limit 1);
begin
  execute format('call %I(%L)', policy, 'import_rows');
  execute format('call %I(%L)', policy, 'import_findings');
end $$;

-- Rows live for minutes, and no plan depends on how many there are: they are not analyzed, and vacuumed for what is deleted only.
alter table import_rows set (autovacuum_analyze_threshold = 2147483647, autovacuum_vacuum_insert_threshold = -1);
alter table import_findings set (autovacuum_analyze_threshold = 2147483647, autovacuum_vacuum_insert_threshold = -1);

-- Moves the rows of an import out of the tables that a process of an earlier version made for it, and what was found out about
-- them; does nothing where there are none. Such a table may lack columns, which then have their defaults.
create procedure adopt_import_rows(import uuid)
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
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
end $$;

-- Records the consents of contacts that rows of an import make: of those of one kind after `above` up to `to_row`. What rows do not say
-- themselves is as `at` and `source` say.
create function grant_row_consents(
  workspace uuid, import uuid, of_kind "char", above bigint, to_row bigint, unsaid boolean, type_id uuid, at timestamptz, source text,
  evidence text, recorded_at timestamptz, recorded_by text
) returns bigint language plpgsql as $$
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
end $$;

-- The functions that make and fill a table for each import stay for processes of the version before, which work on beside this.
do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
