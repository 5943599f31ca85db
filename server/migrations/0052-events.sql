-- Events, what is sold for them, orders and their tickets. See server/events.

create table events (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  -- The name as it is searched.
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  venue text,
  address text,
  url text,
  time_zone text not null,
  -- Of the first date.
  start_at timestamptz not null,
  end_at timestamptz, -- null: not known
  -- When the last date ends, or starts where its end is not known.
  last_at timestamptz not null,
  status text not null,
  capacity integer,
  source text not null,
  -- Whose ids `external_id` is one of: empty for the workspace's own systems, else the id of a connected source.
  origin text not null default '',
  external_id text,
  -- When it was so in the other system, of what was taken last.
  external_at timestamptz,
  -- Of its calendar entry: counts the changes that a calendar must learn of.
  sequence integer not null default 0,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create index events_start on events (workspace_id, start_at, id);
create index events_last on events (workspace_id, last_at);
create unique index events_external on events (workspace_id, origin, external_id) where external_id is not null;
call apply_tenant_policy('events');

-- When it takes place; every event has at least one.
create table event_dates (
  workspace_id uuid not null,
  event_id uuid not null,
  id uuid not null,
  start_at timestamptz not null,
  end_at timestamptz,
  position integer not null,
  primary key (workspace_id, event_id, id)
);
call apply_tenant_policy('event_dates');

-- Ticket types, which admit, and products, which do not.
create table event_items (
  workspace_id uuid not null,
  event_id uuid not null,
  id uuid not null,
  kind text not null, -- ticket_type or product
  name text not null,
  -- The name as it is compared: no two of an event and kind that are not archived have the same.
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  price numeric(12, 2),
  currency text,
  position integer not null,
  archived_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, event_id, id)
);
create unique index event_items_name on event_items (workspace_id, event_id, kind, name_key) where archived_at is null;
call apply_tenant_policy('event_items');

create table orders (
  workspace_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  -- For people, such as K7PX-3MQD, or as another system calls it.
  reference text not null,
  -- As it is searched: in capitals.
  reference_key text collate "C" not null generated always as (upper(reference)) stored,
  buyer_id uuid, -- a contact
  status text not null,
  -- Its tickets are valid although nothing was paid.
  complimentary boolean not null default false,
  locale text,
  test boolean not null default false,
  -- Paid, or complimentary and pending, and no test.
  valid boolean not null,
  -- What the buyer answered: subscription type, channel, and whether it was granted.
  consents jsonb not null default '[]',
  source text not null,
  origin text not null default '',
  external_id text,
  external_at timestamptz,
  sequence integer not null default 0,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create index orders_event on orders (workspace_id, event_id, created_at, id);
create index orders_created on orders (workspace_id, created_at, id);
create index orders_buyer on orders (workspace_id, buyer_id) where buyer_id is not null;
create index orders_reference on orders (workspace_id, reference_key);
create index orders_valid on orders (workspace_id, event_id) where valid;
create unique index orders_external on orders (workspace_id, origin, external_id) where external_id is not null;
call apply_tenant_policy('orders');

create table order_lines (
  workspace_id uuid not null,
  order_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  position integer not null,
  item_id uuid not null,
  kind text not null, -- the item's
  -- Of a ticket line: the date that it is for; null: the only one, or all of them.
  date_id uuid,
  quantity integer not null,
  price numeric(12, 2), -- of one
  currency text,
  state text not null,
  -- Active, of a valid order: written with the order, so that counts read no orders.
  valid boolean not null,
  primary key (workspace_id, order_id, id)
);
create index order_lines_valid on order_lines (workspace_id, event_id, kind, item_id, order_id) where valid;
call apply_tenant_policy('order_lines');

-- Admissions. A ticket line of a quantity has as many.
create table tickets (
  workspace_id uuid not null,
  order_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  line_id uuid not null,
  item_id uuid not null, -- the line's ticket type
  date_id uuid, -- the line's
  position integer not null, -- within the line
  -- The holder, where that is not the buyer: a contact, or the names of somebody who is none.
  contact_id uuid,
  first_name text,
  last_name text,
  state text not null,
  -- Active, of a valid line.
  valid boolean not null,
  checked_in_at timestamptz,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create index tickets_order on tickets (workspace_id, order_id);
create index tickets_valid on tickets (workspace_id, event_id, item_id) include (order_id, contact_id, date_id, checked_in_at) where valid;
create index tickets_date on tickets (workspace_id, date_id) where date_id is not null;
create index tickets_contact on tickets (workspace_id, contact_id) where contact_id is not null;
-- Holders who are no contacts are searched by their names.
create index tickets_named on tickets (workspace_id, event_id) where contact_id is null and (first_name is not null or last_name is not null);
call apply_tenant_policy('tickets');

create table order_history (
  workspace_id uuid not null,
  order_id uuid not null,
  id uuid not null,
  at timestamptz not null,
  what text not null,
  change jsonb not null default '{}', -- from and to
  by text, -- a user's or key's name; null: another system
  reason text,
  primary key (workspace_id, order_id, id)
);
call apply_tenant_policy('order_history');

-- Files of orders on their way in.
create table order_imports (
  workspace_id uuid not null,
  id uuid not null,
  -- receiving, running, done or failed
  status text not null,
  file_name text,
  options jsonb not null default '{}', -- the event, and what the caller asked for
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
create index order_imports_open on order_imports (workspace_id, id) where status in ('receiving', 'running');
call apply_tenant_policy('order_imports');

-- Rows that are not imported yet: those of an order are deleted in the transaction that makes it, so none is made twice.
create table order_import_rows (
  workspace_id uuid not null,
  import_id uuid not null,
  -- The number of the first row of its order, and its own, in the file.
  of_row bigint not null,
  row bigint not null,
  -- Which of the file's rows that say the same it is, from 0.
  repeats integer not null,
  said jsonb not null, -- its cells by field
  fault text, -- why it cannot be read
  primary key (workspace_id, import_id, of_row, row)
);
call apply_tenant_policy('order_import_rows');
-- Rows live for minutes, and no plan depends on how many there are.
alter table order_import_rows set (autovacuum_analyze_threshold = 2147483647, autovacuum_vacuum_insert_threshold = -1);

create table order_import_rejections (
  workspace_id uuid not null,
  import_id uuid not null,
  row bigint not null,
  reason text not null,
  field text,
  value text,
  message text not null,
  primary key (workspace_id, import_id, row)
);
call apply_tenant_policy('order_import_rejections');

alter table retention_rules
  -- Months that events are kept after their last date, with their orders; null: for ever.
  add column event_months integer;

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
