/**
 * The table that an import's rows wait in: written by COPY while the file comes in, merged by set-based SQL afterwards,
 * dropped at the end. One table an import, so that it goes at once and leaves nothing to vacuum; made and dropped by
 * functions of the database, because work for one workspace owns no tables.
 */
import { finished } from "node:stream/promises";
import { sql } from "kysely";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import type { Db, Tx } from "../kit/db.ts";
import type { ImportedContact, Rejection } from "./import-row.ts";

/** How a row finds its contact: by mobile, e-mail or phone; or r: rejected. */
export type RowKind = "m" | "e" | "p" | "r";

const name = (importId: string) => `staging."import ${importId}"`;
/** The table's name for a query. */
export const stagingTable = (importId: string) => sql.raw(name(importId));

export async function createStaging(tx: Tx, importId: string): Promise<void> {
  await sql`call create_import_table(${importId})`.execute(tx);
}

/** Lets work for the workspace have a table that a process of an older version made, which has no wall yet. */
export async function adoptStaging(tx: Tx, importId: string): Promise<void> {
  await sql`call adopt_import_table(${importId})`.execute(tx);
}

export async function dropStaging(tx: Tx, importId: string): Promise<void> {
  await sql`call drop_import_table(${importId})`.execute(tx);
}

/** Writes lines of `stagedRow` into the table, all or none. */
export async function copyIntoStaging(db: Db, importId: string, lines: string): Promise<void> {
  await copyInto(
    db.pool,
    `copy ${name(importId)} (row, kind, mobile, mobile_kind, phone, phone_kind, email, first_name, last_name, locale,
      time_zone, properties, consent, consent_date, consent_source, reason, value, line) from stdin`,
    lines,
  );
}

/** Runs one COPY with all of its text. */
export async function copyInto(pool: pg.Pool, statement: string, lines: string): Promise<void> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    const copy = client.query(copyFrom(statement));
    copy.end(lines);
    await finished(copy);
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}

/** A row's line for COPY, and how it will find its contact. */
export function stagedRow(row: number, read: ImportedContact | Rejection, cells: string[]): string {
  if ("reason" in read) {
    return `${row}\tr${"\t\\N".repeat(13)}\t${read.reason}\t${text(read.value)}\t${text(array(cells))}\n`;
  }
  const kind: RowKind = read.mobile ? "m" : read.email ? "e" : "p";
  // A mobile number belongs to one contact, so nothing found while merging can reject its row.
  const line = kind === "m" ? null : array(cells);
  return `${row}\t${kind}\t${read.mobile ?? "\\N"}\t${read.mobile_kind ?? "\\N"}\t${read.phone ?? "\\N"}\t${
    read.phone_kind ?? "\\N"
  }\t${text(read.email)}\t${text(read.first_name)}\t${text(read.last_name)}\t${text(read.locale)}\t${text(
    read.time_zone,
  )}\t${read.properties ? text(JSON.stringify(read.properties)) : "\\N"}\t${read.consent ?? "\\N"}\t${
    read.consent_date?.toISOString() ?? "\\N"
  }\t${text(read.consent_source)}\t\\N\t\\N\t${text(line)}\n`;
}

const special = /[\\\t\n\r]/;
const escapes: Record<string, string> = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" };

/** A value in COPY's text format. */
function text(value: string | null): string {
  if (value === null) return "\\N";
  return special.test(value) ? value.replace(/[\\\t\n\r]/g, (character) => escapes[character] as string) : value;
}

/** A text[] as PostgreSQL spells it. */
const array = (cells: string[]) => `{${cells.map((cell) => `"${cell.replace(/["\\]/g, "\\$&")}"`).join(",")}}`;

/**
 * Indexes the table and folds the rows that mean the same contact into the first of them, so that the merge never meets a
 * contact twice: of each field the last value that was given stays.
 */
export async function prepareStaging(tx: Tx, importId: string): Promise<void> {
  const table = stagingTable(importId);
  await sql`set local work_mem = '64MB'`.execute(tx);
  await sql`call index_import_table(${importId})`.execute(tx);
  await sql`
    create temp table folded on commit drop as
    with repeated as (
      select coalesce(mobile, email, phone) as key from ${table} where kind <> 'r'
      group by coalesce(mobile, email, phone) having count(*) > 1
    )
    select s.*, first_value(s.row) over same_contact as first_row
    from ${table} s join repeated r on r.key = coalesce(s.mobile, s.email, s.phone)
    where s.kind <> 'r'
    window same_contact as (partition by r.key order by s.row)`.execute(tx);
  const last = (column: string) =>
    sql.raw(`(array_agg(${column} order by row desc) filter (where ${column} is not null))[1]`);
  await sql`
    update ${table} s
    set same = f.same, phone = f.phone, phone_kind = f.phone_kind, email = f.email, first_name = f.first_name,
      last_name = f.last_name, locale = f.locale, time_zone = f.time_zone, consent = f.consent,
      consent_date = f.consent_date, consent_source = f.consent_source,
      properties = (
        select jsonb_object_agg(p.key, p.value order by g.row)
        from folded g, jsonb_each(g.properties) p where g.first_row = f.first_row
      )
    from (
      select first_row, count(*) as same, ${last("phone")} as phone, ${last("phone_kind")} as phone_kind,
        ${last("email")} as email, ${last("first_name")} as first_name, ${last("last_name")} as last_name,
        ${last("locale")} as locale, ${last("time_zone")} as time_zone, ${last("consent")} as consent,
        ${last("consent_date")} as consent_date, ${last("consent_source")} as consent_source
      from folded group by first_row
    ) f
    where s.row = f.first_row`.execute(tx);
  await sql`delete from ${table} s using folded f where s.row = f.row and f.row <> f.first_row`.execute(tx);
  await sql`call analyze_import_table(${importId})`.execute(tx);
}
