-- Senders, the ledger, the queue by lane, and the sandbox's handsets.

create table senders (
  workspace_id uuid not null,
  id uuid not null,
  address text not null collate "C",           -- E.164, short code, or up to 11 characters of name
  kind text not null,                          -- long_number, short_code, alphanumeric
  can_receive boolean not null,
  carrier text not null,                       -- sandbox, twilio, smpp
  is_default boolean not null default false,
  rate_per_second integer,                     -- texts handed over a second at most; null: the carrier's own limit
  created_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, address)
);
create unique index senders_default on senders (workspace_id) where is_default;
-- An inbound text is routed by the number it was sent to, so a receiving address is one workspace's. (On a sharded
-- database this is the one table that stays whole, as a reference table.)
create unique index senders_inbound on senders (address) where can_receive;
call workspace_wall('senders');

-- In the order of the road: a later status never gives way to an earlier one, and from delivered on nothing changes.
create type message_status as enum
  ('queued', 'submitted', 'sent', 'delivered', 'undelivered', 'failed', 'expired', 'skipped', 'cancelled', 'received');
create type message_class as enum ('transactional', 'marketing');

-- The ledger: one row an SMS. Partitioned by month on the time within id; create_message_partitions() keeps months ahead.
-- No foreign keys (a sharded partitioned table cannot add any) and no index on a column that a status changes, so that
-- both updates of a message's life are heap-only.
create table messages (
  workspace_id uuid not null,
  id uuid not null,                            -- UUIDv7; of a source's message: named by source, recipient, occurrence
  status message_status not null,
  class message_class,                         -- null: inbound
  encoding "char" not null,                    -- 7: GSM-7, u: UCS-2
  segments smallint not null,
  source_type text not null collate "C",       -- campaign, api, opt_out_confirmation, help, inbound …
  source_id uuid,
  contact_id uuid,
  sender_id uuid not null,
  number text not null collate "C",            -- the other party: E.164, or as given where it is no number
  text text not null,                          -- as rendered
  reason text,                                 -- skip reason, or why it was not delivered, in our words
  carrier text,                                -- set at hand-over
  carrier_reference text,
  carrier_error text,                          -- the carrier's code as it came
  submitted_at timestamptz,                    -- handed to the carrier
  sent_at timestamptz,                         -- accepted by it
  final_at timestamptz,                        -- delivered, undelivered, failed, expired, cancelled
  primary key (workspace_id, id)
) partition by range (id);
create index messages_source on messages (workspace_id, source_id, id) where source_id is not null;
create index messages_contact on messages (workspace_id, contact_id, id) where contact_id is not null;
call workspace_wall('messages');

