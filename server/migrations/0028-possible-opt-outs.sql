-- Texts that look like a STOP and are none by the word ("Stop. Thank you"), until a person has decided, or the number has opted out or
-- in by itself. A row goes with the decision: what was decided stands in opt_out_events and the audit log, what was written in messages.
create table possible_opt_outs (
  workspace_id uuid not null,
  id uuid not null,                            -- of the text in messages
  number text collate "C" not null,            -- who wrote it, E.164
  address text,                                -- where the network did not say whose number it is: the address as it wrote it
  others text[] not null,                      -- and the other numbers that may have written it
  sender_id uuid not null,                     -- whom it was written to
  at timestamptz not null,
  primary key (workspace_id, id)
);
create index possible_opt_outs_number on possible_opt_outs (workspace_id, number);
call workspace_wall('possible_opt_outs');
