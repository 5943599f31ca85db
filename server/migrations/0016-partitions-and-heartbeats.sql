-- Partitions that come and go beside running traffic. A lock of the whole table that waits behind a reader (a backup holds
-- one on every table for hours) has everybody else wait behind itself: so each is waited for only a moment, and what could
-- not be done is done by a later call. Partitions are made long before anything is written into them.

-- What a new partition needs beyond what it takes from its parent, before it is attached; nothing so far.
create procedure apply_partition_policy(parent text, name text) language plpgsql as $$
begin
end $$;

-- Makes a partition apart and attaches it. Attaching lets everybody go on with the parent; what has to be had alone is the
-- default partition, where there is one. PostgreSQL then reads all of it, to see that none of its rows belongs into the new
-- partition, unless a validated constraint says so: `excluded_by` is the name of that constraint, which is dropped once the
-- partition is attached. Where it is null, rows within the bounds move, and the caller sees to it that the default partition
-- is small. `made` is false where somebody holds on to it.
create procedure add_partition(parent text, name text, bound_column text, first text, past text, options text, excluded_by text,
    inout made boolean)
  language plpgsql as $$
declare
  patience text := current_setting('lock_timeout');
  rest text := (select d.relname from pg_partitioned_table p join pg_class d on d.oid = p.partdefid
                where p.partrelid = to_regclass(quote_ident(parent)));
begin
  begin
    set local lock_timeout = '200ms';
    execute format('create table %I (like %I including defaults including constraints) %s', name, parent, options);
    call apply_partition_policy(parent, name);
    if rest is not null then
      execute format('lock table %I in share update exclusive mode', parent);
      execute format('lock table %I in access exclusive mode', rest);
      if excluded_by is null then
        execute format('insert into %I select * from %I where %I >= %L and %3$I < %5$L', name, rest, bound_column, first, past);
        execute format('delete from %I where %I >= %L and %2$I < %4$L', rest, bound_column, first, past);
      end if;
    end if;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, first, past);
    if excluded_by is not null then
      execute format('alter table %I drop constraint %I', rest, excluded_by);
    end if;
    made := true;
  exception when lock_not_available then
    made := false;
  end;
  perform set_config('lock_timeout', patience, true);
end $$;

-- Whether messages_other is read through, and what is in it moved, in a moment. Its rows are counted as well as its size
-- taken, because on a sharded database it has no size here.
create function few_other_messages() returns boolean language plpgsql stable as $$
declare
  most_moved constant integer := 10000;
begin
  return pg_relation_size('messages_other') <= 16 * 1024 * 1024
    and (select count(*) from (select 1 from messages_other limit most_moved + 1) other) <= most_moved;
end $$;

-- Months that messages_other takes no messages of, and from which day on: its constraints that are called so. They are there
-- between excluding a month and attaching it. `validated`: nor has it any from before.
create function excluded_message_months()
  returns table (constraint_name text, partition text, begins timestamptz, validated boolean) language plpgsql stable as $$
begin
  return query
    select c.conname::text, left(c.conname::text, 16), to_date(right(c.conname::text, 10), 'YYYY_MM_DD')::timestamp at time zone 'UTC',
      c.convalidated
    from pg_constraint c
    where c.conrelid = 'messages_other'::regclass and c.conname ~ '^messages_\d{4}_\d\d_from_\d{4}_\d\d_\d\d$';
end $$;

-- The first day of a month that may be excluded: a week ahead at least. Until the month is attached its messages are refused,
-- and a lock that attaching needs may be held for days.
create function first_excluded_day(month timestamp) returns timestamptz language plpgsql stable as $$
begin
  return greatest(month, date_trunc('day', now() at time zone 'UTC') + interval '8 days') at time zone 'UTC';
end $$;

-- Makes the partitions of this month and the `ahead` next ones where they are missing and a moment is enough, for nobody
-- reads the ledger meanwhile. What came for such a month before moves into it if messages_other is small. If not, the month is
-- attached once it is excluded and that is validated (see make-months.ts). `missing` tells how many could not be made now;
-- until a later call their messages go to messages_other, which is read and purged like the months.
drop procedure create_message_partitions(integer);
create procedure create_message_partitions(ahead integer, inout missing integer default 0) language plpgsql as $$
declare
  few boolean;
  month timestamp;
  begins timestamptz;
  ends timestamptz;
  name text;
  excluded record;
  made boolean;
begin
  -- One at a time: every process calls this as it starts.
  perform pg_advisory_xact_lock(hashtextextended('create_message_partitions', 0));
  missing := 0;
  few := few_other_messages(); -- before messages_other is locked
  for i in 0..ahead loop
    month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => i);
    name := 'messages_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(quote_ident(name)) is not null;
    ends := (month + interval '1 month') at time zone 'UTC';
    select * into excluded from excluded_message_months() x where x.partition = name;
    made := false;
    if excluded.validated or (excluded is null and few) then
      begins := coalesce(excluded.begins, month at time zone 'UTC');
      call add_partition('messages', name, 'id', first_id_at(begins)::text, first_id_at(ends)::text, 'with (fillfactor = 50)',
        excluded.constraint_name, made);
    elsif excluded is null then
      continue when first_excluded_day(month) >= ends; -- what is left of it stays in messages_other
    end if;
    continue when made;
    missing := missing + 1;
    if excluded.begins < now() + interval '1 day' then
      call readmit_message_month(excluded.constraint_name);
    end if;
  end loop;
end $$;

-- Has messages_other take messages of an excluded month again, unless somebody holds on to it.
create procedure readmit_message_month(constraint_name text) language plpgsql as $$
declare
  patience text := current_setting('lock_timeout');
