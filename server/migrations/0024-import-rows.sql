-- Rows of a file are numbered as a spreadsheet numbers them: headings and empty rows are counted.

-- How many rows of people were read. imports.rows is the number of the last one, up to which they are merged; null: of an
-- import from before this, whose rows were counted from the first below the headings.
alter table imports add column data_rows bigint;

-- Rows that were taken in spite of something, beside those that were not; and consents, of which an import may bring nothing else.
alter table import_rejections add column taken boolean not null default false;
alter table imports add column warnings bigint not null default 0, add column consents bigint not null default 0;

-- As before, and answers how many consents are new.
drop function grant_imported_consents(uuid, uuid, uuid[], boolean[], uuid[], timestamptz[], text[], text, timestamptz, text);
create function grant_imported_consents(
  workspace uuid, type_id uuid, contact_ids uuid[], fresh boolean[], ids uuid[], dates timestamptz[], sources text[],
  evidence text, recorded_at timestamptz, recorded_by text
) returns bigint language plpgsql as $$
declare
  recorded bigint;
begin
  insert into consent_events (workspace_id, id, contact_id, subscription_type_id, channel, granted, source, evidence, at,
    recorded_at, recorded_by)
  select workspace, given.id, given.contact_id, type_id, 'sms', true, given.source, grant_imported_consents.evidence,
    coalesce(given.at, grant_imported_consents.recorded_at), grant_imported_consents.recorded_at,
    grant_imported_consents.recorded_by
  from unnest(contact_ids, fresh, ids, dates, sources) as given (contact_id, fresh, id, at, source)
  where given.fresh or not exists (
    select from consent_events e
    where e.workspace_id = workspace and e.contact_id = given.contact_id and e.subscription_type_id = type_id
      and e.channel = 'sms'
      and case when given.at is null then not e.granted or e.source = given.source
          else e.granted and e.source = given.source and e.at = given.at end
  );
  get diagnostics recorded = row_count;
  if false = any (fresh) then
    perform settle_sms_consents(workspace, type_id,
      array(select given.id from unnest(contact_ids, fresh) as given (id, fresh) where not given.fresh));
  end if;
  return recorded;
end $$;
