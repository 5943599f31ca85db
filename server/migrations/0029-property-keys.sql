-- The keys of contacts' own properties, to choose from: finding them in a million contacts takes a second. A key is noted when somebody
-- writes it; one that no contact has any more is forgotten at night.
create table property_keys (
  workspace_id uuid not null,
  key text collate "C" not null,
  noted_at timestamptz not null,               -- within the hour: when it was last written, or within the day looked for
  primary key (workspace_id, key)
);
call workspace_wall('property_keys');

insert into property_keys (workspace_id, key, noted_at)
select distinct c.workspace_id, keys.key, now() from contacts c, jsonb_object_keys(c.properties) as keys (key)
where c.properties <> '{}';
