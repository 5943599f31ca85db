-- Words anywhere in names, and digits anywhere in e-mail addresses.
--
-- contacts_name and contacts_sort find whoever's first or last name begins with a word, which is all words of most people. Only
-- names of more words, like "Anne Marie Berg" and "von Königsmarck", have theirs kept apart, so that the others cost nothing
-- here. Accents cost nothing at all: a search looks for the spellings that there are, see spellings().

-- A name in lower case as words with a space before each: the separators of rules/name-words.ts are spaces here. Most names have
-- no other than spaces, and translate() compares each character with each of the separators.
create function name_words(name text) returns text language sql immutable parallel safe
  return ' ' || case
    when name ~ U&'[-\0009\00a0\2002\2003\2009\202f\3000\2010\2011\2012\2013\2014''\2019.,;:/&+()"\00ab\00bb\201c\201d\201e]'
    then translate(name,
      U&'\0009\00a0\2002\2003\2009\202f\3000-\2010\2011\2012\2013\2014''\2019.,;:/&+()"\00ab\00bb\201c\201d\201e',
      '                              ')
    else name end;

-- Whether each word of a name begins name_key or sort_key: one word, or a first and a last name of one word each.
create function is_plain_name(name_key text, sort_key text) returns boolean language sql immutable parallel safe
  return case length(name_key) - length(replace(name_words(name_key), ' ', ''))
    when 0 then true when 1 then name_key <> sort_key and strpos(name_key, ' ') > 0 else false end;

-- Kept by the triggers below, whoever writes the contacts: all words of names that are not plain. A word has at most as many
-- characters as a name.
create table contact_words (
  workspace_id uuid not null,
  word text not null collate "C",              -- of the contact's name, lower-cased like name_key
  contact_id uuid not null,
  name text not null collate "C",              -- name_words(name_key): who has several words is told by the index alone
  primary key (workspace_id, word, contact_id) include (name)
);
call workspace_wall('contact_words');

-- Digits of e-mail addresses: each run of two or more. By their number first, because what stands within a run is found by what
-- may stand before it, see contacts/search-digits.ts; there is less of that in short ones.
create table email_digits (
  workspace_id uuid not null,
  length smallint not null,                    -- how many digits
  digits text not null collate "C",
  contact_id uuid not null,
  first boolean not null,                      -- the address has none before it, so that of these each is another contact's
  primary key (workspace_id, length, digits, contact_id) include (first)
);
call workspace_wall('email_digits');

-- Adds the words and digits of contacts of a workspace. Given as arrays: on a sharded database that goes to one place.
create function index_contacts(workspace uuid, ids uuid[], name_keys text[], emails text[]) returns void language plpgsql as $$
begin
  insert into contact_words as known (workspace_id, word, contact_id, name)
  select w.workspace_id, f.word, f.id, f.name from workspaces w, (
    select distinct each.word, n.id, n.name from (
      select id, name_words(name_key) as name from unnest(ids, name_keys) as c (id, name_key) where name_key is not null) n,
      unnest(string_to_array(n.name, ' ')) as each (word)
    where each.word <> '' order by 1, 2) f
  where w.workspace_id = workspace
  on conflict do nothing;
  insert into email_digits as known (workspace_id, length, digits, contact_id, first)
  select w.workspace_id, length(f.digits), f.digits, f.id, f.first from workspaces w, (
    select distinct on (length(runs.run[1]), runs.run[1], c.id) runs.run[1] as digits, c.id, runs.place = 1 as first
    from unnest(ids, emails) as c (id, email),
      regexp_matches(c.email, '[0-9]{2,15}', 'g') with ordinality as runs (run, place)
    where c.email is not null order by length(runs.run[1]), runs.run[1], c.id, runs.place) f
  where w.workspace_id = workspace
  on conflict do nothing;
end $$;

