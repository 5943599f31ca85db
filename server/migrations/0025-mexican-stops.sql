-- +5215512345678 is +525512345678: Mexico gave up the 1 in August 2019, and networks write it still. STOPs that came so were
-- kept for a number that no contact can have. They now hold for the number without it too, with the proof of them.

set local varsla.system = 'on';

insert into opt_outs (workspace_id, number, sender_id, at, source, evidence, address)
select workspace_id, '+52' || substr(number, 5), sender_id, at, source, evidence, address
from opt_outs where number ~ '^\+521[0-9]{10}$'
on conflict do nothing;

insert into opt_out_events (workspace_id, number, id, sender_id, opted_out, source, evidence, at, recorded_by)
select workspace_id, '+52' || substr(number, 5), id, sender_id, opted_out, source, evidence, at, recorded_by
from opt_out_events where number ~ '^\+521[0-9]{10}$'
on conflict do nothing;
