/**
 * How long the review of an audience takes: who will and who won't get a campaign, with a count per reason.
 *
 * `npm run bench -- audience [contacts]`, one million by default. Compared in the same run with `select count(*)` of the same
 * list: the least that any answer about all of its members can cost.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import { countAudience } from "../server/audience/audience.ts";
import { longWork } from "../server/kit/connection.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { newId } from "../testing/new-id.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { percentiles, timed } from "../testing/timing.ts";

const contacts = Number(process.argv[2] ?? 1_000_000);
const runs = 30;

const directory = await mkdtemp(join(tmpdir(), "varsla-bench-audience-"));
const postgres = await startEmbeddedPostgres({ directory });
try {
  const workspaces = await prepareDatabase(postgres.connection);
  const db = openDb({ connection: postgres.connection, workspaces, max: 4, timeouts: longWork });
  try {
    await bench(db);
  } finally {
    await db.close();
  }
} finally {
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

async function bench(db: Db): Promise<void> {
  const workspaceId = newId();
  const list = newId();
  const began = performance.now();
  await seed(db, workspaceId, list);
  console.log(
    `seeded ${contacts.toLocaleString("en")} contacts in ${((performance.now() - began) / 1000).toFixed(1)} s`,
  );

  const rule = { workspaceId, class: "marketing" as const, senderId: newId(), consentBit: 0 };
  const audience = { include: { lists: [list], contacts: [] }, exclude: { lists: [], contacts: [] } };
  const limit = () =>
    db.inWorkspace(workspaceId, (tx) =>
      sql`select count(*) from list_members where workspace_id = ${workspaceId} and list_id = ${list}`.execute(tx),
    );
  console.log(JSON.stringify(await countAudience(db, rule, audience)));
  await limit();
  const times = { count: [] as number[], limit: [] as number[] };
  for (let run = 0; run < runs; run++) {
    times.limit.push(await timed(limit));
    times.count.push(await timed(() => countAudience(db, rule, audience)));
  }
  const [count, least] = [percentiles(times.count), percentiles(times.limit)];
  console.log(
    `will/won't with reasons   p50 ${Math.round(count.p50)} ms   p95 ${Math.round(count.p95)} ms   (${runs} runs; aim: p95 ≤ 100 ms)`,
  );
  console.log(`count(*) of the list      p50 ${Math.round(least.p50)} ms   p95 ${Math.round(least.p95)} ms`);
  console.log(
    `ratio                     p50 ${(count.p50 / least.p50).toFixed(2)}     p95 ${(count.p95 / least.p95).toFixed(2)}`,
  );
}

/**
 * Of a hundred contacts: 1 opted out, 10 without consent, 3 not marketing, 1 with a landline only, 1 without any number,
 * 1 reached by phone, which half of them share with another contact's mobile. Ids are in no order, as an import makes them.
 */
async function seed(db: Db, workspaceId: string, list: string): Promise<void> {
  await db.inWorkspace(workspaceId, async (tx) => {
    await sql`insert into workspaces values (${workspaceId}, 'Bench', 'NO', 'Europe/Oslo', 'nb', 'o', 'h', 'c', 'i', 1, 1, now())`.execute(
      tx,
    );
    await sql`insert into lists (workspace_id, id, name, created_at) values (${workspaceId}, ${list}, 'Everyone', now())`.execute(
      tx,
    );
    await sql`
      insert into contacts (workspace_id, id, mobile, mobile_kind, phone, phone_kind, first_name, last_name, marketing,
        sms_consents, created_at, updated_at)
      select ${workspaceId}::uuid,
        (substr(first_id_at(now() + i / 1000 * interval '1 millisecond')::text, 1, 15) || substr(md5(i::text), 1, 3) || '-a'
          || substr(md5(i::text), 4, 3) || '-' || substr(md5(i::text), 7, 12))::uuid,
        case when i % 100 not in (7, 57) then '+47' || (40000000 + i)::text end,
        case when i % 100 in (7, 57) then null when i % 100 = 3 then 'landline' else 'mobile' end::number_kind,
        case when i % 100 = 7 then '+47' || (40000000 + i / 200 * 200 + case when i % 200 = 7 then 1 else 107 end)::text end,
        case when i % 100 = 7 then 'mobile' end::number_kind,
        'Name ' || i % 500, 'Last ' || i % 5000, i % 33 <> 0, case when i % 10 = 0 then 2 else 3 end, now(), now()
      from generate_series(1, ${contacts}::int) i`.execute(tx);
    await sql`
      insert into list_members (workspace_id, list_id, contact_id)
      select workspace_id, ${list}, id from contacts where workspace_id = ${workspaceId} order by id`.execute(tx);
    await sql`
      insert into opt_outs (workspace_id, number, sender_id, at, source)
      select workspace_id, mobile, ${newId()}, now(), 'sms' from contacts
      where workspace_id = ${workspaceId} and mobile like '%51'`.execute(tx);
  });
  await db.pool.query("vacuum (analyze) contacts, list_members, opt_outs, lists");
}
