-- Partitions that come and go beside running traffic. A lock of the whole table that waits behind a reader (a backup holds
-- one on every table for hours) has everybody else wait behind itself: so each is waited for only a moment, and what could
-- not be done is done by a later call. Partitions are made long before anything is written into them.

-- What a new partition needs beyond what it takes from its parent, before it is attached; nothing so far.
create procedure wall_partition(parent text, name text) language plpgsql as $$
begin
end $$;

-- Makes a partition apart and attaches it. Attaching lets everybody go on with the parent; what has to be had alone is the
-- default partition, where there is one, whose rows within the bounds move: whoever calls sees to it that they are few. `made` is
-- false where somebody holds on to it.
create procedure add_partition(parent text, name text, bound_column text, first text, past text, options text, inout made boolean)
  language plpgsql as $$
declare
  patience text := current_setting('lock_timeout');
  rest text := (select d.relname from pg_partitioned_table p join pg_class d on d.oid = p.partdefid
                where p.partrelid = to_regclass(quote_ident(parent)));
begin
  begin
    set local lock_timeout = '200ms';
    execute format('create table %I (like %I including defaults including constraints) %s', name, parent, options);
    call wall_partition(parent, name);
    if rest is not null then
      execute format('lock table %I in share update exclusive mode', parent);
      execute format('lock table %I in access exclusive mode', rest);
      execute format('insert into %I select * from %I where %I >= %L and %3$I < %5$L', name, rest, bound_column, first, past);
      execute format('delete from %I where %I >= %L and %2$I < %4$L', rest, bound_column, first, past);
    end if;
    execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, first, past);
    made := true;
  exception when lock_not_available then
    made := false;
  end;
  perform set_config('lock_timeout', patience, true);
end $$;

-- Makes the partitions of this month and the `ahead` next ones where they are missing. What came for such a month before
-- moves into it, as long as it is moved in a moment, for nobody reads the ledger meanwhile: where it is more, the month begins at
-- the next full hour, and what came before stays in messages_other, which is read and retired like the months.
-- `missing` tells how many could not be made now; until a later call their messages go to messages_other.
drop procedure create_message_partitions(integer);
create procedure create_message_partitions(ahead integer, inout missing integer default 0) language plpgsql as $$
declare
  most_moved constant integer := 10000;
  month timestamp;
  begins timestamptz;
  ends timestamptz;
  name text;
  made boolean;
begin
  -- One at a time: every process calls this as it starts.
  perform pg_advisory_xact_lock(hashtextextended('create_message_partitions', 0));
  missing := 0;
  for i in 0..ahead loop
    month := date_trunc('month', now() at time zone 'UTC') + make_interval(months => i);
    name := 'messages_' || to_char(month, 'YYYY_MM');
    continue when to_regclass(quote_ident(name)) is not null;
    begins := month at time zone 'UTC';
    ends := (month + interval '1 month') at time zone 'UTC';
    if (select count(*) from (select 1 from messages_other where id >= first_id_at(begins) and id < first_id_at(ends)
        limit most_moved + 1) moved) > most_moved then
      begins := greatest(begins, date_trunc('hour', now()) + interval '1 hour');
      continue when begins >= ends;
      raise warning '% begins at %: what came for it before is too much to be moved beside running traffic', name, begins;
    end if;
    call add_partition('messages', name, 'id', first_id_at(begins)::text, first_id_at(ends)::text, 'with (fillfactor = 50)', made);
    if not made then
      missing := missing + 1;
    end if;
  end loop;
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
      ((week + interval '1 week') at time zone 'UTC')::text, '', made);
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
