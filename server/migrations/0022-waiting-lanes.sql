-- The head of the queue of each lane whose next text was made before `before`. It steps from lane to lane by the key, like
-- queued_lanes: some milliseconds with 100,000 lanes of which few have texts, instead of hundreds. A step costs more than
-- asking, so where very many lanes have texts the rest of them is asked.
create function waiting_lanes(before uuid) returns table (workspace uuid, sender uuid, head_priority smallint, head_seq bigint)
  language plpgsql stable rows 100 as $$
declare
  most_steps constant integer := 1000;
  head_message uuid;
begin
  workspace := '00000000-0000-0000-0000-000000000000';
  sender := workspace;
  for step in 1..most_steps loop
    select q.workspace_id, q.sender_id, q.priority, q.seq, q.message_id
      into workspace, sender, head_priority, head_seq, head_message from message_queue q
      where (q.workspace_id, q.sender_id) > (workspace, sender)
      order by q.workspace_id, q.sender_id, q.priority, q.seq limit 1;
    if not found then
      return;
    end if;
    if head_message < before then
      return next;
    end if;
  end loop;
  return query
    select l.workspace_id, l.sender_id, h.priority, h.seq from lanes l cross join lateral (
      select q.priority, q.seq, q.message_id from message_queue q
      where q.workspace_id = l.workspace_id and q.sender_id = l.sender_id
      order by q.priority, q.seq limit 1) h
    where (l.workspace_id, l.sender_id) > (workspace, sender) and h.message_id < before;
end $$;
