-- Bookings, what they are made of, and the workflows that tell people about them. See server/bookings.

alter table workspaces
  -- The address of the sender of workflows; null: a name in the workspace's language.
  add column workflow_sender text,
  -- When reminders and thanks may go, HH:MM in the zone of the booking; null: at any hour.
  add column reminder_from text,
  add column reminder_to text,
  -- How long before the start customers may cancel.
  add column cancel_limit_minutes integer not null default 1440,
  -- Whether customers get a page of their own.
  add column customer_access boolean not null default false;

alter table contacts
  -- Whether no workflow sends this person anything.
  add column muted boolean not null default false,
  -- Since when they are a customer: the first booking, or when they were made one; null: they are none.
  add column customer_since timestamptz;

create table services (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  -- The name as it is compared: no two that are not archived have the same.
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  duration_minutes integer,
  price numeric(12, 2),
  currency text,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index services_name on services (workspace_id, name_key) where archived_at is null;
call apply_tenant_policy('services');

create table locations (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  address text,
  phone text, -- as written
  directions text,
  time_zone text, -- null: the workspace's
  remote boolean not null default false,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index locations_name on locations (workspace_id, name_key) where archived_at is null;
call apply_tenant_policy('locations');

-- Employees, chairs, rooms.
create table resources (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  mobile text, -- E.164
  email text,
  locale text,
  -- Of the calendar feed's address; null until somebody asks for it.
  calendar_code text collate "C",
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index resources_name on resources (workspace_id, name_key) where archived_at is null;
create index resources_calendar on resources (calendar_code) where calendar_code is not null;
call apply_tenant_policy('resources');

-- A workspace's own names of statuses.
create table booking_statuses (
  workspace_id uuid not null,
  name text not null,
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  stands_for text not null,
  position integer not null,
  primary key (workspace_id, name_key)
);
call apply_tenant_policy('booking_statuses');

create table bookings (
  workspace_id uuid not null,
  id uuid not null,
  -- For people, such as K7PX-3M. Not unique by the database: it is long enough, and nothing is found by it alone.
  reference text not null,
  customer_id uuid, -- a contact
  service_id uuid,
  location_id uuid,
  resource_ids uuid[] not null default '{}',
  start_at timestamptz not null,
  end_at timestamptz not null,
  -- A built-in status or one of the workspace's own names, and what it stands for.
  status text not null,
  stands_for text not null,
  payment text not null default 'none',
  locale text,
  notes text,
  source text not null,
  -- Whose ids `external_id` is one of: empty for the workspace's own systems, else the id of a connected source.
  origin text not null default '',
  external_id text,
  -- When it was so in the other system, of what was taken last.
  external_at timestamptz,
  muted boolean not null default false,
  muted_workflows uuid[] not null default '{}',
  -- Of its calendar entry: counts the changes that a calendar must learn of.
  sequence integer not null default 0,
  -- Since when it has had this start and been live: reminders for an earlier moment came too late.
  armed_at timestamptz not null,
  -- Of the address of its page.
  manage_code text collate "C" not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create index bookings_start on bookings (workspace_id, start_at, id);
create index bookings_end on bookings (workspace_id, end_at, id);
create index bookings_created on bookings (workspace_id, created_at, id);
create index bookings_customer on bookings (workspace_id, customer_id, start_at);
create index bookings_resources on bookings using gin (resource_ids);
create index bookings_reference on bookings (workspace_id, reference);
create index bookings_manage on bookings (manage_code);
create unique index bookings_external on bookings (workspace_id, origin, external_id) where external_id is not null;
-- What is due is looked for in all workspaces at once, by moment.
create index bookings_starting on bookings (start_at) where stands_for in ('pending', 'confirmed');
create index bookings_ended on bookings (end_at) where stands_for in ('confirmed', 'completed');
call apply_tenant_policy('bookings');

-- Who comes, where that is not simply the customer.
create table booking_attendees (
  workspace_id uuid not null,
  booking_id uuid not null,
  id uuid not null,
  position integer not null,
  contact_id uuid,
  -- As given for this booking; null: the contact's.
  first_name text,
  last_name text,
  locale text,
  time_zone text,
  primary key (workspace_id, booking_id, id)
);
create index booking_attendees_contact on booking_attendees (workspace_id, contact_id);
call apply_tenant_policy('booking_attendees');

create table booking_history (
  workspace_id uuid not null,
  booking_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  what text not null,
  change jsonb not null default '{}', -- from and to
  by text not null,
  name text,
  reason text,
  primary key (workspace_id, booking_id, id)
);
call apply_tenant_policy('booking_history');

-- What has happened to bookings and workflows have not looked at yet: written with the change, deleted with the decisions.
create table booking_happenings (
  workspace_id uuid not null,
  id uuid not null,
  -- Null: a contact became a customer without a booking.
  booking_id uuid,
  contact_id uuid,
  -- Unique for a booking, so that decisions about one change are not those about another.
  at timestamptz not null,
  -- The snapshot before; null where there was none.
  before jsonb,
  happenings jsonb not null,
  by text not null,
  notify boolean not null,
  -- How many workflows have set each other off up to here.
  depth integer not null default 0,
  -- When it is looked at, later where that has failed so many times.
  next_at timestamptz not null default now(),
  failures integer not null default 0,
  primary key (workspace_id, id)
);
create index booking_happenings_next on booking_happenings (next_at);
call apply_tenant_policy('booking_happenings');

create table workflows (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  enabled boolean not null,
  trigger text not null,
  -- Of timed triggers: the unit, how many of it, and the time of day.
  unit text,
  count integer,
  at_time text,
  -- As the API shows them.
  "when" jsonb not null,
  "do" jsonb not null,
  ask_for_reply boolean not null default false,
  merge boolean not null default false,
  -- Since when it is enabled. It is for bookings that were made or moved since, or for all that are ahead then.
  enabled_at timestamptz,
  also_ahead boolean not null default false,
  revision integer not null default 1,
  -- Texts and mails that it has sent, and when it did last.
  sent_count bigint not null default 0,
  last_sent_at timestamptz,
  deleted_at timestamptz, -- its decisions keep its name
  created_by text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create index workflows_name on workflows (workspace_id, name_key, id) where deleted_at is null;
create index workflows_timed on workflows (trigger, unit, count, at_time) where enabled and deleted_at is null and unit is not null;
call apply_tenant_policy('workflows');

-- What a workflow decided for one recipient of one booking.
create table workflow_decisions (
  workspace_id uuid not null,
  -- The contact's where a contact became a customer without a booking.
  booking_id uuid not null,
  workflow_id uuid not null,
  -- Timed: the booking's start, so that a booking that is moved back is not told again. Else when the change happened.
  occurrence timestamptz not null,
  action text not null, -- its id within the workflow
  recipient text not null, -- its kind, with an id, number or address; empty: none
  contact_id uuid,
  name text, -- of the recipient
  "to" text, -- number or address
  action_kind text not null,
  channel text not null,
  state text not null, -- sent, skipped or missed
  reason text,
  due_at timestamptz not null,
  decided_at timestamptz not null,
  message_id uuid,
  mail_id uuid,
  primary key (workspace_id, booking_id, workflow_id, occurrence, action, recipient)
);
create index workflow_decisions_last on workflow_decisions (workspace_id, workflow_id, decided_at);
create index workflow_decisions_contact on workflow_decisions (workspace_id, contact_id) where contact_id is not null;
call apply_tenant_policy('workflow_decisions');

-- Up to when the moments of timed workflows have been decided: one row for all workspaces, and one for each that lags behind, since
-- something failed there.
create table workflow_sweep (
  whose uuid primary key, -- 0 for all workspaces
  until timestamptz not null
);

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
