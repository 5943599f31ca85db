-- The mail road: each mail is written to the ledger and the queue in the transaction that causes it, and submitted from there.

create type mail_status as enum ('queued', 'sent', 'bounced', 'complained', 'skipped', 'failed');

-- The ledger. Mails of the installation itself (a password reset) are under the workspace 00000000-0000-7000-8000-000000000000,
-- which no workspace can be: no workspace sees them.
create table mails (
  workspace_id uuid not null,
  -- Derived from source, address and occurrence, so that a mail exists once.
  id uuid not null,
  status mail_status not null,
  -- Why it was skipped or failed; of a bounce the status code of RFC 3463.
  reason text,
  source_type text not null,
  source_id uuid,
  class message_class not null,
  -- The type whose consent it needs; null where it needs none.
  subscription_type_id uuid,
  contact_id uuid,
  -- Of the From header.
  sender_name text not null,
  -- Null: no-reply@MAIL_DOMAIN.
  sender_address text,
  reply_to text,
  -- Null where there is no address.
  recipient text collate "C",
  subject text not null,
  -- Empty where it is confidential: then the queue has it, sealed, until it has left.
  text text not null,
  html text,
  confidential boolean not null default false,
  -- The attachments: [{id, name, type, size}], ids of mail_files.
  files jsonb not null default '[]',
  -- Of the Message-ID header, without brackets. Set with the first attempt and the same at every other.
  message_id text,
  -- Attempts to submit it.
  attempts integer not null default 0,
  -- What the relay answered last, or why it was not reached; of a bounce what the other mail server wrote.
  answer text,
  created_at timestamptz not null,
  sent_at timestamptz,
  -- When it bounced, was complained about, was skipped or failed.
  ended_at timestamptz,
  primary key (workspace_id, id)
) with (fillfactor = 70);
create index mails_recipient on mails (workspace_id, lower(recipient), id);
create index mails_source on mails (workspace_id, source_type, source_id, id);
create index mails_contact on mails (workspace_id, contact_id, id) where contact_id is not null;
call apply_tenant_policy('mails');

-- Mails that wait for submission. A row is deleted with the relay's answer.
create table mail_queue (
  workspace_id uuid not null,
  mail_id uuid not null,
  -- The next attempt; of one that is being submitted, when another process may try.
  due_at timestamptz not null,
  -- Not submitted after this.
  expires_at timestamptz not null,
  attempts integer not null default 0,
  -- Who is submitting it.
  lease uuid,
  -- Subject, text and HTML of a confidential mail, encrypted with the installation's key.
  sealed bytea,
  -- The mail_files that it needs.
  files uuid[] not null default '{}',
  primary key (workspace_id, mail_id)
);
create index mail_queue_due on mail_queue (due_at);
create index mail_queue_of_workspace on mail_queue (workspace_id, due_at, mail_id);
call apply_tenant_policy('mail_queue');

-- Attachments, each content once, while a mail that waits may need it.
create table mail_files (
  workspace_id uuid not null,
  -- Derived from the content.
  id uuid not null,
  content bytea not null,
  kept_until timestamptz not null,
  primary key (workspace_id, id)
);
call apply_tenant_policy('mail_files');

-- Addresses that a workspace may not mail, or not everything.
create table mail_stops (
  workspace_id uuid not null,
  -- In lower case.
  address text collate "C" not null,
  -- bounced: nothing is sent to it; unsubscribed and complained: nothing that needs consent.
  kind text not null,
  -- The subscription type that was unsubscribed from; 00000000-0000-0000-0000-000000000000: all.
  subscription_type_id uuid not null,
  at timestamptz not null,
  mail_id uuid,
  primary key (workspace_id, address, kind, subscription_type_id)
);
call apply_tenant_policy('mail_stops');

-- When a workspace may submit its next mails, where the relay's URL limits their rate.
create table mail_pace (
  workspace_id uuid not null,
  next_at timestamptz not null,
  primary key (workspace_id)
);
call apply_tenant_policy('mail_pace');

-- Mails received at MAIL_DOMAIN since the installation began, by what became of them.
create table mail_intake (
  outcome text primary key,
  mails bigint not null
);

-- What a mail in the sandbox mailbox has beside its text, and the workspace that sent it; null: the installation.
alter table sandbox_mails
  add column html text,
  add column reply_to text,
  add column attachments jsonb not null default '[]',
  add column sent_by uuid;

do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
