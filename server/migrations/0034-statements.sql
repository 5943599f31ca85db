-- What statements need to keep their rules (docs/decisions/statements.md).

-- Numbers of the queue are taken before rows are inserted, a block for each insert: a sharded database inserts rows with an identity
-- column in steps, through its coordinator. Processes of earlier versions go on with numbers of one by one, from a default, which are
-- far below those of blocks.
lock table message_queue in access exclusive mode;
do $$
declare
  last bigint := coalesce(pg_sequence_last_value(pg_get_serial_sequence('message_queue', 'seq')::regclass), 0);
begin
  alter table message_queue alter column seq drop identity;
  execute format('create sequence message_queue_seq_seq start %s owned by message_queue.seq', last + 1);
  execute format('create sequence message_queue_blocks increment 1000 start %s', (last / 1000 + 1000000) * 1000);
end $$;
alter table message_queue alter column seq set default nextval('message_queue_seq_seq');

-- An amount where a condition holds; fails where it does not, and with it the transaction. So a transaction that sends its commit
-- without waiting for answers can depend on a condition. It is immutable, since an UPDATE may compute with nothing else everywhere.
create function insisted(holds boolean, amount bigint, otherwise text) returns bigint language plpgsql immutable as $$
begin
  if holds is not true then
    raise sqlstate 'VA001' using message = otherwise;
  end if;
  return amount;
end $$;

-- The policy of tenant tables by its name in the field; migrations of before call the other.
create procedure apply_tenant_policy(tenant_table regclass)
  language plpgsql as $$
begin
  execute format('alter table %s enable row level security', tenant_table);
  execute format('alter table %s force row level security', tenant_table);
  execute format('drop policy if exists workspace_wall on %s', tenant_table);
  execute format('drop policy if exists workspace_wall_door on %s', tenant_table);
  execute format('create policy workspace_wall on %s using (workspace_id = current_workspace())', tenant_table);
  execute format('create policy workspace_wall_door on %s to %s using (is_system())', tenant_table,
    (select relowner::regrole from pg_class where oid = tenant_table));
end $$;

create or replace procedure workspace_wall(tenant_table regclass) language plpgsql as $$
begin
  call apply_tenant_policy(tenant_table);
end $$;

-- Functions that look a row up for each of many: a session that made their plans while the tables were nearly empty would read them in
-- full each time, as long as it lives.
alter function queued_lanes(uuid, uuid, integer) set enable_seqscan = off;
alter function waiting_lanes(uuid) set enable_seqscan = off;

-- Rights on the sequences, for processes of the version before: a default is computed with the rights of whoever inserts.
do $$
declare
  role name := (select w.name from workspace_role w where w.name in (select rolname from pg_roles));
begin
  if role is not null then
    call grant_workspace_rights(role);
  end if;
end $$;
