-- Whose page of preferences a link leads to, /p/<code>. A contact has one; it is made when a text or a person asks for it.
create table preference_links (
  workspace_id uuid not null,
  contact_id uuid not null,
  code text collate "C" not null,
  created_at timestamptz not null default now(),
  primary key (workspace_id, contact_id)
);
call apply_tenant_policy('preference_links');
-- Not unique: over several servers nothing is without workspace_id.
create index preference_links_code on preference_links (code);

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
