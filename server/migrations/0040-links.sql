-- Short links in texts, and the clicks on them (docs/decisions/links.md).

-- Whether the web addresses in its text are shortened for each recipient.
alter table campaigns add column shorten_links boolean not null default false;

-- An address as it is written in the text of a source: one row, however many people get it.
create table links (
  workspace_id uuid not null,
  id uuid not null,                            -- derived from source and address, so that a repeated chunk finds its row
  source_type text not null,
  source_id uuid not null,
  url text not null,                           -- with its placeholders
  created_at timestamptz not null,
  primary key (workspace_id, id)
);
call apply_tenant_policy('links');
create index links_source on links (workspace_id, source_id);

-- A recipient's short form of a link, /l/<code>.
create table short_links (
  workspace_id uuid not null,
  message_id uuid not null,                    -- the time within it is the link's too
  link_id uuid not null,
  code bigint not null,                        -- the ten characters as a number to the base of 62
  url text,                                    -- where it leads, if that has values of the recipient; null: links.url
  closed boolean not null default false,       -- the recipient was erased, or the text or message purged
  primary key (workspace_id, message_id, link_id)
);
call apply_tenant_policy('short_links');
-- Not unique: over several servers nothing is without workspace_id. Two of the same are a matter of 1 to 840,000,000,000,000,000.
create index short_links_code on short_links (code);

-- Hits on short links that wait for their verdict, some seconds each. Every redirect waits for its row, so there is one index only.
create table hits (
  workspace_id uuid not null,
  id uuid not null,                            -- its time is the hit's
  message_id uuid not null,
  link_id uuid not null,
  user_agent text not null,                    -- no more than 300 characters
  reason text,                                 -- why it is a robot's, as far as the request itself says
  primary key (workspace_id, id)
);
call apply_tenant_policy('hits');

-- Every hit with its verdict.
create table clicks (
  workspace_id uuid not null,
  id uuid not null,                            -- the hit's
  message_id uuid not null,
  link_id uuid not null,
  contact_id uuid,                             -- the message's
  user_agent text not null,
  verdict text not null,                       -- human, repeat or robot
  reason text,                                 -- why a robot
  primary key (workspace_id, id)
);
call apply_tenant_policy('clicks');
create index clicks_message on clicks (workspace_id, message_id, id);
create index clicks_contact on clicks (workspace_id, contact_id, id) where contact_id is not null;

-- Whose link was clicked by a human, and how often.
create table clickers (
  workspace_id uuid not null,
  source_id uuid not null,
  message_id uuid not null,
  link_id uuid not null,
  clicks integer not null,
  primary key (workspace_id, source_id, message_id, link_id)
);
call apply_tenant_policy('clickers');

-- Figures by minute, of each link, and of the source as a whole (link_id of zeros), which has people alone.
create table link_counts (
  workspace_id uuid not null,
  source_type text not null,
  source_id uuid not null,
  link_id uuid not null,
  minute timestamptz not null,                 -- of the hits; a verdict that changes takes back in the same minute
  clicks bigint not null,                      -- by humans
  people bigint not null,                      -- whose first click it was
  robots bigint not null,
  primary key (workspace_id, source_type, source_id, link_id, minute)
);
call apply_tenant_policy('link_counts');

-- Processes of the version before work on beside this.
do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
