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
  created_at timestamptz not null,             -- the time within id, so that the primary key also sorts by it
  updated_at timestamptz not null,
  -- What a search compares with, "ola nordmann" and "nordmann ola". Stored, because an index on lower(…) is no use here:
  -- lower() is not leakproof, and behind row-level security only leakproof comparisons reach an index.
  name_key text collate "C" not null generated always as
    (lower(trim(coalesce(first_name, '') || ' ' || coalesce(last_name, '')) collate "und-x-icu")) stored,
  sort_key text collate "C" not null generated always as
    (lower(trim(coalesce(last_name, '') || ' ' || coalesce(first_name, '')) collate "und-x-icu")) stored,
  -- Who of an audience may be texted depends on four small columns and hardly ever on the number. Read in the order of
  -- list_members' keys, this index answers for a million contacts without a look at the table, which is five times slower.
  primary key (workspace_id, id) include (mobile_kind, phone_kind, marketing, sms_consents)
);
-- A mobile number is one contact. Imports find their contact by it, and audiences whoever has opted out: by the index alone.
create unique index contacts_mobile on contacts (workspace_id, mobile)
  include (id, mobile_kind, phone_kind, marketing, sms_consents) where mobile is not null;
-- Prefix search. Comparisons are leakproof, so they reach an index behind row-level security; LIKE and trigrams do not.
-- A prefix is a range: >= 'ola' and < 'ola' || U+10FFFF. Each index holds id, so that a broad prefix is read from the
-- index alone and cut down to the newest page there.
create index contacts_phone on contacts (workspace_id, phone, id) where phone is not null;
create index contacts_email on contacts (workspace_id, email, id) where email is not null;
create index contacts_name on contacts (workspace_id, name_key, id) where name_key <> '';
-- Also the order of the table by last name, so it holds the nameless too.
create index contacts_sort on contacts (workspace_id, sort_key, id);
-- A mobile number is one contact's, so in an audience only those who are reached by phone can share a number.
create index contacts_reached_by_phone on contacts (workspace_id, phone, id)
  include (mobile_kind, phone_kind, marketing, sms_consents)
  where phone_kind in ('mobile', 'other') and (mobile_kind is null or mobile_kind not in ('mobile', 'other'));
call workspace_wall('contacts');

create table lists (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  members bigint not null default 0,           -- kept by count_list_members()
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index lists_name on lists (workspace_id, lower(name));
call workspace_wall('lists');

-- No foreign keys: they are checked row by row, which was a third of an import's time. Whoever adds members locks the list
-- and the contacts first (for key share), whoever deletes either deletes its memberships in the same transaction.
create table list_members (
  workspace_id uuid not null,
  list_id uuid not null,
  contact_id uuid not null,
  primary key (workspace_id, list_id, contact_id)
);
create index list_members_contact on list_members (workspace_id, contact_id, list_id);
call workspace_wall('list_members');

-- Counting a million members takes a tenth of a second and a page shows fifty lists: so lists.members is kept, once a
-- statement. Lists are taken in the order of their ids, so that two statements wait for each other and don't deadlock.
create function count_list_members() returns trigger language plpgsql as $$
declare
  changed record;
begin
  for changed in
    select workspace_id, list_id, count(*) * case tg_op when 'INSERT' then 1 else -1 end as n
    from changed_members group by workspace_id, list_id order by workspace_id, list_id
  loop
    update lists set members = members + changed.n
    where workspace_id = changed.workspace_id and id = changed.list_id;
  end loop;
  return null;
end $$;
create trigger list_members_added after insert on list_members
  referencing new table as changed_members for each statement execute function count_list_members();
create trigger list_members_removed after delete on list_members
  referencing old table as changed_members for each statement execute function count_list_members();

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

-- The type that somebody means by its id, key or name, in any case.
create function find_subscription_type(workspace uuid, ref text) returns setof subscription_types
  language sql stable
  begin atomic
    select * from subscription_types
    where workspace_id = workspace and (id::text = lower(ref) or key = lower(ref) or lower(name) = lower(ref))
    order by (id::text = lower(ref)) desc, (key = lower(ref)) desc limit 1;
  end;

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

-- Makes contacts.sms_consents say what the ledger says about one type. The caller has locked the contacts' rows before it
-- wrote to the ledger: then no other transaction can add an event between this reading and the commit.
create function settle_sms_consents(workspace uuid, type_id uuid, contact_ids uuid[]) returns void language sql as $$
  update contacts c
  set sms_consents = case when latest.granted then c.sms_consents | type.mask else c.sms_consents & ~type.mask end
  from (select 1::bigint << bit as mask from subscription_types where workspace_id = workspace and id = type_id) type,
    unnest(contact_ids) as asked (id)
    cross join lateral (
      select e.granted from consent_events e
      where e.workspace_id = workspace and e.contact_id = asked.id and e.subscription_type_id = type_id
        and e.channel = 'sms'
      order by e.at desc, e.granted limit 1
    ) latest
  where c.workspace_id = workspace and c.id = asked.id and (c.sms_consents & type.mask <> 0) <> latest.granted
$$;

-- Writes down the SMS consents of imported rows. A consent with a date is written once for its source and date. One
-- without (at null) says "at some time until now": it cannot be known to be newer than a withdrawal, so it is written only
-- for a contact that never withdrew, and once for its source. `fresh` contacts were made by this import's transaction with
-- their bit set, so for them nothing is looked up. The caller has locked the others.
create function grant_imported_consents(
  workspace uuid, type_id uuid, contact_ids uuid[], fresh boolean[], ids uuid[], dates timestamptz[], sources text[],
  evidence text, recorded_at timestamptz, recorded_by text
) returns void language plpgsql as $$
begin
  insert into consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at,
    recorded_at, recorded_by)
  select workspace, given.id, given.contact_id, type_id, 'sms', true, given.source, grant_imported_consents.evidence,
    coalesce(given.at, grant_imported_consents.recorded_at), grant_imported_consents.recorded_at,
    grant_imported_consents.recorded_by
  from unnest(contact_ids, fresh, ids, dates, sources) as given (contact_id, fresh, id, at, source)
  where given.fresh or not exists (
    select from consent_events e
    where e.workspace_id = workspace and e.contact_id = given.contact_id and e.subscription_type_id = type_id
      and e.channel = 'sms'
      and case when given.at is null then not e.granted or e.source = given.source
          else e.granted and e.source = given.source and e.at = given.at end
  );
  if false = any (fresh) then
    perform settle_sms_consents(workspace, type_id,
      array(select given.id from unnest(contact_ids, fresh) as given (id, fresh) where not given.fresh));
  end if;
end $$;

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
  rows bigint not null default 0,              -- data rows read
  created bigint not null default 0,
  updated bigint not null default 0,
  unchanged bigint not null default 0,
  rejected bigint not null default 0,
  merged_to bigint not null default 0,         -- how far the merge is: where a killed import goes on
  prepared boolean not null default false,     -- staging rows are folded and indexed
  heard_at timestamptz,                        -- the process that receives or merges it was alive
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

-- Rows of imports under way, one table each, made and dropped by contacts/import-staging.ts. Without the wall, because COPY
-- FROM refuses tables behind it; the table's name holds the import's id. Logged, so that an import also goes on after
-- PostgreSQL itself was killed.
create schema staging;