-- Contacts that are not gone through yet, by a job, see contacts/index-contacts.ts: those older than these tables, because here it
-- would take too long, and whoever changes names meanwhile would wait; and those that came by the thousand, because an import
-- would take a third longer.
create table unindexed_contacts (
  workspace_id uuid not null,
  from_contact uuid not null,
  to_contact uuid not null,
  primary key (workspace_id, from_contact)
);
call workspace_wall('unindexed_contacts');
insert into unindexed_contacts
select workspace_id, '00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff' from workspaces;

-- Once a statement: few are gone through at once, many later.
create function index_added_contacts() returns trigger language plpgsql as $$
declare
  many constant integer := 1000;
  are_many boolean := exists (select 1 from added_contacts offset many);
  added record;
begin
  for added in select distinct workspace_id from added_contacts loop
    if are_many then
      insert into unindexed_contacts as known (workspace_id, from_contact, to_contact)
      select w.workspace_id,
        (select id from added_contacts c where c.workspace_id = added.workspace_id order by id limit 1),
        (select id from added_contacts c where c.workspace_id = added.workspace_id order by id desc limit 1)
      from workspaces w where w.workspace_id = added.workspace_id
      on conflict (workspace_id, from_contact) do update set to_contact = greatest(known.to_contact, excluded.to_contact);
    else
      perform index_contacts(added.workspace_id,
        array(select id from added_contacts c where c.workspace_id = added.workspace_id order by id),
        array(select case when not is_plain_name(name_key, sort_key) then name_key end
          from added_contacts c where c.workspace_id = added.workspace_id order by id),
        array(select email from added_contacts c where c.workspace_id = added.workspace_id order by id));
    end if;
  end loop;
  return null;
end $$;

-- Names and addresses seldom change, so this is called a row at a time and costs the others a comparison. Without sequential
-- scans, because a plan made while a workspace had few words outlives that.
create function index_changed_contact() returns trigger language plpgsql set enable_seqscan = off as $$
begin
  if not is_plain_name(old.name_key, old.sort_key) then
    delete from contact_words where workspace_id = old.workspace_id and contact_id = old.id
      and word = any (string_to_array(name_words(old.name_key), ' '));
  end if;
  if old.email ~ '[0-9][0-9]' then
    delete from email_digits d using regexp_matches(old.email, '[0-9]{2,15}', 'g') as runs (run)
    where d.workspace_id = old.workspace_id and d.length = length(runs.run[1]) and d.digits = runs.run[1] and d.contact_id = old.id;
  end if;
  if tg_op = 'UPDATE' then
    perform index_contacts(new.workspace_id, array[new.id],
      array[case when not is_plain_name(new.name_key, new.sort_key) then new.name_key end], array[new.email]);
  end if;
  return null;
end $$;

create trigger contacts_added after insert on contacts
  referencing new table as added_contacts for each statement execute function index_added_contacts();
create trigger contacts_changed after update on contacts for each row
  when (old.name_key <> new.name_key or old.sort_key <> new.sort_key or old.email is distinct from new.email)
  execute function index_changed_contact();
create trigger contacts_removed after delete on contacts for each row
  when (not is_plain_name(old.name_key, old.sort_key) or old.email ~ '[0-9][0-9]') execute function index_changed_contact();

-- The beginnings of words in names, of a workspace, that read `wanted` once they are folded: of "ase" those of "ase", "åse" and
-- "äse" that there are. `folds` says what the characters that are not their own fold are folded to. It steps through what stands
-- in the indexes, character by character: a word of seven letters takes a hundred looks or so, each at one row, whatever the number of
-- contacts. Names that were made to have more spellings than `most` looks find are not all found.
create function spellings(workspace uuid, wanted text, folds jsonb) returns setof text
  language plpgsql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
declare
  most constant integer := 2000;
  last constant text := U&'\+10FFFF';
  beginnings text[] := array[''];
  rests text[] := array[wanted];
  beginning text;
  rest text;
  low text collate "C";
  found_key text collate "C";
  next_character text;
  folded text;
  n integer := 0;
