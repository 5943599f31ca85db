-- Files of bookings on their way in. See server/bookings/import.

create table booking_imports (
  workspace_id uuid not null,
  id uuid not null,
  -- receiving, running, done or failed
  status text not null,
  file_name text,
  -- What its columns are and what the caller asked for; empty while the file is being received.
  options jsonb not null default '{}',
  rows bigint not null default 0, -- of data
  created bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  rejected bigint not null default 0,
  error jsonb, -- code and message
  created_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  -- When a process last worked on it.
  heard_at timestamptz not null,
  primary key (workspace_id, id)
);
create index booking_imports_open on booking_imports (workspace_id, id) where status in ('receiving', 'running');
call apply_tenant_policy('booking_imports');

-- Rows that are not imported yet: each is deleted in the transaction that makes a booking of it, so none makes two.
create table booking_import_rows (
  workspace_id uuid not null,
  import_id uuid not null,
  -- Rows of one person have the same lane: two lanes are imported at a time.
  lane smallint not null,
  row bigint not null, -- its number in the file
  -- Which of the file's rows that say the same of person, start and service it is, from 0.
  repeats integer not null,
  said jsonb not null, -- its cells by field
  fault text, -- why it cannot be read
  primary key (workspace_id, import_id, lane, row)
);
call apply_tenant_policy('booking_import_rows');
-- Rows live for minutes, and no plan depends on how many there are.
alter table booking_import_rows set (autovacuum_analyze_threshold = 2147483647, autovacuum_vacuum_insert_threshold = -1);

create table booking_import_rejections (
  workspace_id uuid not null,
  import_id uuid not null,
  row bigint not null,
  reason text not null,
  field text,
  value text,
  message text not null,
  primary key (workspace_id, import_id, row)
);
call apply_tenant_policy('booking_import_rejections');

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
