-- Changes of many contacts with one call, done in the background. See server/contacts/bulk/run-bulk.ts.
create table bulk_changes (
  workspace_id uuid not null,
  id uuid not null,
  status text not null default 'running', -- running, done or failed
  action text not null, -- add_to_list, remove_from_list, delete or marketing
  -- The list that contacts are put on or taken off, with its name at the start.
  list_id uuid,
  list_name text,
  -- The new value of contacts.marketing.
  marketing boolean,
  -- Whom it changes: these contacts, in the order of their ids, or all who match the search; null: everybody. Emptied at the end,
  -- because a search may name a person.
  contacts uuid[],
  query text,
  in_list uuid,
  -- The last contact of the list `contacts`, or the place in the search, up to which it is done.
  reached text,
  -- Counted by the job; null until then.
  total bigint,
  done bigint not null default 0,
  -- How many contacts it made a difference to.
  changed bigint not null default 0,
  -- Those of `contacts` that were gone.
  missing uuid[] not null default '{}',
  error jsonb,
  created_by text not null,
  created_at timestamptz not null,
  -- When a chunk was last done. The sweep looks at it.
  touched_at timestamptz not null,
  finished_at timestamptz,
  primary key (workspace_id, id)
);
create index bulk_changes_running on bulk_changes (touched_at) where status = 'running';
call apply_tenant_policy('bulk_changes');

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
