-- Who may come in: people with sessions (kept by better-auth), and what each may do in which workspace (ours).

-- Identity belongs to the installation, not to a workspace: one person, one password, many workspaces. So these four
-- tables have no workspace_id and no wall; see docs/decisions/accounts.md.
create table users (
  id uuid primary key,                         -- UUIDv7
  name text not null,
  email text not null unique collate "C",      -- lower case
  email_verified boolean not null,             -- came by a mailed invitation or link
  image text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

create table sessions (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  token text not null unique,                  -- in the cookie together with our signature, worth nothing without it
  expires_at timestamptz not null,
  ip_address text,
  user_agent text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sessions_user on sessions (user_id);

-- Ways to sign in. The only one so far is provider_id "credential": e-mail and password.
create table accounts (
  id uuid primary key,
  user_id uuid not null references users on delete cascade,
  account_id text not null,
  provider_id text not null,
  password text,                               -- scrypt with its salt
  access_token text,                           -- from here on: for sign-in by another provider
  refresh_token text,
  id_token text,
  access_token_expires_at timestamptz,
  refresh_token_expires_at timestamptz,
  scope text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (provider_id, account_id)
);
create index accounts_user on accounts (user_id);

-- Password resets under way.
create table verifications (
  id uuid primary key,
  identifier text not null,                    -- SHA-256 of what the mailed link carries
  value text not null,                         -- the user's id
  expires_at timestamptz not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index verifications_identifier on verifications (identifier);

-- How often something was tried of late, for the whole installation, so that a guesser gains nothing from a second
-- process. Rows are worth minutes; losing them in a crash is fine.
create unlogged table attempts (
  key text primary key,                        -- what is counted: sign_in of an address from an IP, hashed
  count integer not null,
  window_ends timestamptz not null
);
create index attempts_window_ends on attempts (window_ends);

create table memberships (
  workspace_id uuid not null,
  user_id uuid not null references users on delete cascade,
  role text not null,                          -- super_admin, admin, marketer, agent, viewer
  sms_setup boolean not null,                  -- may set up SMS whatever the role
  created_at timestamptz not null,
  primary key (workspace_id, user_id)
);
create index memberships_user on memberships (user_id);
call workspace_wall('memberships');

create table invitations (
  workspace_id uuid not null,
  id uuid not null,
  email text not null collate "C",             -- lower case
  role text not null,
  sms_setup boolean not null,
  token_hash text,                             -- SHA-256 of the mailed token; null until the mail is written
  invited_by text not null,                    -- a person's or key's name
  created_at timestamptz not null,
  expires_at timestamptz not null,
  primary key (workspace_id, id),
  unique (workspace_id, email)
);
create index invitations_token on invitations (token_hash);
call workspace_wall('invitations');

create table api_keys (
  workspace_id uuid not null,
  id uuid not null,
  name text not null,
  prefix text not null,                        -- vk_ and the next five characters, to recognise it by
  key_hash text not null,                      -- SHA-256: enough for 256 random bits, and it can be looked up
  role text not null,                          -- of whoever made it: the highest role that it can give on
  scopes text[] not null,                      -- permissions
  created_at timestamptz not null,
  last_used_at timestamptz,                    -- to the minute
  primary key (workspace_id, id)
);
-- Not unique, because a sharded table's unique index must hold workspace_id; two equal hashes do not happen.
create index api_keys_hash on api_keys (key_hash);
call workspace_wall('api_keys');
