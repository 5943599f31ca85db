-- The segments of a period by campaign, workflow and so on: part of quota_usage, since this table exists.
create table quota_usage_of_sources (
  workspace_id uuid not null,
  period_start timestamptz not null,
  source_type text not null,
  source_id uuid not null,
  used bigint not null,
  primary key (workspace_id, period_start, source_type, source_id)
);
call apply_tenant_policy('quota_usage_of_sources');

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
