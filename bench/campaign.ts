/**
 * A campaign from Send to the last receipt, beside the raw limit of the same PostgreSQL: the same ledger rows inserted in
 * batches and updated twice, by one connection that does nothing else. fsync on, embedded PostgreSQL with its own settings.
 *
 *   npm run bench -- campaign [contacts…]      (200,000 unless given)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import pg from "pg";
import { campaignJobs } from "../server/campaigns/campaigns-jobs.ts";
import { createCampaign } from "../server/campaigns/edit-campaign.ts";
import { sendCampaign } from "../server/campaigns/send-campaign.ts";
import { createSandbox } from "../server/carriers/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { newId } from "../server/kit/id.ts";
import { jobs, migrateJobs, runJobs } from "../server/kit/jobs.ts";
import { createLog } from "../server/kit/log.ts";
import { migrate } from "../server/kit/migrate.ts";
import { pathConnections, startMessagePath } from "../server/messages/message-path.ts";
import { onlyCarriers } from "../testing/carriers.ts";
import { createTestWorkspace, type TestWorkspace } from "../testing/workspace.ts";

const rawBatch = 1_000;
const text =
  'Hei {{ contact.first_name | default: "der" }}! Denne uka er det 20 % på klipp hos Salong Kari. Bestill på salongkari.no';

const sizes = process.argv.slice(2).map(Number).filter(Boolean);
const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
const postgres = await startEmbeddedPostgres({ directory });
const log = createLog("warn");
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
try {
  await migrate(postgres.connection, {
    after: () => migrateJobs(postgres.connection),
  });
  const db = openDb({ connection: postgres.connection, max: 12 });
  for (const size of sizes.length > 0 ? sizes : [200_000]) {
    peak = 0;
    const workspace = await createTestWorkspace(db, { allowance: 100_000_000 });
    const list = await createContacts(db, workspace, size);
    const campaign = await sendOne(db, workspace, list, size);
    const rss = Math.round(peak / 2 ** 20);
    const hot = await hotShare(postgres.superuser("varsla"));
    const raw = await rawLimit(postgres.connection, workspace.id, size);
    const rate = Math.round(size / campaign);
    const limit = Math.round(size / raw);
    console.log(
      `campaign ${size}: ${rate} msg/s (${campaign.toFixed(2)} s), raw limit ${limit} msg/s, ratio ${(rate / limit).toFixed(2)}, peak RSS ${rss} MB, heap-only updates ${hot} %`,
    );
  }
  await db.close();
} finally {
  clearInterval(watch);
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Contacts with consent in force, in one list; answers the list. */
async function createContacts(db: Db, { id }: TestWorkspace, size: number): Promise<string> {
  const list = newId();
  await db.inWorkspace(id, async (tx) => {
    await sql`
      insert into contacts (workspace_id, id, mobile, mobile_kind, first_name, sms_consents, created_at, updated_at)
      select ${id}, (lpad(to_hex(1760000000000 + i / 100), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid,
        '+479' || lpad(i::text, 7, '0'), 'mobile', 'Navn' || (i % 500), 1, now(), now()
      from generate_series(1, ${size}::int) i`.execute(tx);
    await sql`insert into lists (workspace_id, id, name, created_at) values (${id}, ${list}, 'Alle', now())`.execute(
      tx,
    );
    await sql`
      insert into list_members (workspace_id, list_id, contact_id)
      select workspace_id, ${list}, id from contacts where workspace_id = ${id}`.execute(tx);
  });
  await db.asSystem((tx) => sql`analyze contacts, list_members`.execute(tx));
  return list;
}

