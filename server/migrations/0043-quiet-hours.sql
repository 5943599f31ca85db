-- Quiet hours, and the frequency cap.

alter table workspaces
  -- Whether texts wait for the hours in which they may leave.
  add column quiet_hours boolean not null default false,
  -- Whether the workspace has had a carrier of its own: the first one switches quiet hours on, once.
  add column quiet_hours_settled boolean not null default false,
  -- What the members have to be told about the switch: 'switched_on' with the first carrier, or 'left_off' by the upgrade. Null once
  -- somebody has decided.
  add column quiet_hours_notice text,
  -- When the rules last changed, until all waiting texts have been looked at again.
  add column quiet_hours_changed_at timestamptz,
  -- Those up to this id have been; null: none yet.
  add column quiet_hours_looked_to uuid,
  -- At most so many marketing texts to a number within so many times 24 hours; null: as many as are sent.
  add column frequency_cap_messages smallint,
  add column frequency_cap_days smallint,
  add constraint workspaces_frequency_cap check ((frequency_cap_messages is null) = (frequency_cap_days is null));

create index workspaces_quiet_hours_notice on workspaces (workspace_id) where quiet_hours_notice is not null;
create index workspaces_quiet_hours_changed on workspaces (quiet_hours_changed_at) where quiet_hours_changed_at is not null;

-- Workspaces that send already go on as they did, and are told.
update workspaces w set quiet_hours_settled = true, quiet_hours_notice = 'left_off'
  where exists (select 1 from carriers c where c.workspace_id = w.workspace_id);

-- A workspace's own rules, in place of the defaults (rules/quiet-hours-defaults.ts) for the same country and class.
create table quiet_hours_rules (
  workspace_id uuid not null,
  -- ISO 3166-1 alpha-2, or a state of the United States like US-FL.
  country text collate "C" not null,
  class message_class not null,
  -- Texts may leave from this time of day on and before that one, HH:MM by the recipient's clock.
  opens text not null,
  closes text not null,
  sundays boolean not null,
  holidays boolean not null,
  source text,
  source_date date,
  primary key (workspace_id, country, class)
);
call apply_tenant_policy('quiet_hours_rules');

-- The moment that a parked text is for, quiet hours aside: when the hours change, not_before is found again from it. Null: as soon as
-- possible.
alter table parked_messages add column moment timestamptz;

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
