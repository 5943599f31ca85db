-- Campaigns: one written message to many contacts.

create table campaigns (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  status text not null,                        -- draft, preparing, sending, sent, failed
  text text not null,
  sender_id uuid,                              -- null: the workspace's default, decided at Send
  subscription_type_id uuid,
  include jsonb not null,                      -- {lists: [id], contacts: [id]}
  exclude jsonb not null,
  opt_out_text boolean not null,
  created_by uuid,                             -- a person; null: an API key
  created_by_name text not null,
  error jsonb,                                 -- {code, message, value}: why sending stopped as a whole
  created_at timestamptz not null,
  updated_at timestamptz not null,
  sent_at timestamptz,                         -- when Send was pressed; the time within its messages' ids
  sent_opt_out_text text,                      -- the opt-out text as it was then, so that all recipients get the same
  period_start timestamptz,                    -- the quota period that pays for it
  planned bigint,                              -- recipients that were counted when its segments were reserved
  skipped bigint not null default 0,           -- of the audience, when it came into the ledger
  reserved bigint not null default 0,          -- segments reserved and not drawn by a chunk yet
  prepared_to uuid,                            -- contacts up to here are in the ledger: where a killed send goes on
  prepared_at timestamptz,                     -- the whole audience is in the ledger
  progress_at timestamptz,                     -- the preparation was alive
  finished_at timestamptz,
  primary key (workspace_id, id)
);
create index campaigns_updated on campaigns (workspace_id, updated_at desc, id desc);
-- What is under way, for the sweep that finishes it.
create index campaigns_under_way on campaigns (status) where status in ('preparing', 'sending');
call workspace_wall('campaigns');
