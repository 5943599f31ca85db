/**
 * One chunk of an import, set by set. Rows that mean contacts which are there are merged first and deleted, so that what is left of the
 * chunk makes contacts. Statements find rows by their primary key, in an order that no expectation of the planner can turn round.
 */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { appendMerged } from "./append-merged.ts";
import { among, avoidNestedLoops, keyOf, ofImport, type Rows } from "./import-rows.ts";
import type { ImportRow, MergeCounts } from "./import-store.ts";
import { type Key, rowConsents, rowsOfContacts } from "./match-rows.ts";

export interface Chunk extends Rows {
  import: ImportRow;
  /** The list that everyone goes on, locked. */
  listId: string | null;
  /** Whether no contact is meant by any of the rows, so that none is looked for. */
  allNew: boolean;
  now: Date;
  /** Waited for before anything is written that other chunks of the import write too. */
  before: Promise<void>;
}

/**
 * Merges the chunk's rows that are known by `by`: finds their contacts, makes those that are missing, updates those of which a row says
 * anything new. A row whose e-mail or phone several contacts share is rejected. Throws a unique violation of contacts_mobile when
 * one of the contacts was made meanwhile, and FoundChanged when one is gone or a row is; the chunk is then merged again.
 */
export async function mergeRows(tx: Tx, chunk: Chunk, by: Key): Promise<MergeCounts> {
  const kind = by[0] as string;
  const { rows: all } = await sql<Record<"rejected" | "rows" | "lines", number>>`
    select count(*) filter (where s.kind = 'r') as rejected, count(*) filter (where s.kind = ${kind}) as rows,
      coalesce(sum(s.same) filter (where s.kind = ${kind}), 0)::bigint as lines
    from import_rows s where ${ofImport(chunk)} and s.row > ${chunk.from} and s.row <= ${chunk.to}`.execute(tx);
  const { rows, lines, ...counted } = all[0] as (typeof all)[number];
  const rejected = by === "mobile" ? counted.rejected : 0;
  if (rejected > 0) await keepRejections(tx, chunk);
  const found = chunk.allNew || rows === 0 ? nothing : await findContacts(tx, chunk, by);
  const known = found.rows === null ? null : await holdKnown(tx, chunk, by, found);
  if (known?.changed_rows) await updateKnown(tx, chunk, known.changed_rows, known.changed_ids as string);
  let consents = known ? await grantKnown(tx, chunk, known) : 0;
  const untaken = found.shared === null ? 0 : await rejectShared(tx, chunk, by, found);
  const left = rows - found.n - found.shared_n;
  if (left > 0) {
    if (found.n + found.shared_n > 0) await deleteRowsOf(tx, chunk, found);
    consents += await makeContacts(tx, chunk, kind, left);
  }
  await appendMerged(tx, chunk, left > 0 ? kind : null, known);
  await chunk.before;
  if (left > 0) await listMade(tx, chunk, kind);
  if (found.ids !== null) await listKnown(tx, chunk, found.ids);
  const kinds = by === "mobile" ? [kind, "r"] : [kind];
  const deleted = await deleteChunk(tx, chunk, kinds);
  // An erasure deletes rows of the person: what this made of them must not stay.
  if (deleted !== rejected + (left > 0 ? left : rows)) throw new FoundChanged("a row of an import was erased");
  const madeLines = lines - found.lines - found.shared_lines;
  const updated = known?.changed_lines ?? 0;
  return {
    created: left,
    updated: madeLines - left + updated,
    unchanged: found.lines - updated,
    rejected: rejected + found.shared_lines,
    consents,
    warnings: -untaken,
  };
}

/** A contact was deleted, or got another number or address, before the merge held it, or a row was erased. */
export class FoundChanged extends Error {}

