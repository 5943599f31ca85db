-- When what decides by the clock has changed in a workspace last: a timed workflow, the hours of reminders, a time zone of its own or of a
-- location. Who looks for due moments each second reads such workspaces again, and not all.
alter table workspaces
  add column clock_changed_at timestamptz;
create index workspaces_clock_changed on workspaces (clock_changed_at) where clock_changed_at is not null;
