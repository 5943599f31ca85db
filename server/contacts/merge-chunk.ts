/** One chunk of an import, set by set. Every statement here reads the chunk's staging rows from their primary key. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { stagingTable } from "./import-staging.ts";
import type { ImportRow, MergeCounts } from "./import-store.ts";

export interface Chunk {
  workspaceId: string;
  import: ImportRow;
  /** Rows after this … */
  from: number;
  /** … up to this. */
  to: number;
  /** The list that everyone goes on, locked. */
  listId: string | null;
  now: Date;
}

/** Rows with a mobile: an upsert by it. Rejected rows of the chunk are moved to where they are kept. */
export async function mergeByMobile(tx: Tx, chunk: Chunk): Promise<MergeCounts> {
  const rejected = await keepRejections(tx, chunk);
  const rows = await countRows(tx, chunk, "m");
  const { rows: result } = await sql<{ created: number; created_rows: number; updated: number }>`
    with merged as (
      insert into contacts as c (${insertedColumns})
      select ${insertedValues(chunk)} from ${stagingTable(chunk.import.id)} s
      where ${inChunk(chunk, "m")}
      order by s.mobile -- neighbours in the index, one after the other
      on conflict (workspace_id, mobile) where mobile is not null do update
        set ${mergedColumns("excluded", chunk)} where ${changes("excluded")}
      returning c.id, c.xmax = 0 as created, c.mobile
    )
    select count(*) filter (where created) as created,
      coalesce(sum(s.same) filter (where created), 0)::bigint as created_rows,
      coalesce(sum(s.same) filter (where not created), 0)::bigint as updated
    from merged join ${stagingTable(chunk.import.id)} s on s.mobile = merged.mobile and ${inChunk(chunk, "m")}`.execute(
    tx,
  );
  const { created, created_rows, updated } = result[0] as { created: number; created_rows: number; updated: number };
  await addToListAndLedger(
    tx,
    chunk,
    sql`select c.id, s.row, s.consent, s.consent_date, s.consent_source
      from ${stagingTable(chunk.import.id)} s
      join contacts c on c.workspace_id = ${chunk.workspaceId} and c.mobile = s.mobile where ${inChunk(chunk, "m")}`,
  );
  return { created, updated: created_rows - created + updated, unchanged: rows - created_rows - updated, rejected };
}

/** Rows without a mobile, by e-mail or phone, which several contacts may share: then the row is rejected. */
export async function mergeByAddress(tx: Tx, chunk: Chunk, by: "email" | "phone"): Promise<MergeCounts> {
  const kind = by === "email" ? "e" : "p";
  const table = stagingTable(chunk.import.id);
  const column = sql.ref(by);
  await sql`drop table if exists found`.execute(tx);
  await sql`
    create temp table found on commit drop as
    select s.row, s.same, s.${column} as address, array_agg(c.id order by c.id) filter (where c.id is not null) as ids
    from ${table} s left join contacts c on c.workspace_id = ${chunk.workspaceId} and c.${column} = s.${column}
    where ${inChunk(chunk, kind)} group by s.row, s.same, s.${column}`.execute(tx);
  await sql`
    insert into import_rejections (workspace_id, import_id, row, reason, value, line)
    select ${chunk.workspaceId}, ${chunk.import.id}, f.row, ${`${by}_of_several_contacts`}, f.address, s.line
    from found f join ${table} s on s.row = f.row where cardinality(f.ids) > 1
    on conflict do nothing`.execute(tx);
  const { rows: created } = await sql`
    insert into contacts (${insertedColumns})
    select ${insertedValues(chunk)} from ${table} s join found f on f.row = s.row where f.ids is null
    order by s.row returning id`.execute(tx);
  await sql`
    select from contacts c join found f on c.id = f.ids[1]
    where c.workspace_id = ${chunk.workspaceId} and cardinality(f.ids) = 1 order by c.id for no key update of c`.execute(
    tx,
  );
  const { rows: updated } = await sql<{ same: number }>`
    update contacts c set ${mergedColumns("s", chunk)}
    from ${table} s join found f on f.row = s.row
    where c.workspace_id = ${chunk.workspaceId} and cardinality(f.ids) = 1 and c.id = f.ids[1] and ${changes("s")}
    returning f.same`.execute(tx);
  await addToListAndLedger(
    tx,
    chunk,
    sql`select coalesce(f.ids[1], ${contactId(chunk)}) as id, s.row, s.consent, s.consent_date, s.consent_source
      from ${table} s join found f on f.row = s.row where f.ids is null or cardinality(f.ids) = 1`,
  );
  const { rows: sums } = await sql<{ same: number; created: number; rejected: number }>`
    select coalesce(sum(same), 0)::bigint as same,
      coalesce(sum(same) filter (where ids is null), 0)::bigint as created,
      coalesce(sum(same) filter (where cardinality(ids) > 1), 0)::bigint as rejected from found`.execute(tx);
  const all = sums[0] as { same: number; created: number; rejected: number };
  const changed = updated.reduce((sum, row) => sum + row.same, 0);
  return {
    created: created.length,
    updated: all.created - created.length + changed,
    unchanged: all.same - all.created - changed - all.rejected,
    rejected: all.rejected,
  };
}

