-- A text with secrets in it, such as a sign-in link: the ledger's has what is shown in their place, and until it is settled the text
-- itself is here, encrypted with the installation's key. Null where the ledger's text is what is sent.
alter table message_queue add column sealed bytea;
alter table parked_messages add column sealed bytea;
