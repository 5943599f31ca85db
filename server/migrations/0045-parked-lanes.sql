-- A sender's parked texts that are due: where 200,000 of one sender are due at one moment, those of every other are found beside them.
create index parked_messages_lane on parked_messages (workspace_id, sender_id, due_at, message_id)
  where due_at is not null;
