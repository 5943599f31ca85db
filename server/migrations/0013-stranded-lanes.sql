-- Which lanes have rows in the queue: the next `most` of them after a lane, and of each whether anybody will ever look at it.
-- It steps from lane to lane by the key, so that a million rows in one lane are as cheap as one; a plain DISTINCT reads them
-- all. Every statement is of one table and takes no lock, so that a coordinator of many nodes can plan it.
create function queued_lanes(after_workspace uuid, after_sender uuid, most integer)
  returns table (workspace uuid, sender uuid, stranded boolean)
  language plpgsql stable rows 10 as $$
declare
  attended boolean;
begin
  workspace := after_workspace;
  sender := after_sender;
  for i in 1..most loop
    select q.workspace_id, q.sender_id into workspace, sender from message_queue q
      where (q.workspace_id, q.sender_id) > (workspace, sender)
      order by q.workspace_id, q.sender_id limit 1;
    exit when not found;
    select l.has_work or (l.leased_by is not null and l.leased_until > now()) into attended from lanes l
      where l.workspace_id = workspace and l.sender_id = sender;
    stranded := not coalesce(attended, false);
    return next;
  end loop;
end $$;
