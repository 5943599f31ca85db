-- Names that look alike are one name. A list "Påske" could be made twice, once with "å" and once with "a" and a ring, or with a
-- zero-width space in it; whoever chose one had to guess.

-- What names are compared by: composed (NFC), in one case in every language (upper first, so that "ß" and "SS" are one), with one
-- blank where there is white space, and without what nobody sees. The characters are those of rules/blank.ts.
create function name_key(name text) returns text language sql immutable parallel safe as $$
select normalize(lower(upper(normalize(btrim(regexp_replace(
  translate(name,
    U&'\0009\000A\000B\000C\000D\0020\0085\00A0\1680\2000\2001\2002\2003\2004\2005\2006\2007\2008\2009\200A\2028\2029\202F\205F\3000\2800\3164\FFA0\115F\1160'
    || U&'\00AD\034F\061C\17B4\17B5\180B\180C\180D\180E\180F\200B\200C\200D\200E\200F\202A\202B\202C\202D\202E'
    || U&'\2060\2061\2062\2063\2064\2065\2066\2067\2068\2069\206A\206B\206C\206D\206E\206F\FEFF'
    || U&'\FE00\FE01\FE02\FE03\FE04\FE05\FE06\FE07\FE08\FE09\FE0A\FE0B\FE0C\FE0D\FE0E\FE0F\FFF0\FFF1\FFF2\FFF3\FFF4\FFF5\FFF6\FFF7\FFF8',
    repeat(' ', 30)),
  ' +', ' ', 'g')), NFC) collate "und-x-icu") collate "und-x-icu"), NFC)
$$;

-- Of those that look alike already the oldest keeps its name, the others get a number. Everything refers to them by id, so nothing
-- leads elsewhere; and left as they were, every look-up by name would find one of them by chance.
do $$
declare
  kind record;
  twin record;
  suffix text;
  free text;
  renamed integer;
begin
  for kind in select * from (values ('lists', 100), ('subscription_types', 100), ('carriers', 60)) as kinds (name, longest) loop
    for twin in execute format(
      'select workspace_id, id, name from (
         select *, row_number() over (partition by workspace_id, name_key(name) order by created_at, id) as place from %I
       ) named where place > 1 order by workspace_id, created_at, id', kind.name)
    loop
      for n in 2..1000000 loop
        suffix := format(' (%s)', n);
        free := left(twin.name, kind.longest - length(suffix)) || suffix;
        execute format('update %I set name = $3 where workspace_id = $1 and id = $2
          and not exists (select 1 from %1$I other where other.workspace_id = $1 and name_key(other.name) = name_key($3))', kind.name)
          using twin.workspace_id, twin.id, free;
        get diagnostics renamed = row_count;
        exit when renamed = 1;
      end loop;
    end loop;
  end loop;
end $$;

-- Stored, because an index on an expression is no use behind row-level security, see 0003. The indexes on lower(name) are left to
-- the processes of the version before.
alter table lists add column name_key text collate "C" not null generated always as (name_key(name)) stored;
create unique index lists_name_key on lists (workspace_id, name_key);
alter table subscription_types add column name_key text collate "C" not null generated always as (name_key(name)) stored;
create unique index subscription_types_name_key on subscription_types (workspace_id, name_key);
alter table carriers add column name_key text collate "C" not null generated always as (name_key(name)) stored;
create unique index carriers_name_key on carriers (workspace_id, name_key);

-- A sender that is a name; null: a number. No unique index: who has two that differ in case alone has registered both with a carrier,
-- and no other name may be put on the texts of one. New ones are compared as they are added, see numbers/senders.ts.
alter table senders add column name_key text collate "C"
  generated always as (case when kind = 'alphanumeric' then name_key(address) end) stored;

-- By its name as it is compared now.
create or replace function find_subscription_type(workspace uuid, ref text) returns setof subscription_types
  language plpgsql stable rows 1 as $$
begin
  return query
    select * from subscription_types t
    where t.workspace_id = workspace and (t.id::text = lower(ref) or t.key = lower(ref) or t.name_key = name_key(ref))
    order by (t.id::text = lower(ref)) desc, (t.key = lower(ref)) desc limit 1;
end $$;
