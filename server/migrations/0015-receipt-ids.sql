-- What else the id of an early receipt may mean (smpp-receipt.ts), likely ones first: a provider may write it as it answered it or
-- in another base. Null: nothing else.
alter table smpp_early_receipts add column others text[];
