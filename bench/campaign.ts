/**
 * A campaign from Send to the last receipt, compared with the raw limit of the same PostgreSQL: the same ledger rows inserted in
 * batches and updated twice, by one connection that does nothing else. fsync on, embedded PostgreSQL with its own settings.
 *
 *   npm run bench -- campaign [contacts…]      (200,000 unless given)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { createContacts, runCampaign } from "../testing/campaign-run.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { rawLimit } from "../testing/raw-limit.ts";
import { createTestWorkspace } from "../testing/workspace.ts";

const sizes = process.argv.slice(2).map(Number).filter(Boolean);
const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
const postgres = await startEmbeddedPostgres({ directory });
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
try {
  const workspaces = await prepareDatabase(postgres.connection);
  const db = openDb({ connection: postgres.connection, workspaces, max: 12 });
  for (const size of sizes.length > 0 ? sizes : [200_000]) {
    peak = 0;
    const workspace = await createTestWorkspace(db, { allowance: 100_000_000 });
    const list = await createContacts(db, workspace.id, size);
    const campaign = await runCampaign(db, postgres.connection, workspace, list, size);
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
