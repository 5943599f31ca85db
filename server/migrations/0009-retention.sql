-- How long things are kept, and forgetting a person. See docs/decisions/erasure.md and docs/self-hosting/privacy.md.

-- Per workspace; without a row everything is kept for ever.
create table retention_rules (
  workspace_id uuid primary key,
  text_months integer check (text_months >= 1),     -- months that message texts are kept; null: as long as their row
  ledger_months integer check (ledger_months >= 1), -- months that rows of the ledger are kept; null: for ever
  texts_to uuid,                               -- texts up to this message are gone: where a killed run goes on
  texts_gone_before timestamptz,               -- for pages: what is older has no text any more
  rows_gone_before timestamptz,                -- for pages: what is older has no row any more
  check (ledger_months >= text_months)
);
call workspace_wall('retention_rules');

-- Who was erased, as far as the law asks to know: that, when and by whom; and under a keyed hash of the number, so that
-- whoever comes with the number can be shown what they had consented to. What the work needs goes when it is done.
create table erasures (
  workspace_id uuid not null,
  id uuid not null,
  contact_id uuid not null,                    -- means nothing any more but to the consent ledger
  number_hashes text[] not null,               -- see kit/pseudonym.ts
  requested_at timestamptz not null,
  requested_by text not null,                  -- a person's or key's name
  began_in bigint not null,                    -- transaction: who began before its commit may still write about the contact
  numbers text[],                              -- null when done
  swept_to uuid,                               -- the ledger was looked through by number up to here
  messages bigint not null default 0,          -- texts that were made anonymous
  finished_at timestamptz,
  primary key (workspace_id, id)
);
create index erasures_open on erasures (requested_at) where finished_at is null;
call workspace_wall('erasures');

-- Append-only, but for an erasure: it takes the person out of the proof and leaves the proof.
create or replace function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and coalesce(current_setting('varsla.erasing', true), '') = 'on' then
    return new;
  end if;
  raise exception '% is append-only', tg_table_name;
end $$;

-- Who recorded a STOP or START by hand; null: the handset itself.
alter table opt_out_events add column recorded_by text;

-- Read once a day by age; a block range index costs next to nothing on the way in.
create index inbound_seen_age on inbound_seen using brin (message_id) with (pages_per_range = 32, autosummarize = on);

-- For messages of a month without a partition of its own: one that was dropped, or one that a wrong clock made up. None is
-- lost, and there are next to none, so that making a month next to it costs no time.
create table messages_other partition of messages default with (fillfactor = 50);

-- Makes the partitions of this month and the `ahead` next ones where they are missing. What came for such a month before
-- moves into it.
create or replace procedure create_message_partitions(ahead integer) language plpgsql as $$
declare
  month timestamp;
  name text;
  first uuid;
  past uuid;
begin
  for i in 0..ahead loop
    month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => i);
    name := 'messages_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(format('%I', name)) is not null;
    first := first_id_at(month at time zone 'UTC');
    past := first_id_at((month + interval '1 month') at time zone 'UTC');
    lock table messages in access exclusive mode;
    if not exists (select from messages_other where id >= first and id < past) then
      execute format('create table if not exists %I partition of messages for values from (%L) to (%L) with (fillfactor = 50)',
        name, first, past);
      continue;
    end if;
    create temp table early_messages on commit drop as select * from messages_other where id >= first and id < past;
    delete from messages_other where id >= first and id < past;
    execute format('create table %I partition of messages for values from (%L) to (%L) with (fillfactor = 50)',
      name, first, past);
    insert into messages select * from early_messages;
    drop table early_messages;
  end loop;
end $$;
