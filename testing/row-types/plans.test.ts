/**
 * PostgreSQL's plan of each statement of the server while it has no statistics: on a new installation, at the beginning of a week or
 * a month, or after a crash, which resets the counters. A cached plan outlives that time. No plan may scan all rows of a workspace
 * for each row of something else, in tables that grow with what is sent, received or imported: for thousands of rows by thousands
 * that takes half a minute.
 */
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { placeTables, readCatalogue } from "../../server/distribution/placement.ts";
import { testDatabase } from "../database.ts";
import { planOf, readAgain } from "../statements.ts";
import { given, undescribed } from "./given.ts";
import { type WrittenStatement, writtenStatements } from "./written-statements.ts";

/** Tables with at most some hundred rows a workspace. All others grow. */
const small = new Set(
  `activity_subscriptions alert_suspects alert_views alert_watch alerts api_keys booking_statuses campaigns carrier_routes carrier_states
  carriers dispatch_journal erasures heartbeats imports invitations lanes lists locations mail_pace memberships quota_periods resources
  retention_rules senders services subscription_types webhooks workflows workspace_role workspaces`.split(/\s+/),
);

/**
 * Statements that do scan all rows again without statistics, by file and table, each with its reason. None of them is prepared: they
 * are planned each time, for the size of the tables then, and thousands of rows are joined in another way.
 */
const exceptions: Record<string, string> = {
  "server/audience/audience.ts contacts": "counts whole lists, which are merged once the tables are counted",
  "server/audience/audience.ts list_members": "counts whole lists, which are merged once the tables are counted",
  "server/audience/audience.ts opt_outs": "counts whole lists, which are merged once the tables are counted",
  "server/audience/list-audience.ts list_members": "looks at a thousand members; few of them share a number",
  "server/audience/missing-values.ts contacts": "counts whole lists, which are merged once the tables are counted",
  "server/audience/missing-values.ts list_members": "counts whole lists, which are merged once the tables are counted",
  "server/audience/suppress.ts messages": "joins all messages of a time with contacts; nested loops are off then",
  "server/contacts/list-kinds.ts contacts": "counts a whole list once, and reads no table while it does",
  "server/contacts/import/check-import.ts contacts":
    "joins a whole file with them once a pass; nested loops are off then",
  "server/contacts/import/check-import.ts import_findings": "joins a whole file with them; nested loops are off then",
  "server/contacts/import/check-import.ts import_rows":
    "joins a whole file with its findings; nested loops are off then",
  "server/contacts/import/import-rows.ts import_rows": "folds a whole file; nested loops are off then",
  "server/contacts/import/match-rows.ts contacts":
    "joins a whole file with them once a pass; nested loops are off then",
  "server/contacts/import/merge-chunk.ts import_rows": "joins a chunk with its changes; nested loops are off then",
  "server/contacts/search-contacts.ts contacts": "shows a page",
  "server/contacts/search-contacts.ts list_members": "shows a page",
  "server/audience/places.ts contacts": "counts whole lists, which are merged once the tables are counted",
  "server/audience/places.ts list_members": "counts whole lists, which are merged once the tables are counted",
};

const { superuser } = await testDatabase();
const client = new pg.Client({ connectionString: superuser });
let statements: WrittenStatement[];

beforeAll(async () => {
  await client.connect();
  statements = writtenStatements(given);
  // Discards the statistics that earlier tests have left.
  await client.query("update pg_class set relpages = 0, reltuples = -1 where relkind = 'r' and oid >= 16384");
  await client.query("delete from pg_statistic where starelid >= 16384");
}, 300_000);
afterAll(() => client.end());

test("without statistics, tables that grow are read by their key", async () => {
  const { places } = placeTables(await readCatalogue(client));
  const found = new Set<string>();
  let planned = 0;
  for (const { place, texts } of statements) {
    for (const text of texts.filter(isPlanned)) {
      planned++;
      for (const partition of readAgain(await planOf(client, text))) {
        const table = partition.replace(/_(\d{4}_\d\d(_\d\d)?|other)$/, "");
        if (places.get(table) === "distributed" && !small.has(table)) found.add(`${place.split(":")[0]} ${table}`);
      }
    }
  }
  expect([...found].sort()).toEqual(Object.keys(exceptions).sort());
  expect(planned).toBeGreaterThan(200);
});

const isPlanned = (text: string) =>
  /^\s*(with|select|insert|update|delete|create temp table \w+ on commit drop as)\b/.test(text) &&
  !undescribed.some(([piece]) => text.includes(piece));

test("the check finds a join, a subquery and a hash that read a whole table; not index look-ups, nor tables that are read once", async () => {
  const wrong = async (text: string) => readAgain(await planOf(client, text));
  const receipts = "select from smpp_early_receipts e where e.workspace_id = $1 and e.carrier_id = $2 and e.at > $3";
  const ids = "select 1 from smpp_references r where r.workspace_id = $1 and r.carrier_id = $2 and r.id = e.id";
  expect((await wrong(`${receipts} and exists (${ids})`)).length).toBeGreaterThan(0);
  expect(await wrong(`${receipts} and (${ids} limit 1) = 1`)).toEqual([]);
  const members = "select from list_members m where m.workspace_id = $1 and m.list_id = $2";
  expect(await wrong(`${members} and m.contact_id in (select id from contacts where workspace_id = $1)`)).toHaveLength(
    1,
  );
  expect(await wrong(`${members} and (select count(*) from contacts c where c.workspace_id = $1) > 1`)).toEqual([]);
});
