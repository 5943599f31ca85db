-- API keys that follow whoever made them, and a log of who did what.

-- A key may only do what its maker may at the moment. Null: a key of the workspace itself, which only super admins make and
-- revoke. Who made the keys from before this is not known, so they are the workspace's.
alter table api_keys add column made_by uuid;
alter table api_keys add column expires_at timestamptz;  -- null: never

-- Whoever ends a session, in whatever way: what it holds open in any process ends with it, see workspaces/access-changes.ts.
create function tell_session_ended() returns trigger language plpgsql as $$
begin
  perform pg_notify('varsla_access', json_build_object('session_id', old.id)::text);
  return null;
end $$;
create trigger session_ended after delete on sessions for each row execute function tell_session_ended();
create trigger session_shortened after update of expires_at on sessions for each row
  when (new.expires_at < old.expires_at) execute function tell_session_ended();

-- Who did what, when, to what and from where; written in the transaction that does it. Contacts are named by their id alone
-- and nothing about them is told, so that an erasure finds nothing here.
create table audit_events (
  workspace_id uuid not null,
  id uuid not null,                            -- UUIDv7, so by time
  at timestamptz not null,
  actor_type text not null,                    -- person, api_key, anonymous, system
  actor_id uuid,                               -- of the person or key
  actor_name text not null,                    -- as it was then
  maker_id uuid,                               -- of a key: who had made it; null where it is the workspace's
  maker_name text,
  action text not null,                        -- contract/audit.ts lists them
  target_type text,                            -- campaign, person, api_key …
  target_id text,
  target_name text,                            -- as it was then; never a contact's
  ip text,                                     -- null: nobody called
  before jsonb,                                -- fields that changed, as they were; of secrets only that they changed
  after jsonb,
  primary key (workspace_id, id)
);
create index audit_events_actor on audit_events (workspace_id, actor_id, id);
create index audit_events_action on audit_events (workspace_id, action, id);
call workspace_wall('audit_events');

-- Append-only: nothing changes, and only what is older than a year goes, by the one function that sets the setting
-- (workspaces/audit-events-store.ts). So nobody can shorten the time that events are kept to hide what they just did.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and coalesce(current_setting('varsla.aging_audit', true), '') = 'on'
    and old.at < now() - interval '365 days' then
    return old;
  end if;
  raise exception 'audit_events is append-only';
end $$;
create trigger audit_events_append_only before update or delete on audit_events
  for each row execute function refuse_audit_change();
revoke truncate on audit_events from current_user;

-- Months that events of the audit log are kept; null: for ever.
alter table retention_rules add column audit_months integer check (audit_months >= 12);
