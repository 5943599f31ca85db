/**
 * What a message costs on disk, and whether a campaign slows down as the ledger grows. One PostgreSQL holds a database of
 * each size; the same campaign runs in them in turn, forwards and backwards, so that a slow minute of the machine affects all of
 * them. The result is the median of the rounds' ratios to the smallest ledger.
 *
 *   npm run bench -- growth [rows…] [--campaign=N] [--rounds=N]      (1,000,000 10,000,000 30,000,000; 50,000; 5)
 *
 * All sizes together need about 1 GB for each million of rows in TMPDIR, which is emptied afterwards.
 */
import { mkdtemp, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import pg from "pg";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { createContacts, runCampaign } from "../testing/campaign-run.ts";
import { withDatabase } from "../testing/global-setup.ts";
import { fillLedger } from "../testing/ledger-filler.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { median } from "../testing/timing.ts";
import { createTestWorkspace, type TestWorkspace } from "../testing/workspace.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { campaign: { type: "string", default: "50000" }, rounds: { type: "string", default: "5" } },
});
const sizes = positionals.length > 0 ? positionals.map(Number) : [1_000_000, 10_000_000, 30_000_000];
const campaign = Number(values.campaign);
const rounds = Number(values.rounds);

interface Installation {
  rows: number;
  connection: string;
  superuser: string;
  db: Db;
  workspace: TestWorkspace;
  list: string;
  rates: number[];
}

/**
 * Between submission and receipt where bytes are measured, as in real networks. A receipt that comes while the transactions of
 * its submission are still open finds no room in its page yet, and costs half as much again.
 */
const receiptDelay = 2_000;

/** Bytes a message in a filled ledger, indexes included; and the room for PostgreSQL's log and the campaigns. */
const bytesEach = 950;
const spare = 5e9;

const { bavail, bsize } = await statfs(tmpdir());
const free = bavail * bsize;
const needed = sizes.reduce((sum, rows) => sum + rows * bytesEach, 0) + spare;
if (free < needed) {
  const gigabytes = (bytes: number) => `${Math.ceil(bytes / 1e9)} GB`;
  console.error(
    `These ledgers need ${gigabytes(needed)} in ${tmpdir()}, where ${gigabytes(free)} are free. Give smaller sizes, or set TMPDIR.`,
  );
  process.exit(1);
}
const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
const postgres = await startEmbeddedPostgres({ directory });
const installations: Installation[] = [];
try {
  await measureBytes(await install(0));
  for (const rows of sizes) {
    const installation = await install(rows);
    const begin = performance.now();
    await fillLedger(installation, rows);
    installations.push(installation);
    console.error(`  filled a ledger of ${rows} rows in ${Math.round((performance.now() - begin) / 1000)} s`);
  }
  for (const each of installations) await run(each); // warms up
  for (const each of installations) each.rates = [];
  for (let round = 0; round < rounds; round++)
    for (const each of round % 2 === 0 ? installations : installations.toReversed()) await run(each);
  // Round by round: a slow minute of the machine affects the whole round, and says nothing about the ledger.
  const base = installations[0]?.rates ?? [];
  for (const { rows, rates } of installations)
    console.log(
      `growth ${rows} rows: campaign of ${campaign}: ${Math.round(median(rates))} msg/s (${rates.map(Math.round).join(", ")}), ratio to the smallest ledger in the same round ${median(rates.map((rate, i) => rate / (base[i] ?? rate))).toFixed(2)} (${rates.map((rate, i) => (rate / (base[i] ?? rate)).toFixed(2)).join(", ")})`,
    );
} finally {
  for (const { db } of installations) await db.close();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

/** A migrated database of its own with one workspace and its contacts. */
async function install(rows: number): Promise<Installation> {
  const name = `growth_${rows}`;
  await administer(postgres.superuser("postgres"), `create database ${name} owner varsla`);
  const connection = withDatabase(postgres.connection, name);
  const workspaces = await prepareDatabase(connection);
  const db = openDb({ connection, workspaces, max: 12 });
  const workspace = await createTestWorkspace(db, { allowance: 1_000_000_000 });
  const list = await createContacts(db, workspace.id, campaign);
  return { rows, connection, superuser: postgres.superuser(name), db, workspace, list, rates: [] };
}

async function run({ db, connection, workspace, list, rates, superuser }: Installation): Promise<void> {
  await administer(superuser, "checkpoint");
  rates.push(campaign / (await runCampaign(db, connection, workspace, list, campaign)));
}

/** Sizes before and after a campaign in an empty ledger, whose receipts come two seconds after their submission. */
async function measureBytes(installation: Installation): Promise<void> {
  const { superuser, connection, workspace, list, db } = installation;
  const before = await sizesOf(superuser);
  await runCampaign(db, connection, workspace, list, campaign, { delay_ms: receiptDelay });
  const after = await sizesOf(superuser);
  await db.close();
  const per = (bytes: number) => (bytes / campaign).toFixed(0);
  const grown = (key: keyof typeof after) => after[key] - before[key];
  const ledger = grown("heap") + grown("indexes");
  console.log(
    `growth bytes: ${per(ledger)} bytes a message in the ledger (table ${per(grown("heap"))}, indexes ${per(grown("indexes"))}), its row itself ${after.row} bytes, ratio ${(ledger / campaign / after.row).toFixed(2)}; queue residue ${per(grown("queue"))}, figures ${per(grown("counts"))}, the sandbox's own records ${per(grown("sandbox"))}; WAL ${per(grown("wal"))} bytes a message`,
  );
}

/** Bytes on disk after a vacuum, as months of operation would leave them; and the mean size of a ledger row. */
async function sizesOf(superuser: string) {
  const client = new pg.Client({ connectionString: superuser });
  await client.connect();
  const wal = await client.query("select pg_current_wal_lsn() - '0/0' as wal");
  await client.query("vacuum");
  await client.query("checkpoint");
  const { rows } = await client.query<Record<"heap" | "indexes" | "queue" | "counts" | "sandbox" | "row", string>>(`
    select sum(pg_table_size(oid)) filter (where relname ~ '^messages_') as heap,
      sum(pg_indexes_size(oid)) filter (where relname ~ '^messages_') as indexes,
      sum(pg_total_relation_size(oid)) filter (where relname in ('message_queue', 'dispatch_journal', 'lanes')) as queue,
      sum(pg_total_relation_size(oid)) filter (where relname = 'message_counts') as counts,
      sum(pg_total_relation_size(oid)) filter (where relname ~ '^sandbox_') as sandbox,
      (select round(avg(pg_column_size(m.*))) from messages m) as row
    from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`);
  await client.end();
  const [sizes] = rows;
  const number = (key: keyof NonNullable<typeof sizes>) => Number(sizes?.[key] ?? 0);
  return {
    wal: Number(wal.rows[0].wal),
    heap: number("heap"),
    indexes: number("indexes"),
    queue: number("queue"),
    counts: number("counts"),
    sandbox: number("sandbox"),
    row: number("row"),
  };
}

async function administer(connection: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: connection });
  await client.connect();
  await client.query(statement);
  await client.end();
}
