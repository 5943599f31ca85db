/**
 * Fills a ledger with millions of rows, as half a year of campaigns leaves it: six months' partitions, twenty workspaces of which
 * one has a third of the rows, campaigns of twenty thousand, each contact texted again and again. Partitions are filled
 * before they are attached, so that their indexes are built once.
 */
import pg from "pg";
import type { TestWorkspace } from "./workspace.ts";

const months = 6;
const chunk = 500_000;
const textsEach = 20_000;

/** Inserts `rows` delivered messages into the ledger of a database; the workspace's contacts are those of `createContacts`. */
export async function fillLedger(
  { connection, superuser, workspace }: { connection: string; superuser: string; workspace: TestWorkspace },
  rows: number,
): Promise<void> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  await client.query("set varsla.system = 'on'; set synchronous_commit = off; set maintenance_work_mem = '512MB'");
  const { rows: contacts } = await client.query("select count(*)::int as n from contacts where workspace_id = $1", [
    workspace.id,
  ]);
  for (let back = months - 1; back >= 0; back--) {
    const { rows: found } = await client.query<{
      name: string;
      first: string;
      past: string;
      begin: string;
      span: string;
    }>(
      `select 'messages_' || to_char(month, 'YYYY_MM') as name, first_id_at(month at time zone 'UTC') as first,
         first_id_at((month + interval '1 month') at time zone 'UTC') as past,
         extract(epoch from month at time zone 'UTC') * 1000 as begin,
         extract(epoch from least(now(), (month + interval '1 month') at time zone 'UTC') - month at time zone 'UTC') * 1000 as span
       from (select date_trunc('month', now() at time zone 'UTC') - make_interval(months => $1) as month) m`,
      [back],
    );
    const month = found[0] as (typeof found)[number];
    const count = Math.floor(rows / months);
    await client.query(`drop table if exists ${month.name}`);
    await client.query(
      `create table ${month.name} (like messages including defaults including constraints) with (fillfactor = 50)`,
    );
    for (let from = 0; from < count; from += chunk)
      await client.query(insertInto(month.name), [
        workspace.id,
        workspace.sender.id,
        from,
        Math.min(count, from + chunk) - 1,
        Math.floor(Number(month.begin)),
        Math.floor(Number(month.span)) - 1,
        count,
        contacts[0].n,
        textsEach,
      ]);
    await client.query(
      `alter table messages attach partition ${month.name} for values from ('${month.first}') to ('${month.past}')`,
    );
  }
  await client.end();
  const admin = new pg.Client({ connectionString: superuser });
  await admin.connect();
  await admin.query("vacuum (freeze, analyze) messages");
  await admin.query("checkpoint");
  await admin.end();
}

/** Rows $3 to $4 of the $7 of a month that begins at $5 and spans $6 milliseconds. */
const insertInto = (partition: string) => `
  insert into ${partition} (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id,
    sender_id, number, text, carrier, carrier_reference, submitted_at, sent_at, final_at)
  select case when source % 3 = 0 then $1::uuid else md5((source % 19)::text)::uuid end,
    (lpad(to_hex(ms), 12, '0') || '7' || substr(random, 1, 3) || '8' || substr(random, 4, 15))::uuid,
    'delivered', 'marketing', '7', 1, 'campaign', md5('${partition}' || source)::uuid,
    (lpad(to_hex(1760000000000 + contact / 100), 12, '0') || '7' || substr(md5(contact::text), 1, 3) || '8' || substr(md5(contact::text), 4, 15))::uuid,
    $2::uuid, '+479' || lpad(contact::text, 7, '0'),
    'Hei Navn' || (contact % 500) || '! Denne uka er det 20 % på klipp hos Salong Kari. Bestill på salongkari.no' || chr(10) || 'Reply STOP to opt out',
    'sandbox', random::uuid::text, to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0), to_timestamp(ms / 1000.0 + 2)
  from (select i, i / $9::int as source, $5::bigint + ($6::bigint * i) / $7::bigint as ms, md5('${partition}' || i) as random,
      1 + (i::bigint * 7919 % $8::int)::int as contact
    from generate_series($3::int, $4::int) i) row
  order by i`;
