-- Texts that wait for a moment, and sources whose texts may not leave. See server/messages/dispatch/parked-store.ts.

-- Outside of the queue, so that no claim reads over them. A parked text is in the ledger as queued, and paid.
create table parked_messages (
  workspace_id uuid not null,
  message_id uuid not null,
  sender_id uuid not null,
  priority smallint not null,
  source_id uuid,
  period_start timestamptz not null,
  expires_at timestamptz not null,
  consent_bit smallint,
  resent smallint not null default 0,
  -- Not submitted before.
  not_before timestamptz not null,
  -- When it moves to the queue: at not_before, or when it expires if that is earlier. Null while its source is paused.
  due_at timestamptz,
  primary key (workspace_id, message_id)
);
create index parked_messages_due on parked_messages (due_at) where due_at is not null;
-- A sender's next due ones: where 200,000 are due at one moment, finding 5,000 of them must not read all.
create index parked_messages_lane on parked_messages (workspace_id, sender_id, due_at, message_id) where due_at is not null;
create index parked_messages_source on parked_messages (workspace_id, source_id, message_id) where source_id is not null;
call apply_tenant_policy('parked_messages');

-- Sources that were paused, resumed or cancelled, as long as texts of theirs may wait. A claim looks here for each text.
create table source_holds (
  workspace_id uuid not null,
  source_id uuid not null,
  state text not null, -- paused, resumed or cancelled
  at timestamptz not null,
  primary key (workspace_id, source_id)
);
create index source_holds_settling on source_holds (at) where state in ('resumed', 'cancelled');
call apply_tenant_policy('source_holds');

-- Campaigns that are scheduled, paused and cancelled.
alter table campaigns
  -- Counts the changes of what is sent, so that a review can be bound to it.
  add column revision integer not null default 1,
  -- When it begins by itself; for a time of each recipient, when the first zone has it.
  add column scheduled_at timestamptz,
  -- That time, without a zone; null: scheduled_at is for all.
  add column scheduled_local text,
  add constraint campaigns_scheduled check (status <> 'scheduled' or scheduled_at is not null);
create index campaigns_scheduled on campaigns (scheduled_at) where status = 'scheduled';
create index campaigns_cancelled on campaigns (status) where status = 'cancelled' and finished_at is null;

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
