/**
 * What an import would do, counted before it does anything: each row is found to be a new contact, a known one, on another row too, or
 * rejected, by the rule that the merge goes by, and the import is held until a user starts it.
 */
import { type RawBuilder, sql } from "kysely";
import type { ImportTotals } from "../../../contract/contacts.ts";
import type { Clock } from "../../kit/clock.ts";
import type { Db, Tx } from "../../kit/db.ts";
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { Logger } from "../../kit/log.ts";
import { among, avoidNestedLoops, deleteRows, keyOf, ofImport, type Rows } from "./import-rows.ts";
import * as store from "./import-store.ts";
import { type Key, matches, passes, rowConsents } from "./match-rows.ts";
import { foldRows } from "./merge-import.ts";

export interface CheckServices {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "info">;
}

/** Rows whose consents are looked up at a time. */
const consentsAtATime = 20_000;

/**
 * May be called again after any interruption, and by two processes at once: the second finds the import held. The import's row is not
 * locked meanwhile: giving it up does not wait, and what was counted is thrown away.
 */
export async function checkImport(
  { db, liveUpdates, log }: CheckServices,
  job: { workspace_id: string; import_id: string },
): Promise<void> {
  const { workspace_id: workspaceId, import_id: id } = job;
  const step = (work: (tx: Tx, row: store.ImportRow) => Promise<void>) =>
    db.inWorkspace(workspaceId, async (tx) => {
      await sql`select pg_advisory_xact_lock(hashtextextended(${`import ${id}`}, 0))`.execute(tx);
      const row = await store.selectImport(tx, workspaceId, id);
      if (!row) throw new GivenUp();
      if (row.status !== "checking") return false;
      await work(tx, row);
      return true;
    });
  try {
    await step((tx, row) => foldRows(tx, workspaceId, row));
    const held = await step(async (tx, row) => {
      await findAll(tx, workspaceId, row);
      if (!(await store.hold(tx, workspaceId, id, await countFindings(tx, workspaceId, row)))) throw new GivenUp();
    });
    if (held) log.info({ workspace: workspaceId, import: id }, "import held");
  } catch (error) {
    // Whatever failed: without the import nothing needs its rows.
    if (await db.inWorkspace(workspaceId, (tx) => store.selectImport(tx, workspaceId, id))) throw error;
    await db.inWorkspace(workspaceId, (tx) => deleteRows(tx, workspaceId, id));
  }
  liveUpdates.publish(workspaceId, "import", id);
}

/** Rolls back what was counted of an import that was given up. */
class GivenUp extends Error {}

const allOf = (workspaceId: string, row: store.ImportRow): Rows => ({
  workspaceId,
  import: row,
  from: 0,
  to: row.rows,
});

/** Writes down what each row is. */
async function findAll(tx: Tx, workspaceId: string, row: store.ImportRow): Promise<void> {
  const all = allOf(workspaceId, row);
  await sql`set local work_mem = '64MB'`.execute(tx);
  await avoidNestedLoops(tx, true);
  const { rows: kinds } = await sql<{ kind: string }>`
    select distinct s.kind from import_rows s where ${ofImport(all)}`.execute(tx);
  const present = new Set(kinds.map(({ kind }) => kind));
  for (const { by } of passes.filter(({ kind }) => present.has(kind))) {
    if (!(await store.selectImport(tx, workspaceId, row.id))) throw new GivenUp();
    await findPass(tx, all, by);
  }
  // A row that was folded into another shares its fate.
  await sql`
    insert into import_findings (workspace_id, import_id, row, kind)
    select t.workspace_id, t.import_id, t.row,
      case when ${keyOf("t")} in (
        select ${keyOf("s")} from import_rows s join import_findings f on ${findingOf(all)}
        where ${ofImport(all)} and f.kind = 's'
      ) then 's' else 't' end
    from import_rows t where t.workspace_id = ${workspaceId} and t.import_id = ${row.id} and t.kind = 't'`.execute(tx);
  await avoidNestedLoops(tx, false);
}

