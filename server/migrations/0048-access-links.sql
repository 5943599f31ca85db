-- Customers' own pages: sign-in links that work once, and the visits that they begin. See server/bookings/access-links.ts.

create table access_links (
  workspace_id uuid not null,
  code_hash text collate "C" not null, -- the code itself is in the message alone
  contact_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null, -- brought forward by the first use
  first_used_at timestamptz,
  primary key (workspace_id, code_hash)
);
create index access_links_code on access_links (code_hash);
create index access_links_contact on access_links (workspace_id, contact_id);
create index access_links_expired on access_links (expires_at);
call apply_tenant_policy('access_links');

create table customer_visits (
  workspace_id uuid not null,
  token_hash text collate "C" not null, -- of the cookie
  contact_id uuid not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (workspace_id, token_hash)
);
create index customer_visits_token on customer_visits (token_hash);
create index customer_visits_contact on customer_visits (workspace_id, contact_id);
create index customer_visits_expired on customer_visits (expires_at);
call apply_tenant_policy('customer_visits');

-- Months that bookings are kept after their end; null: for ever.
alter table retention_rules add column booking_months integer;

-- What an erasure and a purge look for, without reading all of a workspace's.
create index booking_history_people on booking_history (workspace_id) where what in ('customer', 'attendees');
create index booking_happenings_contact on booking_happenings (workspace_id, contact_id) where contact_id is not null;
create index workflow_decisions_to on workflow_decisions (workspace_id, "to") where "to" is not null;
create index workflow_decisions_decided on workflow_decisions (workspace_id, decided_at) where "to" is not null;
create index workflow_decisions_of_contacts on workflow_decisions (workspace_id, decided_at) where booking_id = contact_id;

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
