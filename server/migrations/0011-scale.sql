-- For ledgers and workspaces by the thousand, and for databases of many nodes.

-- Citus plans a statement with its arguments known where the function is PL/pgSQL; of SQL functions it refuses parameters
-- that reach a sharded table. The arguments of each call also make better plans here: how many contacts there are decides.
drop function find_subscription_type(uuid, text);
create function find_subscription_type(workspace uuid, ref text) returns setof subscription_types
  language plpgsql stable rows 1 as $$
begin
  return query
    select * from subscription_types
    where workspace_id = workspace and (id::text = lower(ref) or key = lower(ref) or lower(name) = lower(ref))
    order by (id::text = lower(ref)) desc, (key = lower(ref)) desc limit 1;
end $$;

create or replace function settle_sms_consents(workspace uuid, type_id uuid, contact_ids uuid[]) returns void
  language plpgsql set plan_cache_mode = force_custom_plan as $$
begin
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
  where c.workspace_id = workspace and c.id = asked.id and (c.sms_consents & type.mask <> 0) <> latest.granted;
end $$;

-- The order in which lanes are taken: those that were never served, then those served longest ago. With the default order
-- of an index (nulls last) each lease sorted all lanes that have work.
drop index lanes_work;
create index lanes_work on lanes (leased_until nulls first) where has_work;