begin
  begin
    set local lock_timeout = '200ms';
    execute format('alter table messages_other drop constraint %I', constraint_name);
  exception when lock_not_available then
    raise warning 'messages_other is held by another session, and takes no messages from % on before it lets go', right(constraint_name, 10);
  end;
  perform set_config('lock_timeout', patience, true);
end $$;

-- The months that are missing and can only be made once they are excluded. Reads messages_other through for each: a month
-- begins on the day after the last message that is there already.
create function message_months_to_exclude(ahead integer) returns table (partition text, begins timestamptz, ends timestamptz)
  language plpgsql stable as $$
declare
  month timestamp;
  latest uuid;
begin
  if few_other_messages() then
    return;
  end if;
  for i in 0..ahead loop
    month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => i);
    partition := 'messages_' || to_char(month, 'YYYY_MM');
    begins := first_excluded_day(month);
    ends := (month + interval '1 month') at time zone 'UTC';
    continue when begins >= ends or to_regclass(quote_ident(partition)) is not null
      or exists (select 1 from excluded_message_months() x where x.partition = message_months_to_exclude.partition);
    latest := (select id from messages_other where id >= first_id_at(begins) and id < first_id_at(ends) order by id desc limit 1);
    if latest is not null then
      begins := (date_trunc('day', to_timestamp(('x' || substr(replace(latest::text, '-', ''), 1, 12))::bit(48)::bigint / 1000.0)
        at time zone 'UTC') + interval '1 day') at time zone 'UTC';
    end if;
    continue when begins >= ends;
    return next;
  end loop;
end $$;

-- From now on messages_other takes no messages of that month, unless somebody holds on to it. Nothing is read.
create procedure exclude_message_month(partition text, begins timestamptz, ends timestamptz) language plpgsql as $$
declare
  patience text := current_setting('lock_timeout');
begin
  begin
    set local lock_timeout = '200ms';
    lock table messages_other in access exclusive mode;
    if to_regclass(quote_ident(partition)) is null
      and not exists (select 1 from excluded_message_months() x where x.partition = exclude_message_month.partition) then
      execute format('alter table messages_other add constraint %I check (id < %L or id >= %L) not valid',
        partition || '_from_' || to_char(begins at time zone 'UTC', 'YYYY_MM_DD'), first_id_at(begins), first_id_at(ends));
      raise warning '% begins at %: messages_other is too large to be moved beside running traffic', partition, begins;
    end if;
  exception when lock_not_available then
    null; -- a later call does it
  end;
  perform set_config('lock_timeout', patience, true);
end $$;

-- Reads messages_other through, beside everybody who reads and writes it, for a month that is excluded. In a transaction that
-- has locked it in no other way: a lock stays until the commit.
create procedure validate_excluded_month(constraint_name text) language plpgsql as $$
declare
  patience text := current_setting('lock_timeout');
begin
  begin
    set local lock_timeout = '5s';
    execute format('alter table messages_other validate constraint %I', constraint_name);
  exception
    when lock_not_available then
      null; -- a later call does it
    when undefined_object then
      null; -- readmitted meanwhile
    when check_violation then
      -- Of a clock that is days ahead: a later call excludes what is after it.
      call readmit_message_month(constraint_name);
  end;
  perform set_config('lock_timeout', patience, true);
end $$;

-- Makes the partitions of this week and the next two, and drops those that ended before `keep` ago. `missing` tells how many
-- could not be made now, `kept` how many not dropped: a later call does it. A reader does not keep a week from being made.
drop procedure turn_smpp_references(interval);
create procedure turn_smpp_references(keep interval, inout missing integer default 0, inout kept integer default 0)
  language plpgsql as $$
declare
  patience text := current_setting('lock_timeout');
  week timestamp;
  name text;
  made boolean;
  old record;
begin
  -- One at a time: every process calls this as it starts.
  perform pg_advisory_xact_lock(hashtextextended('turn_smpp_references', 0));
  missing := 0;
  kept := 0;
  for i in 0..2 loop
    week := date_trunc('week', now() at time zone 'UTC') + make_interval(weeks => i);
    name := 'smpp_references_' || to_char(week, 'YYYY_MM_DD');
    continue when to_regclass(quote_ident(name)) is not null;
    call add_partition('smpp_references', name, 'at', (week at time zone 'UTC')::text,
      ((week + interval '1 week') at time zone 'UTC')::text, '', null, made);
    if not made then
      missing := missing + 1;
    end if;
  end loop;
  for old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'smpp_references'::regclass and c.relname ~ '^smpp_references_\d{4}_\d\d_\d\d$'
      and (to_timestamp(right(c.relname, 10), 'YYYY_MM_DD')::timestamp + interval '1 week') at time zone 'UTC' < now() - keep
    order by c.relname
  loop
    begin
      set local lock_timeout = '200ms';
      execute format('drop table %I', old.relname);
    exception when lock_not_available then
      kept := kept + 1;
      exit; -- whoever holds one holds them all
    end;
  end loop;
  perform set_config('lock_timeout', patience, true);
end $$;
call turn_smpp_references('18 days');

-- Who is at work on what, said every few seconds while the work goes on; see kit/heartbeat.ts. A table of its own, because
-- the work holds the row of what it works on for as long as one of its transactions takes.
create table heartbeats (
  workspace_id uuid not null,
  id uuid not null,                            -- of a campaign that is being prepared, of an import
  heard_at timestamptz not null,               -- by the database's clock
  primary key (workspace_id, id)
) with (fillfactor = 50);
call workspace_wall('heartbeats');
