-- Mails stay bound to whom they were written for. Addresses move on: to another account, to another workspace, back again.
--
-- Null in both: written before this, or by a process of the version before. Such a mail goes by its address, as it did.
alter table sandbox_mails
  add column user_id uuid,                     -- the account that had the address then; null: nobody's
  add column workspace_ids uuid[];             -- the workspaces that it belonged or was invited to then