/** Rows that mean contacts; arrays as PostgreSQL spells them, null where they would be empty. */
interface Found {
  /** Rows that mean one contact, in the order of the contacts' ids; … */
  n: number;
  /** … how many lines of the file they stand for, … */
  lines: number;
  rows: string | null;
  /** … the contacts, and what they are known by. */
  ids: string | null;
  keys: string | null;
  /** Rows whose key several contacts share. */
  shared_n: number;
  shared_lines: number;
  shared: string | null;
}
const nothing: Found = {
  n: 0,
  lines: 0,
  rows: null,
  ids: null,
  keys: null,
  shared_n: 0,
  shared_lines: 0,
  shared: null,
};

async function findContacts(tx: Tx, chunk: Chunk, by: Key): Promise<Found> {
  const { rows } = await sql<Found>`
    select count(*) filter (where one) as n, coalesce(sum(same) filter (where one), 0)::bigint as lines,
      array_agg(row order by ids[1]) filter (where one)::text as rows, array_agg(ids[1] order by ids[1]) filter (where one)::text as ids,
      array_agg(key order by ids[1]) filter (where one)::text as keys,
      count(*) filter (where not one) as shared_n, coalesce(sum(same) filter (where not one), 0)::bigint as shared_lines,
      array_agg(row) filter (where not one)::text as shared
    from (select f.*, cardinality(ids) = 1 as one from (${rowsOfContacts(chunk, by)}) f) g`.execute(tx);
  return rows[0] as Found;
}

/** What rows say of the contacts that are there. */
interface Known {
  /** Rows that say anything new, their contacts, and how many lines they stand for. */
  changed_rows: string | null;
  changed_ids: string | null;
  changed_lines: number;
  /** Of those that consent: contacts, ids of the events, dates and sources. */
  consenting: string | null;
  event_ids: string | null;
  dates: string | null;
  sources: string | null;
}

/** Holds all contacts that were found, changed by the file or not, and makes sure that they still are what their rows mean. */
async function holdKnown(tx: Tx, chunk: Chunk, by: Key, found: Found): Promise<Known> {
  const { options } = chunk.import;
  const key = sql.ref(`c.${by}`);
  const consents = options.subscription_type_id === null ? sql`false` : rowConsents(chunk.import);
  // One that was changed since it was found is looked at again by PostgreSQL once it is held.
  const { rows } = await sql<Known & { n: number }>`
    select count(*) as n, array_agg(row order by id) filter (where changed)::text as changed_rows,
      array_agg(id order by id) filter (where changed)::text as changed_ids,
      coalesce(sum(same) filter (where changed), 0)::bigint as changed_lines,
      array_agg(id order by row) filter (where consents)::text as consenting,
      array_agg(event_id order by row) filter (where consents)::text as event_ids,
      array_agg(date order by row) filter (where consents)::text as dates,
      array_agg(source order by row) filter (where consents)::text as sources
    from (
      select s.row, c.id, s.same, s.id as event_id, ${consents} as consents, ${changes()} as changed,
        coalesce(s.consent_date, ${options.consent_date}::timestamptz) as date,
        coalesce(s.consent_source, ${options.consent_source}) as source
      from unnest(${found.rows}::bigint[], ${found.ids}::uuid[], ${found.keys}::text[]) as f (row, id, key),
        lateral (select s.* from import_rows s where ${ofImport(chunk)} and s.row = f.row offset 0) s,
        lateral (
          select c.* from contacts c
          where c.workspace_id = ${chunk.workspaceId} and c.id = f.id and (${key} = f.key or ${key} is null)
          for no key update of c
        ) c
    ) held`.execute(tx);
  const known = rows[0] as (typeof rows)[number];
  if (known.n !== found.n) throw new FoundChanged("a contact that an import found is another one now");
  return known;
}

