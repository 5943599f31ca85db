-- Texts from handsets over SMPP whose acknowledgement the provider may not have got: it sends those again, and nothing but
-- this tells them from somebody who writes the same twice. A row goes within a second or so, once the provider has answered
-- to something that was written after the acknowledgement.
create table smpp_in_doubt (
  workspace_id uuid not null,
  carrier_id uuid not null,
  digest bytea not null,                       -- of the deliver_sm without its header
  reference uuid not null,                     -- what inbound_seen and smpp_parts know the text or part by
  sequence bigint,                             -- of the deliver_sm; null: it was refused for now, and comes again under any
  session_id uuid not null,                    -- the connection that it came through
  lost boolean not null default false,         -- that connection has ended
  first_at timestamptz not null,               -- when the text first came, by the clock of the process that it came to
  heard_at timestamptz not null default now(), -- when the connection's process last said that it stands: dead ones say nothing
  primary key (workspace_id, carrier_id, digest, reference)
);
create index smpp_in_doubt_session on smpp_in_doubt (workspace_id, carrier_id, session_id);
create index smpp_in_doubt_heard on smpp_in_doubt (heard_at);
call workspace_wall('smpp_in_doubt');

-- A reference comes again after some texts: parts are told apart by the text that they were found to belong to.
alter table smpp_parts
  add column text_id uuid,                     -- null: of a version before this one, told apart by text_key alone
  add column sender_type text not null default 'unknown', -- what the network said of the address: national, unknown
  add column recipient_type text not null default 'unknown',
  add column locking smallint not null default 0, -- national language tables of the header (3GPP TS 23.038, annex A)
  add column single smallint not null default 0;
