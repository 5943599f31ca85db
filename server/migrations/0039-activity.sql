-- What happened in a workspace, for whoever reads on from there (docs/decisions/activity.md), and webhooks that deliver it.

-- A reader, such as a webhook. Rows of activity of its types are unread for it from the moment that its row is committed.
create table activity_subscriptions (
  workspace_id uuid not null,
  id uuid not null,                            -- of the thing that reads: a webhook's id
  subscriber text not null,                    -- the part of the program that reads for it: webhooks
  types text[] not null,
  failures smallint not null default 0,        -- since it last read
  next_at timestamptz,                         -- it does not read before: it failed, or has no room; null: at once
  primary key (workspace_id, id)
);
call apply_tenant_policy('activity_subscriptions');

-- What happened, written in the transaction that made it happen. A row is a batch: many things of one type at one time.
create table activity (
  workspace_id uuid not null,
  id uuid not null,                            -- UUIDv7, with the time when it happened
  type text not null,                          -- message.received, contact.created …
  subjects uuid[] not null,                    -- ids of what it happened to: messages, contacts, campaigns …
  contacts uuid[],                             -- of consents: the contact of each subject, which their key begins with
  number text,                                 -- of an opt-out, which may have no contact; emptied when the person is erased
  primary key (workspace_id, id)
);
call apply_tenant_policy('activity');

-- What a reader has not read. Reading deletes its row, so nothing is skipped, whichever transaction commits first.
create table activity_unread (
  workspace_id uuid not null,
  subscription_id uuid not null,
  activity_id uuid not null,
  taken integer not null default 0,            -- how many of its subjects have been read
  primary key (workspace_id, subscription_id, activity_id)
);
call apply_tenant_policy('activity_unread');

-- The contact that a delivery is about, so that its erasure finds it.
alter table webhook_deliveries add column contact_id uuid;
create index webhook_deliveries_contact on webhook_deliveries (workspace_id, contact_id) where contact_id is not null;
-- How many of a webhook wait is looked at before more are prepared.
create index webhook_deliveries_waiting on webhook_deliveries (workspace_id, webhook_id, next_at) where next_at is not null;

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