/** Writes what rows say anew of contacts that are held. */
async function updateKnown(tx: Tx, chunk: Chunk, rows: string, ids: string): Promise<void> {
  await avoidNestedLoops(tx, true);
  await sql`
    update contacts c set ${mergedColumns(chunk)}
    from import_rows s, unnest(${rows}::bigint[], ${ids}::uuid[]) as f (row, id)
    where c.workspace_id = ${chunk.workspaceId} and c.id = any(${ids}::uuid[]) and c.id = f.id and s.row = f.row
      and ${ofImport(chunk)} and s.row > ${chunk.from} and s.row <= ${chunk.to}`.execute(tx);
  await avoidNestedLoops(tx, false);
}

/** Grants contacts that were there what their rows consent to; answers how many consents are new. */
async function grantKnown(tx: Tx, chunk: Chunk, known: Known): Promise<number> {
  const { options, file_name, created_by, created_at } = chunk.import;
  if (known.consenting === null) return 0;
  const { rows } = await sql<{ n: number | null }>`
    select grant_imported_consents(${chunk.workspaceId}, ${options.subscription_type_id}, ${known.consenting}::uuid[],
      array_fill(false, array[cardinality(${known.consenting}::uuid[])]), ${known.event_ids}::uuid[], ${known.dates}::timestamptz[],
      ${known.sources}::text[], ${file_name}, ${created_at}, ${created_by}) as n`.execute(tx);
  return rows[0]?.n ?? 0;
}

/** Makes the contacts of the rows that are left, with their consents; answers how many of those. */
async function makeContacts(tx: Tx, chunk: Chunk, kind: string, left: number): Promise<number> {
  const made = await sql`
    insert into contacts (${insertedColumns})
    select ${insertedValues(chunk)} from import_rows s where ${among(chunk, kind)}
    order by s.row -- which is the order of the ids: sorted by mobile it took 40 % longer`.execute(tx);
  if (Number(made.numAffectedRows) !== left) throw new FoundChanged("a row of an import was erased");
  const { options, file_name, created_by, created_at } = chunk.import;
  if (!options.subscription_type_id) return 0;
  const { rows } = await sql<{ n: number | null }>`
    select grant_row_consents(${chunk.workspaceId}, ${chunk.import.id}, ${kind}, ${chunk.from}, ${chunk.to},
      ${!options.consent_column}, ${options.subscription_type_id}, ${options.consent_date}, ${options.consent_source}, ${file_name},
      ${created_at}, ${created_by}) as n`.execute(tx);
  return rows[0]?.n ?? 0;
}

/**
 * Rejects the rows whose key several contacts share, those that were folded into them too. Answers for how many a warning had been written
 * down.
 */
async function rejectShared(tx: Tx, chunk: Chunk, by: Key, found: Found): Promise<number> {
  const {
    workspaceId,
    import: { id },
  } = chunk;
  const isAnyFolded = found.shared_lines > found.shared_n;
  const isShared = sql`${ofImport(chunk)} and s.row = any(${found.shared}::bigint[])`;
  // Folded rows are anywhere in the file: it is gone through where there are some, and not by a join, which may do so for each.
  const { rows } = await sql<{ rows: string }>`
    select array_agg(r.row)::text as rows from (
      select unnest(${found.shared}::bigint[]) as row
      ${
        isAnyFolded
          ? sql`union all select t.row from import_rows t
              where t.workspace_id = ${workspaceId} and t.import_id = ${id} and t.kind = 't'
                and (${keyOf("t")} in (select ${keyOf("s")} from import_rows s where ${isShared})) is true`
          : sql``
      }
    ) r`.execute(tx);
  const numbers = rows[0]?.rows ?? "{}";
  const untaken = await sql`
    delete from import_rejections
    where workspace_id = ${workspaceId} and import_id = ${id} and taken and row = any(${numbers}::bigint[])`.execute(
    tx,
  );
  await sql`
    insert into import_rejections (workspace_id, import_id, row, reason, value, line)
    select s.workspace_id, s.import_id, s.row, ${`${by}_of_several_contacts`}, s.${sql.ref(by)}, s.line
    from import_rows s where ${ofImport(chunk)} and s.row = any(${numbers}::bigint[])`.execute(tx);
  return Number(untaken.numAffectedRows ?? 0);
}