/** The finding `f` of row `s`. */
const findingOf = ({ workspaceId, import: { id } }: Rows) =>
  sql`f.workspace_id = ${workspaceId} and f.import_id = ${id} and f.row = s.row`;

async function findPass(tx: Tx, all: Rows, by: Key): Promise<void> {
  const foreseen = by !== "mobile"; // before the first pass nothing is changed
  const again = foreseen ? sql`when coalesce(own.ids[1], other.id) in (select m.id from met m) then 't'` : sql``;
  await sql`
    with ${foreseen ? sql`met as materialized (${foresee(all, by)}), ` : sql``}${matches(all, by, foreseen)}
    insert into import_findings (workspace_id, import_id, row, kind, contact)
    select s.workspace_id, s.import_id, s.row,
      case when cardinality(own.ids) > 1 then 's' ${again} else 'k' end,
      case when cardinality(own.ids) > 1 then null else coalesce(own.ids[1], other.id) end
    from import_rows s left join own on own.row = s.row left join other on other.row = s.row
    where ${among(all, by[0] as string)} and (own.row is not null or other.row is not null)`.execute(tx);
}

/** The contacts that the passes so far would have made or updated, with the `key` that they would have in the pass after. */
function foresee(all: Rows, by: Key): RawBuilder<unknown> {
  const key = sql.ref(by);
  const before = passes
    .slice(
      0,
      passes.findIndex((pass) => pass.by === by),
    )
    .map(({ kind }) => kind);
  return sql`
    select distinct on (touched.id) touched.id, touched.key from (
      select coalesce(f.contact, s.id) as id, s.${key} as key, s.kind, s.row
      from import_rows s left join import_findings f on ${findingOf(all)}
      where ${ofImport(all)} and s.kind = any(${before}::"char"[]) and f.kind is distinct from 's'
        -- Of those that the file makes only the ones with a key of this pass: they may be a million.
        and (f.row is not null or s.${key} in (
          select a.${key} from import_rows a
          where a.workspace_id = ${all.workspaceId} and a.import_id = ${all.import.id} and a.kind = ${by[0]}))
    ) touched
    -- The last that was given stays, and those without a mobile come last.
    order by touched.id, touched.key is null, touched.kind = 'm', touched.row desc`;
}

async function countFindings(tx: Tx, workspaceId: string, row: store.ImportRow): Promise<ImportTotals> {
  const all = allOf(workspaceId, row);
  const { rows } = await sql<Record<"known" | "twice" | "shared", number>>`
    select count(*) filter (where kind = 'k') as known, count(*) filter (where kind = 't') as twice,
      count(*) filter (where kind = 's') as shared
    from import_findings where workspace_id = ${workspaceId} and import_id = ${row.id}`.execute(tx);
  const { rows: others } = await sql<Record<"rows" | "rejected" | "landline", number>>`
    select count(*) as rows, count(*) filter (where s.kind = 'r') as rejected, count(*) filter (where ${unreachable}) as landline
    from import_rows s where ${ofImport(all)}`.execute(tx);
  const { rows: warned } = await sql<{ warnings: number }>`
    select count(*) as warnings from import_rejections r
    where r.workspace_id = ${workspaceId} and r.import_id = ${row.id} and r.taken
      and r.row not in (
        select f.row from import_findings f where f.workspace_id = ${workspaceId} and f.import_id = ${row.id} and f.kind = 's')`.execute(
    tx,
  );
  const found = rows[0] as (typeof rows)[number];
  const counted = others[0] as (typeof others)[number];
  return {
    new: counted.rows - counted.rejected - found.known - found.twice - found.shared,
    known: found.known,
    twice: found.twice,
    landline: counted.landline,
    rejected: counted.rejected + found.shared,
    warnings: warned[0]?.warnings ?? 0,
    consents: await countConsents(tx, workspaceId, row),
  };
}

