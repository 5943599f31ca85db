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
import { parseTemplate } from "../rules/placeholders.ts";
import { createSandbox } from "../server/carriers/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { newId } from "../server/kit/id.ts";
import { createLog } from "../server/kit/log.ts";
import { migrate } from "../server/kit/migrate.ts";
import { createDispatcher } from "../server/messages/dispatcher.ts";
import { createReceiptIntake } from "../server/messages/receipts.ts";
import { type MessageBatch, sendMessages } from "../server/messages/send-messages.ts";
import { reserveQuota } from "../server/workspaces/quota.ts";
import { getWorkspace } from "../server/workspaces/workspace.ts";
import { createTestWorkspace, type TestWorkspace } from "../testing/workspace.ts";

const chunk = 2_000;
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
  await migrate(postgres.connection);
  const db = openDb({ connection: postgres.connection, max: 12 });
  for (const size of sizes.length > 0 ? sizes : [200_000]) {
    peak = 0;
    const workspace = await createTestWorkspace(db, { allowance: 100_000_000 });
    await createContacts(db, workspace, size);
    const campaign = await sendCampaign(db, workspace, size);
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

async function createContacts(db: Db, { id, subscriptionTypes }: TestWorkspace, size: number): Promise<void> {
  void subscriptionTypes;
  await db.inWorkspace(id, async (tx) => {
    await sql`
      insert into contacts (workspace_id, id, mobile, mobile_kind, first_name, sms_consents, created_at, updated_at)
      select ${id}, (lpad(to_hex(1760000000000 + i / 100), 12, '0') || '7' || substr(md5(i::text), 1, 3) || '8' || substr(md5(i::text), 4, 15))::uuid,
        '+479' || lpad(i::text, 7, '0'), 'mobile', 'Navn' || (i % 500), 1, now(), now()
      from generate_series(1, ${size}::int) i`.execute(tx);
  });
  await db.asSystem((tx) => sql`analyze contacts`.execute(tx));
}

/** Seconds from Send until every message has its final status. */
async function sendCampaign(db: Db, { id: workspaceId, sender }: TestWorkspace, size: number): Promise<number> {
  const news = { tell() {} };
  const onReceipts = createReceiptIntake({ db, clock: systemClock, news });
  const sandbox = createSandbox({ db, clock: systemClock, log, news }, { delay_ms: 0 });
  const carriers = new Map([["sandbox", sandbox]]);
  const dispatcher = createDispatcher({ db, carriers, clock: systemClock, news, log, onReceipts });
  await sandbox.start({ onReceipts, onInbound: async () => {} });
  await dispatcher.start();
  const parsed = parseTemplate(text, "campaign");
  if (!parsed.ok) throw new Error("the text does not parse");

  const begin = performance.now();
  const source = { type: "campaign", id: newId(), at: new Date() };
  const workspace = await db.inWorkspace(workspaceId, (tx) => getWorkspace(tx, workspaceId));
  const reserved = await db.inWorkspace(workspaceId, (tx) => reserveQuota(tx, workspaceId, source.at, size * 2));
  if (!reserved.ok) throw new Error("no quota");
  let left = size * 2;
  let after = "00000000-0000-0000-0000-000000000000";
  while (true) {
    const next = await db.inWorkspace(workspaceId, async (tx) => {
      const { rows } = await sql<{ last: string | null }>`
        select max(id::text) as last from (select id from contacts where workspace_id = ${workspaceId} and id > ${after} order by id limit ${chunk}) c`.execute(
        tx,
      );
      const last = rows[0]?.last;
      if (!last) return null;
      const batch: MessageBatch = {
        workspace,
        source,
        class: "marketing",
        sender,
        subscription_type: { bit: 0, needs_consent: true },
        template: parsed.template,
        opt_out_text: workspace.opt_out_text,
        recipients: {
          contacts: sql`select id from contacts where workspace_id = ${workspaceId} and id > ${after} and id <= ${last}`,
        },
        quota: { kind: "reserved", period_start: reserved.period_start, segments: left },
        now: new Date(),
      };
      const result = await sendMessages(tx, batch);
      left -= result.segments;
      return last;
    });
    if (!next) break;
    after = next;
  }
  console.log(`  written after ${((performance.now() - begin) / 1000).toFixed(2)} s`);
  await finished(db, workspaceId, source.id, size);
  const seconds = (performance.now() - begin) / 1000;
  await dispatcher.stop();
  await sandbox.stop();
  return seconds;
}

async function finished(db: Db, workspaceId: string, sourceId: string, size: number): Promise<void> {
  while (true) {
    const { rows } = await db.inWorkspace(workspaceId, (tx) =>
      sql<{ n: number }>`select coalesce(sum(n), 0)::bigint as n from message_counts
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
