-- SMPP: what its providers' ids belong to, receipts that came too early, and the parts of long texts from handsets.

-- Receipts name the provider's id only. Written in bulk with each hand-over, read when a receipt comes to a process that did
-- not hand the text over, and dropped by the week.
create table smpp_references (
  workspace_id uuid not null,
  carrier_id uuid not null,
  id text not null collate "C",                -- the provider's, as receipts are compared: see smpp-receipt.ts
  message_id uuid not null,
  ids text[],                                  -- of all parts; null: the text has one
  status text,                                 -- what became of the part, once a receipt said so; only where there are several
  code text,
  reason text,
  at timestamptz not null default now(),       -- the database's clock: partitions are made by it
  primary key (workspace_id, carrier_id, id, at) -- a provider may begin anew with its ids; the later one counts
) partition by range (at);
-- Lookups after a crash ask for the last minutes. A block range index costs next to nothing on the way in.
create index smpp_references_at on smpp_references using brin (at) with (pages_per_range = 32, autosummarize = on);
call workspace_wall('smpp_references');

-- Makes the partitions of this week and the next, and drops those that ended before `keep` ago.
create procedure turn_smpp_references(keep interval) language plpgsql as $$
declare
  week timestamp;
  old record;
begin
  -- One at a time: every worker calls this.
  perform pg_advisory_xact_lock(hashtextextended('turn_smpp_references', 0));
  for i in 0..1 loop
    week := date_trunc('week', now() at time zone 'UTC') + make_interval(weeks => i);
    continue when to_regclass('smpp_references_' || to_char(week, 'YYYY_MM_DD')) is not null;
    execute format('create table %I partition of smpp_references for values from (%L) to (%L)',
      'smpp_references_' || to_char(week, 'YYYY_MM_DD'), week at time zone 'UTC', (week + interval '1 week') at time zone 'UTC');
  end loop;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'smpp_references'::regclass and c.relname ~ '^smpp_references_\d{4}_\d\d_\d\d$'
      and (to_timestamp(right(c.relname, 10), 'YYYY_MM_DD')::timestamp + interval '1 week') at time zone 'UTC' < now() - keep
  loop
    execute format('drop table %I', old.relname);
  end loop;
end $$;
call turn_smpp_references('10 days');

-- Receipts whose id nobody knows yet: they came before the answer to their submit_sm was written down.
create table smpp_early_receipts (
  workspace_id uuid not null,
  carrier_id uuid not null,
  id text not null collate "C",                -- as in smpp_references
  status text not null,
  code text,
  reason text,
  at timestamptz not null default now(),
  primary key (workspace_id, carrier_id, id)
);
create index smpp_early_receipts_at on smpp_early_receipts (at);
call workspace_wall('smpp_early_receipts');

-- Parts of long texts from handsets: they come one by one, through any connection and worker. Kept for a while after the
-- text is whole, so that a part that comes again is known.
create table smpp_parts (
  workspace_id uuid not null,
  carrier_id uuid not null,
  text_key text not null collate "C",          -- who wrote to whom, and the reference in the header
  digest bytea not null,                       -- of the whole deliver_sm: the same one twice is one part
  number smallint not null,                    -- 1 to total
  total smallint not null,
  sender text not null,
  recipient text not null,
  coding smallint not null,                    -- data_coding
  octets bytea not null,                       -- without the header
  done boolean not null default false,         -- the text went on
  at timestamptz not null default now(),
  primary key (workspace_id, carrier_id, text_key, digest)
);
create index smpp_parts_at on smpp_parts (at);
call workspace_wall('smpp_parts');
