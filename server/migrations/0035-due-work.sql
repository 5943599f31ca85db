-- Work by the clock (server/kit/due.ts): whose turn it is, and how late it is. Of the installation, not of a workspace.
create table due_work (
  name text primary key,
  -- When it is looked at next.
  next_at timestamptz not null default now(),
  -- The process that has the turn; another takes it once `taken_until` is past, as after a kill.
  taken_by uuid,
  taken_until timestamptz,
  -- How long what the last round found had been due, at most, and how much it did.
  lag_ms bigint not null default 0,
  done bigint not null default 0,
  -- Rounds, or workspaces within a round, that failed; the last failure.
  failed bigint not null default 0,
  last_error text,
  ran_at timestamptz
);
