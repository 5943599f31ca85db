-- Contacts, lists, consent and opt-outs.

-- What a number can be used for, by its country's numbering plan.
create type number_kind as enum ('mobile', 'landline', 'premium', 'short', 'other');

create table contacts (
  workspace_id uuid not null,
  id uuid not null,                            -- UUIDv7
  mobile text collate "C",                     -- E.164
  mobile_kind number_kind,
  phone text collate "C",                      -- E.164; used where there is no usable mobile
  phone_kind number_kind,
  email text collate "C",                      -- lower case
  first_name text,
  last_name text,
  locale text,                                 -- BCP 47
  time_zone text,                              -- IANA; null: the workspace's
  marketing boolean not null default true,     -- may be reached by marketing at all
  sms_consents bigint not null default 0,      -- bit n: SMS consent in force to the subscription type with bit n
  properties jsonb not null default '{}',
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
-- A mobile number is one contact. Imports find their contact by it.
create unique index contacts_mobile on contacts (workspace_id, mobile) where mobile is not null;
create index contacts_phone on contacts (workspace_id, phone) where phone is not null;
create index contacts_email on contacts (workspace_id, email) where email is not null;
-- Prefix search. Only comparison operators are leakproof, so only they can use an index behind row-level security:
-- names are found by range (>= 'ola' and < 'olb'), not by LIKE or trigrams.
create index contacts_first_name on contacts (workspace_id, (lower(first_name)) collate "C") where first_name is not null;
create index contacts_last_name on contacts (workspace_id, (lower(last_name)) collate "C") where last_name is not null;
call workspace_wall('contacts');

create table lists (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index lists_name on lists (workspace_id, lower(name));
call workspace_wall('lists');

create table list_members (
  workspace_id uuid not null,
  list_id uuid not null,
  contact_id uuid not null,
  primary key (workspace_id, list_id, contact_id),
  foreign key (workspace_id, list_id) references lists on delete cascade,
  foreign key (workspace_id, contact_id) references contacts on delete cascade
);
create index list_members_contact on list_members (workspace_id, contact_id);
call workspace_wall('list_members');

-- What one can consent to. `bit` is the type's place in contacts.sms_consents.
create table subscription_types (
  workspace_id uuid not null,
  id uuid not null,
  key text not null,                           -- stable, for code: marketing, event_info, transactional
  name text not null,
  needs_consent boolean not null,
  bit smallint not null check (bit between 0 and 62),
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, key),
  unique (workspace_id, bit)
);
create unique index subscription_types_name on subscription_types (workspace_id, lower(name));
call workspace_wall('subscription_types');

-- The proof. Append-only: a trigger refuses update and delete. The event with the latest `at` is in force (of two at the
-- same instant the withdrawal); contacts.sms_consents follows in the same transaction. Events outlive their contact.
create table consent_events (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,
  subscription_type_id uuid not null,
  channel text not null,                       -- sms, email
  granted boolean not null,
  source text not null,
  evidence text,
  at timestamptz not null,                     -- when it happened, as told
  recorded_at timestamptz not null,
  recorded_by text not null,                   -- a person's or key's name, or import
  primary key (workspace_id, contact_id, id)
);
call workspace_wall('consent_events');

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name;
end $$;
create trigger consent_events_append_only before update or delete on consent_events
  for each row execute function refuse_change();

-- STOP in force. A marketing text is stopped by any row of its number; a transactional one by a row of its own sender or
-- by one of the whole workspace (sender_id all zeros).
create table opt_outs (
  workspace_id uuid not null,
  number text not null collate "C",            -- E.164
  sender_id uuid not null,
  at timestamptz not null,
  source text not null,                        -- sms, api, web, import
  evidence text,                               -- the words that were received
  primary key (workspace_id, number, sender_id)
);
call workspace_wall('opt_outs');

-- Every STOP and START, append-only, for the timeline and as proof.
create table opt_out_events (
  workspace_id uuid not null,
  number text not null collate "C",
  id uuid not null,
  sender_id uuid not null,
  opted_out boolean not null,                  -- false: START
  source text not null,
  evidence text,
  at timestamptz not null,
  primary key (workspace_id, number, id)
);
call workspace_wall('opt_out_events');
create trigger opt_out_events_append_only before update or delete on opt_out_events
  for each row execute function refuse_change();

create table imports (
  workspace_id uuid not null,
  id uuid not null,
  status text not null,                        -- receiving, running, done, failed
  file_name text,
  options jsonb not null,                      -- list, subscription type, consent source and date, mapping
  rows bigint not null default 0,
  created bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  rejected bigint not null default 0,
  merged_to bigint not null default 0,         -- staging rows up to here are merged: where a killed import goes on
  error jsonb,
  created_by text not null,
  created_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
call workspace_wall('imports');

create table import_rejections (
  workspace_id uuid not null,
  import_id uuid not null,
  row bigint not null,                         -- 1 is the first row of data
  reason text not null,
  value text,
  line text[] not null,                        -- the row as it stood
  primary key (workspace_id, import_id, row)
);
call workspace_wall('import_rejections');
