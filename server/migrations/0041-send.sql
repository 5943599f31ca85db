-- What sending by several people needs, and the workspace's settings of it.

alter table campaigns
  -- Who changed it last; null where that was before this was recorded.
  add column changed_by uuid,
  add column changed_by_name text;

alter table workspaces
  -- How long the browser lets Send be taken back.
  add column undo_seconds smallint not null default 10,
  -- {"amount": 0.49, "currency": "NOK"}; null: reviews show no price.
  add column segment_price jsonb;

-- Who has a draft open. A row is renewed every few seconds, and counts for half a minute.
create table campaign_editors (
  workspace_id uuid not null,
  campaign_id uuid not null,
  -- A person, or an API key.
  editor_id uuid not null,
  name text not null,
  seen_at timestamptz not null,
  primary key (workspace_id, campaign_id, editor_id)
);
call apply_tenant_policy('campaign_editors');

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