async function keepRejections(tx: Tx, chunk: Chunk): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    with kept as (
      insert into import_rejections (workspace_id, import_id, row, reason, value, line)
      select ${chunk.workspaceId}, ${chunk.import.id}, s.row, s.reason, s.value, s.line
      from ${stagingTable(chunk.import.id)} s where ${inChunk(chunk, "r")} returning 1
    ) select count(*) as n from kept`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** Rows of the file, those that are folded into others included. */
async function countRows(tx: Tx, chunk: Chunk, kind: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select coalesce(sum(same), 0)::bigint as n from ${stagingTable(chunk.import.id)} s where ${inChunk(chunk, kind)}`.execute(
    tx,
  );
  return rows[0]?.n ?? 0;
}

/** `people`: id, row and consent columns of everyone in the chunk. */
async function addToListAndLedger(tx: Tx, chunk: Chunk, people: RawBuilder<unknown>): Promise<void> {
  const { listId, workspaceId } = chunk;
  const { options, file_name, created_by } = chunk.import;
  if (listId) {
    await sql`
      insert into list_members (workspace_id, list_id, contact_id)
      select ${workspaceId}, ${listId}, p.id from (${people}) p order by p.id on conflict do nothing`.execute(tx);
  }
  if (!options.subscription_type_id) return;
  const { rows } = await sql<Record<string, unknown[] | null>>`
    select array_agg(p.id order by p.row) as ids, array_agg(p.id = ${contactId(chunk, "p")} order by p.row) as fresh,
      array_agg(${contactId(chunk, "p")} order by p.row) as event_ids,
      array_agg(coalesce(p.consent_date, ${options.consent_date}::timestamptz)::text order by p.row) as dates,
      array_agg(coalesce(p.consent_source, ${options.consent_source}) order by p.row) as sources
    from (${people}) p where ${consents(chunk, "p")}`.execute(tx);
  const given = rows[0];
  if (!given?.ids) return;
  await sql`
    select grant_imported_consents(${workspaceId}, ${options.subscription_type_id}, ${given.ids}::uuid[],
      ${given.fresh}::boolean[], ${given.event_ids}::uuid[], ${given.dates}::timestamptz[], ${given.sources}::text[],
      ${file_name}, ${chunk.import.created_at}, ${created_by})`.execute(tx);
}

const inChunk = (chunk: Chunk, kind: string) =>
  sql`s.row > ${chunk.from} and s.row <= ${chunk.to} and s.kind = ${kind}`;

/** A row consents unless a column says otherwise. */
const consents = (chunk: Chunk, alias: string) =>
  chunk.import.options.consent_column ? sql`coalesce(${sql.ref(`${alias}.consent`)}, false)` : sql`true`;

/**
 * The id of the contact that a row makes, and of the consent event that a row grants: the import's own, with the row's
 * number for its last 32 bits. It sorts by the row, costs no randomness, and tells who was made by this very import.
 */
const contactId = (chunk: Chunk, alias = "s") =>
  sql`(${chunk.import.id.slice(0, 28)} || lpad(to_hex(${sql.ref(`${alias}.row`)}), 8, '0'))::uuid`;

const insertedColumns = sql.raw(
  `workspace_id, id, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale, time_zone,
   sms_consents, properties, created_at, updated_at`,
);

/** A new contact's consent is written with it: a second update of each row would cost as much as the insert. */
function insertedValues(chunk: Chunk): RawBuilder<unknown> {
  const { subscription_type_id, consent_bit } = chunk.import.options;
  const consented =
    subscription_type_id === null
      ? sql`0`
      : sql`case when ${consents(chunk, "s")} then 1::bigint << ${consent_bit}::int else 0 end`;
  return sql`${chunk.workspaceId}, ${contactId(chunk)}, s.mobile, s.mobile_kind, s.phone, s.phone_kind, s.email,
    s.first_name, s.last_name, s.locale, s.time_zone, ${consented}, coalesce(s.properties, '{}'),
    ${chunk.import.created_at}, ${chunk.now}`;
}

const merged = ["phone", "phone_kind", "email", "first_name", "last_name", "locale", "time_zone"];

/** An empty cell leaves what is known. */
function mergedColumns(given: "excluded" | "s", chunk: Chunk): RawBuilder<unknown> {
  const assignments = merged.map((column) => `${column} = coalesce(${given}.${column}, c.${column})`);
  return sql`${sql.raw(assignments.join(", "))},
    properties = c.properties || coalesce(${sql.ref(`${given}.properties`)}, '{}'), updated_at = ${chunk.now}`;
}

/** Whether a row says anything new. */
function changes(given: "excluded" | "s"): RawBuilder<boolean> {
  const differences = merged
    .filter((column) => !column.endsWith("_kind"))
    .map((column) => `${given}.${column} <> c.${column} or (c.${column} is null and ${given}.${column} is not null)`);
  return sql<boolean>`(${sql.raw(differences.join(" or "))} or not c.properties @> coalesce(${sql.ref(`${given}.properties`)}, '{}'))`;
}
