-- Layouts of texts and mails. See server/templates.
create table templates (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  name_key text collate "C" not null generated always as (name_key(name)) stored,
  channel text not null, -- sms or email
  subject text,
  -- Of a mail with HTML empty where it is made of that.
  text text not null,
  html text, -- cleaned
  revision integer not null default 1,
  -- It is not offered any more; what uses it keeps it.
  archived_at timestamptz,
  changed_by text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create unique index templates_name on templates (workspace_id, channel, name_key) where archived_at is null;
create index templates_by_name on templates (workspace_id, name_key, id);
call apply_tenant_policy('templates');

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
