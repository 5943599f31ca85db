/**
 * Ten thousand workspaces with a few texts each, from the first lease to the last receipt, compared in the same run with one
 * workspace with as many texts. All texts are queued before the pipeline starts, so that every lane waits its turn: the bench
 * shows how fast lanes are leased and released, and how evenly the waiting is distributed.
 *
 *   npm run bench -- lanes [workspaces] [texts each]      (10,000 and 20 unless given)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import pg from "pg";
import { createSandbox } from "../server/carriers/sandbox/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { createLog } from "../server/kit/log.ts";
import { pathConnections, startMessagePath } from "../server/messages/dispatch/message-path.ts";
import { onlyCarriers } from "../testing/carriers.ts";
import { multiplyWorkspace } from "../testing/multiply-workspace.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { testSeal } from "../testing/seal.ts";
import { createTestWorkspace } from "../testing/workspace.ts";

const [workspaces = 10_000, each = 20] = process.argv.slice(2).map(Number);
const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
const postgres = await startEmbeddedPostgres({ directory });
try {
  const asWorkspaces = await prepareDatabase(postgres.connection);
  const db = openDb({ connection: postgres.connection, workspaces: asWorkspaces, max: 12 });
  const one = await createTestWorkspace(db, { allowance: 1_000_000_000 });
  await multiplyWorkspace(db, one.id, workspaces);
  await queueTexts(db, "w.workspace_id = $1", one.id, workspaces * each);
  const single = await drain(db);
  await queueTexts(db, "w.workspace_id <> $1", one.id, each);
  const many = await drain(db);
  const waits = await waitsOf(db, one.id, many.begun);
  const rate = Math.round((workspaces * each) / many.seconds);
  const limit = Math.round((workspaces * each) / single.seconds);
  console.log(
    `lanes ${workspaces} x ${each}: ${rate} msg/s (${many.seconds.toFixed(1)} s), one workspace with as many ${limit} msg/s (${single.seconds.toFixed(1)} s), ratio ${(rate / limit).toFixed(2)}`,
  );
  console.log(
    `  a lane's last text was submitted after: p50 ${waits.p50} s, p99 ${waits.p99} s, fastest ${waits.fastest} s, slowest ${waits.slowest} s; slowest / ideal (all lanes one after the other) ${(Number(waits.slowest) / many.seconds).toFixed(2)}; a lane from its first text to its last: p50 ${waits.span_p50} ms, p99 ${waits.span_p99} ms`,
  );
  await db.close();
} finally {
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Queues texts for the workspaces that `condition` names, as the door leaves them: ledger, queue, lane, reserved quota. */
async function queueTexts(
  db: Db,
  condition: "w.workspace_id = $1" | "w.workspace_id <> $1",
  id: string,
  count: number,
) {
  const those = condition.includes("<>") ? sql`w.workspace_id <> ${id}::uuid` : sql`w.workspace_id = ${id}::uuid`;
  await db.asSystem(async (tx) => {
    await sql`
      create temp table fresh on commit drop as
      select w.workspace_id, s.id as sender_id, uuidv7() as id, '+479' || lpad((n % 10000000)::text, 7, '0') as number
      from workspaces w join senders s on s.workspace_id = w.workspace_id and s.is_default, generate_series(1, ${count}::int) n
      where ${those}`.execute(tx);
    await sql`
      insert into messages (workspace_id, id, status, class, encoding, segments, source_type, sender_id, number, text)
      select workspace_id, id, 'queued', 'transactional', '7', 1, 'api', sender_id, number, 'Koden din er 123456. Den gjelder i ti minutter.' from fresh`.execute(
      tx,
    );
    await sql`
      insert into message_queue (workspace_id, sender_id, priority, message_id, period_start, expires_at)
      select workspace_id, sender_id, 0, id, date_trunc('month', now()), now() + interval '2 days' from fresh`.execute(
      tx,
    );
    await sql`
      update quota_periods q set reserved = reserved + n from (select workspace_id, count(*) as n from fresh group by 1) f
      where q.workspace_id = f.workspace_id`.execute(tx);
    await sql`
      insert into lanes (workspace_id, sender_id, has_work) select distinct workspace_id, sender_id, true from fresh
      on conflict (workspace_id, sender_id) do update set has_work = true, leased_by = null, leased_until = null, next_at = null`.execute(
      tx,
    );
  });
  await db.asSystem((tx) =>
    sql`analyze messages, message_queue, lanes, workspaces, senders, quota_periods`.execute(tx),
  );
  await checkpoint();
}

async function checkpoint(): Promise<void> {
  const admin = new pg.Client({ connectionString: postgres.superuser("varsla") });
  await admin.connect();
  await admin.query("checkpoint");
  await admin.end();
}

/** Seconds from the start of the pipeline until every text has its receipt. */
async function drain(db: Db): Promise<{ seconds: number; begun: Date }> {
  const services = {
    db,
    clock: systemClock,
    liveUpdates: { publish() {}, publishSources() {} },
    log: createLog("warn"),
  };
  const pathDb = openDb({
    connection: { ...db.pool.options },
    workspaces: { ...db.workspacePool.options },
    max: pathConnections,
  });
  const sandbox = createSandbox({ ...services, db: pathDb }, { delay_ms: 0 });
  const begun = new Date();
  const path = await startMessagePath({ ...services, pathDb, carriers: onlyCarriers(sandbox), seal: testSeal });
  while (await isUnderWay(db)) await new Promise((done) => setTimeout(done, 150));
  const seconds = (Date.now() - begun.getTime()) / 1000;
  await path.stop();
  await pathDb.close();
  return { seconds, begun };
}

/** Whether a row is queued or a receipt is still to come. Called seldom: the query scans over deleted rows. */
async function isUnderWay(db: Db): Promise<boolean> {
  const { rows } = await db.asSystem((tx) =>
    sql<{
      open: boolean;
    }>`select exists (select from message_queue) or exists (select from sandbox_receipts) as open`.execute(tx),
  );
  return rows[0]?.open ?? true;
}

async function waitsOf(db: Db, one: string, begun: Date): Promise<Record<string, string>> {
  const { rows } = await db.asSystem((tx) =>
    sql<Record<string, string>>`
      select round(percentile_cont(0.5) within group (order by wait)::numeric, 2) as p50, round(percentile_cont(0.99) within group (order by wait)::numeric, 2) as p99,
        round(min(wait), 2) as fastest, round(max(wait), 2) as slowest,
        round(percentile_cont(0.5) within group (order by span)::numeric * 1000) as span_p50,
        round(percentile_cont(0.99) within group (order by span)::numeric * 1000) as span_p99
      from (select extract(epoch from max(sent_at) - ${begun}) as wait, extract(epoch from max(sent_at) - min(sent_at)) as span
        from messages where workspace_id <> ${one} group by workspace_id) lane`.execute(tx),
  );
  return rows[0] ?? {};
}
