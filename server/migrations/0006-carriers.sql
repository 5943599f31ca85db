-- Connections to real carriers, which senders use them, and in which order others stand in.

create table carriers (
  workspace_id uuid not null,
  id uuid not null,
  kind text not null,                          -- twilio, smpp
  name text not null,                          -- as people call it; stands in messages.carrier
  enabled boolean not null,
  is_default boolean not null default false,   -- new senders belong to it
  settings jsonb not null,                     -- contract/carriers.ts, by kind; nothing secret
  secrets bytea not null,                      -- sealed with the installation's key, see kit/seal.ts
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, name)
);
create unique index carriers_default on carriers (workspace_id) where is_default;
call workspace_wall('carriers');

-- Which carriers stand in, in their order, for texts to a country when the sender's own surely did not take them.
create table carrier_routes (
  workspace_id uuid not null,
  country text not null collate "C",           -- ISO 3166-1 alpha-2, or * for every country without a row
  carrier_ids uuid[] not null,
  primary key (workspace_id, country)
);
call workspace_wall('carrier_routes');

-- What each worker says of its connection, every few seconds; a row that is not renewed is a worker that is gone.
create table carrier_states (
  workspace_id uuid not null,
  carrier_id uuid not null,
  worker uuid not null,
  state text not null,                         -- up, connecting, down
  bound smallint not null,                     -- connections that stand, of so many wanted
  wanted smallint not null,
  last_error text,
  last_error_at timestamptz,
  handed_over real not null,                   -- texts a second, over the last seconds
  updated_at timestamptz not null,
  primary key (workspace_id, carrier_id, worker)
) with (fillfactor = 50);
call workspace_wall('carrier_states');

-- Senders belong to a connection; without one to the sandbox.
alter table senders add column carrier_id uuid; -- null: the sandbox
alter table senders drop column carrier;
-- An inbound text comes through a connection, and that is one workspace's: no address needs to be unique over all of them.
drop index senders_inbound;

-- Which connection a batch was handed to.
alter table dispatch_journal add column carrier_id uuid; -- null: the sandbox