begin
  while n < least(cardinality(beginnings), most) loop
    n := n + 1;
    beginning := beginnings[n];
    rest := rests[n];
    low := beginning;
    -- First whether there are any such words, then what comes next in them beyond ASCII.
    loop
      select least(
        (select name_key from contacts where workspace_id = workspace and name_key <> ''
           and name_key >= low and name_key < beginning || last order by name_key limit 1),
        (select sort_key from contacts where workspace_id = workspace
           and sort_key >= low and sort_key < beginning || last order by sort_key limit 1),
        (select word from contact_words where workspace_id = workspace
           and word >= low and word < beginning || last order by word limit 1)) into found_key;
      exit when found_key is null;
      if low = beginning then
        if rest = '' then
          return next beginning;
          exit;
        end if;
        beginnings := beginnings || (beginning || left(rest, 1));
        rests := rests || substr(rest, 2);
        low := beginning || U&'\0080';
        continue when found_key < low;
      end if;
      next_character := substr(found_key, length(beginning) + 1, 1);
      exit when next_character = '' or next_character = last;
      folded := folds ->> next_character;
      if starts_with(rest, folded) then
        beginnings := beginnings || (beginning || next_character);
        rests := rests || substr(rest, length(folded) + 1);
      elsif starts_with(folded, rest) then
        beginnings := beginnings || (beginning || next_character);
        rests := rests || ''::text;
      end if;
      -- Between U+D7FF and U+E000 there are no characters.
      low := beginning || case next_character when U&'\D7FF' then U&'\E000' else chr(ascii(next_character) + 1) end;
    end loop;
  end loop;
end $$;

-- The first words of a key of contacts that begin so, each once, up to one more than `most`: of "an" those of "anders berg" and
-- "anne lie", without the rest. Few however many contacts there are, and what follows each of them is a range.
create function first_words(workspace uuid, column_name text, beginning text, most integer) returns setof text
  language plpgsql stable set enable_seqscan = off set enable_bitmapscan = off set enable_sort = off as $$
declare
  low text collate "C" := beginning;
  high constant text := beginning || U&'\+10FFFF';
  found_key text collate "C";
  word text;
begin
  for n in 0 .. most loop
    if column_name = 'name_key' then
      select name_key into found_key from contacts where workspace_id = workspace and name_key <> ''
        and name_key >= low and name_key < high order by name_key limit 1;
    else
      select sort_key into found_key from contacts where workspace_id = workspace
        and sort_key >= low and sort_key < high order by sort_key limit 1;
    end if;
    exit when found_key is null;
    word := split_part(found_key, ' ', 1);
    return next word;
    low := word || '!'; -- what comes behind the space
  end loop;
end $$;

-- Text as rules/folding.ts has it, for names of which there are few.
create function fold(name text) returns text language sql immutable parallel safe
  return case when octet_length(name) = length(name) then lower(name collate "und-x-icu") else
    normalize(translate(replace(replace(replace(replace(regexp_replace(
      lower(normalize(name, NFKD) collate "und-x-icu"), U&'[\00AD\0300-\036F\0485\0486\0600-\0605\061C\064B-\0655\0670\06DD\070F\0890\0891\08E2\0951-\0954\180E\1AB0-\1ADD\1AE0-\1AEB\1CD0-\1CD2\1CD4-\1CE0\1CE2-\1CE8\1CED\1CF4\1CF8\1CF9\1DC0-\1DFF\200B-\200F\202A-\202E\2060-\2064\2066-\206F\20D0-\20F0\302A-\302D\3099\309A\FE00-\FE0F\FE20-\FE2D\FEFF\FFF9-\FFFB\+0101FD\+0102E0\+0110BD\+0110CD\+01133B\+013430-\+01343F\+01BCA0-\+01BCA3\+01CF00-\+01CF2D\+01CF30-\+01CF46\+01D167-\+01D169\+01D173-\+01D182\+01D185-\+01D18B\+01D1AA-\+01D1AD\+0E0001\+0E0020-\+0E007F\+0E0100-\+0E01EF]', '', 'g'),
      'æ', 'ae'), 'œ', 'oe'), 'ß', 'ss'), 'þ', 'th'), 'øđðłħŧŋıĸς', 'oddlhtnikσ'), NFC) end;

-- Processes of the version before work on beside this, and their role fires the triggers too.
do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
