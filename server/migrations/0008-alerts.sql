-- What is wrong and who was told of it, and signed webhooks out.

-- Something that somebody has to know. Derived: every few seconds the state of things is looked at, and what is wrong is
-- raised, what is right again resolved. What comes back soon is the same alert again.
create table alerts (
  workspace_id uuid not null,
  id uuid not null,
  kind text not null collate "C",              -- contract/alerts.ts
  subject text not null collate "C",           -- what it is about: an id, or of a quota its period, allowance and threshold
  severity text not null,                      -- info, warning, critical
  params jsonb not null,                       -- by kind, as the API shows it
  raised_at timestamptz not null,              -- the last time, where it came back
  clear_since timestamptz,                     -- since when it is no longer so; it is resolved once that has lasted
  resolved_at timestamptz,                     -- null: still so
  mailed_at timestamptz,                       -- when people were last mailed of it; null: not yet
  primary key (workspace_id, id)
);
-- One open alert a thing; also what the watch compares the state of things with.
create unique index alerts_open on alerts (workspace_id, kind, subject) where resolved_at is null;
-- Whether one was there before.
create index alerts_subject on alerts (workspace_id, kind, subject, raised_at);
call workspace_wall('alerts');

-- How far a person has seen the alerts.
create table alert_views (
  workspace_id uuid not null,
  user_id uuid not null,
  seen_at timestamptz not null,
  primary key (workspace_id, user_id)
);
call workspace_wall('alert_views');

-- What may become an alert if it stays so: since when it is, as far as the watch has seen. It may be lost at any time: then
-- an alert comes later. Hence unlogged, for lanes at work rewrite their rows at each look.
create unlogged table alert_suspects (
  workspace_id uuid not null,
  kind text not null collate "C",
  subject text not null collate "C",
  mark text not null collate "C",              -- what must not have changed: of a lane the head of its queue
  since timestamptz not null,
  primary key (workspace_id, kind, subject)
) with (fillfactor = 50);
call workspace_wall('alert_suspects');

-- When somebody looked last: one row, so that of all processes one at a time looks, and as often as one alone would.
create table alert_watch (
  one boolean primary key default true check (one),
  looked_at timestamptz not null
);
insert into alert_watch (looked_at) values ('epoch');

-- The error rate of the last minutes, over all workspaces. Counts come in the order of time, so block ranges find them.
create index message_counts_minute on message_counts using brin (minute) with (pages_per_range = 16, autosummarize = on);
-- The periods that now is in, one a workspace.
create index quota_periods_end on quota_periods (period_end);

-- Where a workspace wants to be told of events.
create table webhooks (
  workspace_id uuid not null,
  id uuid not null,
  url text not null,
  events text[] not null,
  enabled boolean not null,
  secrets bytea not null,                      -- sealed: {current, previous: {secret, until} | null}
  failing_since timestamptz,                   -- the first failure since it last took something
  disabled_at timestamptz,                     -- by us, because it failed for days or said that it is gone
  last_error text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (workspace_id, id)
);
create index webhooks_disabled on webhooks (disabled_at) where disabled_at is not null;
call workspace_wall('webhooks');

-- One event for one webhook, from the transaction in which it happened until somebody took it or nobody will.
create table webhook_deliveries (
  workspace_id uuid not null,
  id uuid not null,                            -- its webhook-id header, the same at every attempt
  webhook_id uuid not null,
  event text not null,
  body text not null,                          -- the exact octets that are signed
  state text not null,                         -- waiting, delivered, failed
  tries smallint not null default 0,           -- since it was put in line, or in line again
  next_at timestamptz,                         -- when it is tried next; while it is being tried, when another may; null: no more
  taken_until timestamptz,                     -- it is being tried: nobody else may before that
  history jsonb not null default '[]',         -- of each attempt {at, status, error, response}; oldest first, the last 20
  primary key (workspace_id, id)
) with (fillfactor = 80);
create index webhook_deliveries_webhook on webhook_deliveries (workspace_id, webhook_id, id);
create index webhook_deliveries_due on webhook_deliveries (next_at) where next_at is not null;
call workspace_wall('webhook_deliveries');
