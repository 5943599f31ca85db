-- How long a campaign's texts wait for their turn, in seconds from Send on; null: as long as any marketing text, a day.
alter table campaigns add column validity_seconds integer;