async function keepRejections(tx: Tx, chunk: Chunk): Promise<void> {
  await sql`
    insert into import_rejections (workspace_id, import_id, row, reason, value, line)
    select s.workspace_id, s.import_id, s.row, s.reason, s.value, s.line from import_rows s where ${among(chunk, "r")}`.execute(
    tx,
  );
}

/** Deletes the rows whose contacts were found: those that are left make some. */
async function deleteRowsOf(tx: Tx, chunk: Chunk, found: Found): Promise<void> {
  const deleted = await sql`
    delete from import_rows s
    where ${ofImport(chunk)} and (s.row = any(${found.rows ?? "{}"}::bigint[]) or s.row = any(${found.shared ?? "{}"}::bigint[]))
      and s.row > ${chunk.from} and s.row <= ${chunk.to}`.execute(tx);
  if (Number(deleted.numAffectedRows) !== found.n + found.shared_n)
    throw new FoundChanged("a row of an import was erased");
}

/** Deletes what is left of the chunk, and answers how many rows that were. */
async function deleteChunk(tx: Tx, chunk: Chunk, kinds: string[]): Promise<number> {
  const deleted = await sql`
    delete from import_rows s
    where ${ofImport(chunk)} and s.row > ${chunk.from} and s.row <= ${chunk.to} and s.kind = any(${kinds}::"char"[])`.execute(
    tx,
  );
  return Number(deleted.numAffectedRows ?? 0);
}

async function listMade(tx: Tx, chunk: Chunk, kind: string): Promise<void> {
  if (!chunk.listId) return;
  await sql`
    insert into list_members (workspace_id, list_id, contact_id)
    select s.workspace_id, ${chunk.listId}, s.id from import_rows s where ${among(chunk, kind)} order by s.row`.execute(
    tx,
  );
}

async function listKnown(tx: Tx, chunk: Chunk, ids: string): Promise<void> {
  if (!chunk.listId) return;
  await sql`
    insert into list_members (workspace_id, list_id, contact_id)
    select w.workspace_id, ${chunk.listId}, f.id from workspaces w, unnest(${ids}::uuid[]) as f (id)
    where w.workspace_id = ${chunk.workspaceId} order by f.id on conflict do nothing`.execute(tx);
}

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
      : sql`case when ${rowConsents(chunk.import)} then 1::bigint << ${consent_bit}::int else 0 end`;
  return sql`s.workspace_id, s.id, s.mobile, s.mobile_kind, s.phone, s.phone_kind, s.email,
    s.first_name, s.last_name, s.locale, s.time_zone, ${consented}, coalesce(s.properties, '{}'),
    ${chunk.import.created_at}, ${chunk.now}`;
}

// The mobile is filled in at most: another one is another contact's.
const merged = ["phone", "phone_kind", "email", "first_name", "last_name", "locale", "time_zone"];

/** An empty cell leaves what is known. */
function mergedColumns(chunk: Chunk): RawBuilder<unknown> {
  const assignments = merged.map((column) => `${column} = coalesce(s.${column}, c.${column})`);
  return sql`${sql.raw(assignments.join(", "))},
    mobile = coalesce(c.mobile, s.mobile), mobile_kind = case when c.mobile is null then s.mobile_kind else c.mobile_kind end,
    properties = c.properties || coalesce(s.properties, '{}')::jsonb, updated_at = ${chunk.now}`;
}

/** Whether a row says anything new. */
function changes(): RawBuilder<boolean> {
  const differences = merged
    .filter((column) => !column.endsWith("_kind"))
    .map((column) => `s.${column} <> c.${column} or (c.${column} is null and s.${column} is not null)`);
  return sql<boolean>`(${sql.raw(differences.join(" or "))} or (c.mobile is null and s.mobile is not null) or not c.properties @> coalesce(s.properties, '{}'))`;
}
