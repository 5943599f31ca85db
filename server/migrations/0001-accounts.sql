-- Workspaces, the people in them, and what they may spend.
--
-- Every tenant table begins its primary key with workspace_id and stands behind the same wall, see workspace_wall() below.

-- The workspace of this transaction, or null: then every tenant table looks empty.
create function current_workspace() returns uuid
  language sql stable parallel safe
  return nullif(current_setting('varsla.workspace_id', true), '')::uuid;

-- Whether this transaction works for the whole installation (leasing lanes, routing inbound texts, migrating).
create function is_system() returns boolean
  language sql stable parallel safe
  return coalesce(current_setting('varsla.system', true), '') = 'on';

-- Puts a tenant table behind row-level security, forced upon its owner too. The subselects make both settings init
-- plans, read once a query and not once a row.
create procedure workspace_wall(tenant_table regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format('create policy workspace_wall on %s using ((select is_system()) or workspace_id = (select current_workspace()))', tenant_table);
end $$;

create table workspaces (
  workspace_id uuid primary key,
  name text not null,
  country text not null,                       -- ISO 3166-1 alpha-2; national numbers are read by its plan
  time_zone text not null,                     -- IANA
  language text not null,                      -- en, nb, sv, da: of standard texts
  opt_out_text text not null,                  -- added to campaigns unless switched off
  help_text text not null,                     -- answer to HELP
  opt_out_confirmation text not null,          -- answer to the first STOP
  opt_in_confirmation text not null,           -- answer to START
  allowance bigint not null,                   -- segments a quota period
  renewal_day smallint not null check (renewal_day between 1 and 31),
  created_at timestamptz not null
);
call workspace_wall('workspaces');

-- One row a month of the contract. Made when first needed; `allowance` follows the subscription within the period.
create table quota_periods (
  workspace_id uuid not null,
  period_start timestamptz not null,
  period_end timestamptz not null,
  allowance bigint not null,
  used bigint not null default 0,              -- segments handed to a carrier
  reserved bigint not null default 0,          -- segments queued; given back if they are never handed over
  primary key (workspace_id, period_start),
  check (used >= 0 and reserved >= 0)
);
call workspace_wall('quota_periods');

create table quota_usage (
  workspace_id uuid not null,
  period_start timestamptz not null,
  source_type text not null,                   -- campaign, api, opt_out_confirmation …
  used bigint not null,
  primary key (workspace_id, period_start, source_type)
);
call workspace_wall('quota_usage');