/** Seconds from Send until every message has its final status. */
async function sendOne(db: Db, { id: workspaceId }: TestWorkspace, list: string, size: number): Promise<number> {
  const pathDb = openDb({
    connection: postgres.connection,
    max: pathConnections,
  });
  const services = { db, clock: systemClock, jobs, news: { tell() {} }, log };
  const sandbox = createSandbox({ ...services, db: pathDb }, { delay_ms: 0 });
  const path = await startMessagePath({
    ...services,
    pathDb,
    carriers: onlyCarriers(sandbox),
  });
  const runner = await runJobs({
    connection: postgres.connection,
    pool: db.pool,
    handlers: campaignJobs(services),
    log,
  });
  const author = { workspaceId, userId: null, name: "bench" };
  const draft = await db.inWorkspace(workspaceId, (tx) =>
    createCampaign(
      tx,
      author,
      {
        name: "Bench",
        text,
        subscription_type: "marketing",
        include: { lists: [list], contacts: [] },
        exclude: { lists: [], contacts: [] },
        opt_out_text: true,
      },
      new Date(),
    ),
  );
  const begin = performance.now();
  await sendCampaign(services, workspaceId, draft.id, null);
  await finished(db, workspaceId, draft.id, size);
  const seconds = (performance.now() - begin) / 1000;
  await path.stop();
  await runner.stop();
  await pathDb.close();
  return seconds;
}

async function finished(db: Db, workspaceId: string, sourceId: string, size: number): Promise<void> {
  while (true) {
    const { rows } = await db.inWorkspace(workspaceId, (tx) =>
      sql<{
        n: number;
      }>`select coalesce(sum(n), 0)::bigint as n from message_counts
        where workspace_id = ${workspaceId} and source_id = ${sourceId} and status = 'delivered'`.execute(tx),
    );
    if (rows[0]?.n === size) return;
    await new Promise((done) => setTimeout(done, 20));
  }
}

/** Seconds for the same rows with nothing around them: batched insert, then two batched updates, each batch a commit. */
async function rawLimit(connection: string, workspaceId: string, size: number): Promise<number> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  await client.query("set varsla.system = 'on'");
  const now = new Date();
  const senderId = newId();
  const begin = performance.now();
  for (let done = 0; done < size; done += rawBatch) {
    const count = Math.min(rawBatch, size - done);
    const ids = Array.from({ length: count }, () => newId(now));
    const numbers = ids.map((_, i) => `+479${String(done + i).padStart(7, "0")}`);
    const texts = ids.map(
      (_, i) =>
        `Hei Navn${i % 500}! Denne uka er det 20 % på klipp hos Salong Kari. Bestill på salongkari.no\nReply STOP to opt out`,
    );
    await client.query(
      `insert into messages (workspace_id, id, status, class, encoding, segments, source_type, source_id, contact_id, sender_id, number, text)
       select $1, id, 'queued', 'marketing', '7', 1, 'campaign', $2, id, $3, number, text
       from unnest($4::uuid[], $5::text[], $6::text[]) as u (id, number, text)`,
      [workspaceId, senderId, senderId, ids, numbers, texts],
    );
    await client.query(
      `update messages m set status = 'sent', carrier = 'sandbox', carrier_reference = u.reference, submitted_at = $2, sent_at = $2
       from unnest($3::uuid[], $4::text[]) as u (id, reference) where m.workspace_id = $1 and m.id = u.id and m.id = any($3::uuid[])`,
      [workspaceId, now, ids, ids],
    );
    await client.query(
      `update messages m set status = 'delivered', final_at = $2
       where m.workspace_id = $1 and m.id = any($3::uuid[])`,
      [workspaceId, now, ids],
    );
  }
  const seconds = (performance.now() - begin) / 1000;
  await client.end();
  return seconds;
}

async function hotShare(superuser: string): Promise<number> {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  await client.query("select pg_stat_force_next_flush()");
  const { rows } = await client.query(
    "select sum(n_tup_upd)::float8 as all, sum(n_tup_hot_upd)::float8 as hot from pg_stat_user_tables where relname like 'messages\\_%'",
  );
  await client.end();
  return Math.round((100 * rows[0].hot) / rows[0].all);
}
