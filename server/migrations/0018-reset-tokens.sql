-- A new link to set a password, one that is used, and a password that changes end a person's earlier links: they are found
-- by whose they are.
create index verifications_value on verifications (value);