/** Whether a row's mobile takes no text, and it has no other number that does. Of rows `s`, which a mobile makes or finds one contact each. */
export const unreachable: RawBuilder<boolean> = sql<boolean>`(s.kind = 'm'
  and (s.mobile_kind in ('mobile', 'other') or s.phone_kind in ('mobile', 'other')) is not true)`;

/** Consents that the import would record: see new_imported_consents. */
async function countConsents(tx: Tx, workspaceId: string, row: store.ImportRow): Promise<number> {
  const { options } = row;
  if (!options.subscription_type_id) return 0;
  const all = allOf(workspaceId, row);
  const source = sql`coalesce(s.consent_source, ${options.consent_source})`;
  const at = sql`coalesce(s.consent_date, ${options.consent_date}::timestamptz)`;
  const consenting = sql`import_rows s left join import_findings f on ${findingOf(all)}
    where ${ofImport(all)} and s.kind in ('m', 'e', 'p') and f.kind is distinct from 's' and ${rowConsents(row)}`;
  await avoidNestedLoops(tx, true);
  const { rows: made } = await sql<{ n: number }>`
    select count(*) as n from ${consenting} and f.contact is null`.execute(tx);
  // A contact that is on several rows gets what they say once. A contact that the file makes has no consents before.
  const contact = sql`coalesce(f.contact, s.id)`;
  const { rows: repeated } = await sql<{ rows: string | null }>`
    select array_agg(given.row)::text as rows from (
      select s.row,
        row_number() over (partition by ${contact}, ${source} order by s.kind = 'p', s.kind = 'e', s.row) as of_source,
        row_number() over (partition by ${contact}, ${source}, coalesce(${at}, ${row.created_at})
          order by s.kind = 'p', s.kind = 'e', s.row) as of_moment,
        ${at} is null as undated
      from ${consenting} and ${contact} in (
        select t.contact from import_findings t
        where t.workspace_id = ${workspaceId} and t.import_id = ${row.id} and t.kind = 't')
    ) given
    where given.of_moment > 1 or (given.undated and given.of_source > 1)`.execute(tx);
  let consents = made[0]?.n ?? 0;
  for (let from = 0; from < row.rows; from += consentsAtATime) {
    // The function is given arrays: a query about rows of the workspace cannot call it for each where they are on another node.
    const { rows } = await sql<Record<"contacts" | "ids" | "dates" | "sources", string | null>>`
      select array_agg(f.contact order by s.row)::text as contacts, array_agg(s.id order by s.row)::text as ids,
        array_agg(${at} order by s.row)::text as dates, array_agg(${source} order by s.row)::text as sources
      from import_rows s join import_findings f on ${findingOf(all)}
      where ${ofImport(all)} and s.row > ${from} and s.row <= ${from + consentsAtATime}
        and f.row > ${from} and f.row <= ${from + consentsAtATime}
        and s.kind in ('m', 'e', 'p') and f.kind <> 's' and f.contact is not null and ${rowConsents(row)}
        and s.row <> all(${repeated[0]?.rows ?? "{}"}::bigint[])`.execute(tx);
    const { contacts, ids, dates, sources } = rows[0] as (typeof rows)[number];
    if (contacts === null) continue;
    await avoidNestedLoops(tx, false);
    const { rows: fresh } = await sql<{ n: number }>`
      select count(*) as n from new_imported_consents(${workspaceId}, ${options.subscription_type_id}, ${contacts}::uuid[],
        array_fill(false, array[cardinality(${contacts}::uuid[])]), ${ids}::uuid[], ${dates}::timestamptz[], ${sources}::text[])`.execute(
      tx,
    );
    await avoidNestedLoops(tx, true);
    consents += fresh[0]?.n ?? 0;
  }
  await avoidNestedLoops(tx, false);
  return consents;
}
