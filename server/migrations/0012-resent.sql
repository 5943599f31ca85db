-- How often a text was sent again because nobody knew whether it had gone: a few times at most.
alter table message_queue add column resent smallint not null default 0;