-- The smallest UUIDv7 of an instant.
create function first_id_at(instant timestamptz) returns uuid language sql immutable parallel safe
  return (select (substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7000-8000-000000000000')::uuid
          from (select lpad(to_hex((extract(epoch from instant) * 1000)::bigint), 12, '0') as h) as time);

-- Makes the partitions of this month and the `ahead` next ones where they are missing.
create procedure create_message_partitions(ahead integer) language plpgsql as $$
declare
  month timestamptz;
begin
  for i in 0..ahead loop
    month := (date_trunc('month', now() at time zone 'UTC') + make_interval(months => i)) at time zone 'UTC';
    execute format(
      'create table if not exists %I partition of messages for values from (%L) to (%L) with (fillfactor = 50)',
      'messages_' || to_char(month at time zone 'UTC', 'YYYY_MM'),
      first_id_at(month), first_id_at((month at time zone 'UTC' + interval '1 month') at time zone 'UTC'));
  end loop;
end $$;
call create_message_partitions(3);

-- A lane is one sender of one workspace. One worker at a time holds it, so its rate is exact without a shared limiter.
create table lanes (
  workspace_id uuid not null,
  sender_id uuid not null,
  has_work boolean not null,                   -- cleared only while no sending transaction is open, see lanes-store.ts
  leased_by uuid,                              -- a worker's id of this run
  leased_until timestamptz,                    -- without leased_by: when it was served last
  next_at timestamptz,                         -- not before: pacing, and backing off after the carrier said so
  primary key (workspace_id, sender_id)
) with (fillfactor = 50);
create index lanes_work on lanes (leased_until) where has_work;
call workspace_wall('lanes');

-- What is to be handed over. Narrow, because what to send is in the ledger; a row goes when its message is settled.
create table message_queue (
  workspace_id uuid not null,
  sender_id uuid not null,
  priority smallint not null,                  -- 0 transactional and answers, 1 marketing, 9 set aside: nobody knows whether it went
  seq bigint generated always as identity,     -- first in, first out
  message_id uuid not null,
  period_start timestamptz not null,           -- the quota period that the segments were reserved in
  expires_at timestamptz not null,             -- not handed over after this
  consent_bit smallint,                        -- subscription_types.bit whose consent must still be there at hand-over
  primary key (workspace_id, sender_id, priority, seq)
);
call workspace_wall('message_queue');

-- A batch written down before the carrier is called. After a crash its messages are uncertain: the carrier is asked for
-- each by our reference before anything is sent again.
create table dispatch_journal (
  workspace_id uuid not null,
  sender_id uuid not null,
  id uuid not null,                            -- UUIDv7; its time is before the carrier was called
  seqs bigint[] not null,                      -- of message_queue
  primary key (workspace_id, sender_id, id)
);
call workspace_wall('dispatch_journal');

-- How many messages of a source entered a status, by minute: pages of figures read this, never the ledger.
create table message_counts (
  workspace_id uuid not null,
  source_type text not null collate "C",
  source_id uuid not null,
  minute timestamptz not null,
  -- A message_status; or opted_out: a STOP in answer to one; or, for what ended at hand-over and never was the network's,
  -- refused (failed) and lapsed (expired): failed and expired are what the network gave back.
  status text not null collate "C",
  reason text not null default '',
  n bigint not null,
  primary key (workspace_id, source_type, source_id, minute, status, reason)
) with (fillfactor = 50);
call workspace_wall('message_counts');

-- Inbound texts seen, by the carrier's own id: the same one twice is one message.
create table inbound_seen (
  workspace_id uuid not null,
  carrier text not null,
  carrier_reference text not null,
  message_id uuid not null,
  primary key (workspace_id, carrier, carrier_reference)
);
call workspace_wall('inbound_seen');

-- Answers already given to an Idempotency-Key, kept for 24 hours.
create table idempotency_keys (
  workspace_id uuid not null,
  key text not null,
  fingerprint text not null,                   -- of method, path and body
  answer jsonb not null,                       -- {status, body}
  created_at timestamptz not null,
  primary key (workspace_id, key)
);
call workspace_wall('idempotency_keys');

-- How a workspace has told handsets of the sandbox to behave. The same number is another handset in another workspace:
-- what one tries out must not change how another's texts fare.
create table sandbox_phones (
  workspace_id uuid not null,
  number text not null collate "C",
  behaviour text not null,
  error_code text,
  delay_ms integer,                            -- null: a moment
  primary key (workspace_id, number)
);
call workspace_wall('sandbox_phones');
-- The sandbox carrier: its own books, apart from the ledger, as a real carrier's are. Not tenant tables of ours.
create table sandbox_messages (
  phone text not null collate "C",             -- the handset
  id uuid not null,                            -- the carrier's reference: UUIDv7 of when it took the text
  outbound boolean not null,                   -- to the handset
  address text not null collate "C",           -- our sender
  text text not null,
  workspace_id uuid not null,
  message_id uuid,                             -- our reference
  primary key (phone, id)
);
-- Lookups after a crash ask for the last minutes. A block range index costs next to nothing on the way in.
create index sandbox_messages_recent on sandbox_messages using brin (id) with (pages_per_range = 32, autosummarize = on);
-- Receipts to come: one row for all of a batch that are due together.
create table sandbox_receipts (
  due timestamptz not null,
  id uuid not null,
  receipts json not null,
  primary key (due, id)
);
-- Written once, read once: compressing them would cost more than it saves.
alter table sandbox_receipts alter column receipts set storage external;

-- Mails that no relay took.
create table sandbox_mails (
  id uuid primary key,
  sender text not null,
  recipient text not null,
  subject text not null,
  text text not null,
  at timestamptz not null
);
create index sandbox_mails_recipient on sandbox_mails (lower(recipient), id);
