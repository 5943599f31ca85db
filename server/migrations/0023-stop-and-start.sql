set local lock_timeout = '200ms';

-- Of a STOP whose words may be another number's as well: the address as the network wrote it. A START that is written so takes
-- back what only a STOP written so did. Null: it is certainly of this number, or was said otherwise too.
alter table opt_outs add column address text;

-- When a part first came, by the clock of the process that it came to, as for texts that come in one piece; null: as `at`.
alter table smpp_parts add column first_at timestamptz;
