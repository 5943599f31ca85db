-- How many of each kind a list has.
--
-- What keeps somebody from a text is mostly known from a few columns that nearly everybody shares, so a list of a million is a
-- dozen kinds. The figures are kept as differences, each with the change that it comes from: added up they are exact in every
-- snapshot, and whoever changes contacts waits for nobody.

create table list_kinds (
  workspace_id uuid not null,
  list_id uuid not null,
  id uuid not null,
  mobile_kind number_kind,                     -- as in contacts, like the three that follow
  phone_kind number_kind,
  marketing boolean not null,
  sms_consents bigint not null,
  n bigint not null,                           -- so many more members; fewer where it is negative
  primary key (workspace_id, list_id, id)
);
call workspace_wall('list_kinds');

-- False until a job has counted the members that are older than list_kinds, see contacts/list-kinds.ts: for a million that takes
-- seconds, in which nobody could change contacts here.
alter table lists add column kinds_known boolean not null default true;
update lists set kinds_known = false where members > 0;

-- Contacts are held before their kinds are counted: this and a change of a contact don't see each other while both are under way,
-- and so one of them waits and sees the other. What the same transaction has written nobody else can change.
create or replace function count_list_members() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  changed record;
begin
  for changed in
    select workspace_id, list_id, case tg_op when 'INSERT' then 1 else -1 end as sign, array_agg(contact_id order by contact_id) as ids
    from changed_members group by workspace_id, list_id order by workspace_id, list_id
  loop
    -- Of a list that is being deleted nothing is counted any more.
    continue when not exists (select 1 from lists where workspace_id = changed.workspace_id and id = changed.list_id);
    perform 1 from contacts
    where workspace_id = changed.workspace_id and id = any (changed.ids) and xmin <> pg_current_xact_id()::xid
    order by id for share;
    insert into list_kinds as known (workspace_id, list_id, id, mobile_kind, phone_kind, marketing, sms_consents, n)
    select changed.workspace_id, changed.list_id, gen_random_uuid(), c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents,
      changed.sign * count(*)
    from contacts c where c.workspace_id = changed.workspace_id and c.id = any (changed.ids)
    group by c.mobile_kind, c.phone_kind, c.marketing, c.sms_consents;
    update lists set members = members + changed.sign * cardinality(changed.ids)
    where workspace_id = changed.workspace_id and id = changed.list_id;
  end loop;
  return null;
end $$;

-- Adds what contacts are now (1), or are no longer (-1), to the figures of the lists that they are on.
create procedure add_list_kinds(
  workspace uuid, ids uuid[], mobile_kinds number_kind[], phone_kinds number_kind[], marketings boolean[], consents bigint[],
  signs integer[]
) language plpgsql set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
begin
  insert into list_kinds as known (workspace_id, list_id, id, mobile_kind, phone_kind, marketing, sms_consents, n)
  select workspace, m.list_id, gen_random_uuid(), k.mobile_kind, k.phone_kind, k.marketing, k.sms_consents, sum(k.sign)
  from unnest(ids, mobile_kinds, phone_kinds, marketings, consents, signs)
    as k (id, mobile_kind, phone_kind, marketing, sms_consents, sign)
  join list_members m on m.workspace_id = workspace and m.contact_id = k.id
  group by m.list_id, k.mobile_kind, k.phone_kind, k.marketing, k.sms_consents
  having sum(k.sign) <> 0;
end $$;

-- Sorted instead of joined, since a plan for one contact would be kept for ten thousand.
create function count_changed_kinds() returns trigger language plpgsql as $$
declare
  changed record;
begin
  for changed in
    select k.workspace_id, array_agg(k.id) as ids, array_agg(k.mobile_kind) as mobile_kinds,
      array_agg(k.phone_kind) as phone_kinds, array_agg(k.marketing) as marketings, array_agg(k.sms_consents) as consents,
      array_agg(k.sign) as signs
    from (
      select workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents, sum(sign)::integer as sign
      from (
        select workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents, -1 as sign from old_contacts
        union all
        select workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents, 1 from new_contacts
      ) each_contact
      group by workspace_id, id, mobile_kind, phone_kind, marketing, sms_consents having sum(sign) <> 0
    ) k group by k.workspace_id
  loop
    call add_list_kinds(changed.workspace_id, changed.ids, changed.mobile_kinds, changed.phone_kinds, changed.marketings,
      changed.consents, changed.signs);
  end loop;
  return null;
end $$;

-- Memberships go first where a contact is deleted; should any be left, they count no more.
create function count_gone_kinds() returns trigger language plpgsql as $$
declare
  gone record;
begin
  for gone in
    select workspace_id, array_agg(id) as ids, array_agg(mobile_kind) as mobile_kinds, array_agg(phone_kind) as phone_kinds,
      array_agg(marketing) as marketings, array_agg(sms_consents) as consents, array_agg(-1) as signs
    from old_contacts group by workspace_id
  loop
    call add_list_kinds(gone.workspace_id, gone.ids, gone.mobile_kinds, gone.phone_kinds, gone.marketings, gone.consents, gone.signs);
  end loop;
  return null;
end $$;

create trigger contacts_kinds_changed after update on contacts
  referencing old table as old_contacts new table as new_contacts for each statement execute function count_changed_kinds();
create trigger contacts_kinds_gone after delete on contacts
  referencing old table as old_contacts for each statement execute function count_gone_kinds();

-- Processes of the version before work on beside this, and their role fires the triggers too.
do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
