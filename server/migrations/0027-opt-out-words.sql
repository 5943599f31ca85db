-- The words that opt out, opt in and ask for help, where a workspace has its own: what it added to the standard ones and which of
-- those it gave up, as KeywordChanges of rules/keyword-sets.ts; null: the standard ones. Only the difference is kept, so that words
-- which become standard later are everybody's.
alter table workspaces add column keywords jsonb;
