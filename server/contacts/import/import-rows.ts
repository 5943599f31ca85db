/**
 * The rows of imports in the table `import_rows`: they wait there from when the file is received, are folded once, and each chunk
 * deletes those that it has merged.
 */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";

/** Rows of an import by their numbers. */
export interface Rows {
  workspaceId: string;
  import: { id: string };
  /** Rows after this … */
  from: number;
  /** … up to this. */
  to: number;
}

/** The import's rows, as `s`. */
export const ofImport = (rows: Pick<Rows, "workspaceId" | "import">) =>
  sql`s.workspace_id = ${rows.workspaceId} and s.import_id = ${rows.import.id}`;

/** Those of one kind, as `s`. */
export const among = (rows: Rows, kind: string) =>
  sql`${ofImport(rows)} and s.row > ${rows.from} and s.row <= ${rows.to} and s.kind = ${kind}`;

/** What a row is known by: rows with the same are folded into the first of them. */
export const keyOf = (alias: string) => sql.raw(`coalesce(${alias}.mobile, ${alias}.email, ${alias}.phone)`);

/** Deletes what is left of an import's rows and findings. */
export async function deleteRows(tx: Tx, workspaceId: string, importId: string): Promise<void> {
  await sql`delete from import_rows where workspace_id = ${workspaceId} and import_id = ${importId}`.execute(tx);
  await deleteFindings(tx, workspaceId, importId);
}

export async function deleteFindings(tx: Tx, workspaceId: string, importId: string): Promise<void> {
  await sql`delete from import_findings where workspace_id = ${workspaceId} and import_id = ${importId}`.execute(tx);
}

/** Takes over the rows of an import that a process of an earlier version has put into a table of their own. */
export async function adoptRows(tx: Tx, importId: string): Promise<void> {
  await sql`call adopt_import_rows(${importId})`.execute(tx);
}

/** The imports that have a table of their own, as earlier versions made. */
export async function selectTablesOfImports(tx: Tx): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select distinct substr(relname, 8, 36) as id from pg_class
    where relnamespace = 'staging'::regnamespace and relkind = 'r' and relname ~ '^import [0-9a-f-]{36}( found)?$'`.execute(
    tx,
  );
  return rows.map(({ id }) => id);
}

/** Drops the table that an earlier version made for an import. */
export async function dropTableOfImport(tx: Tx, importId: string): Promise<void> {
  await sql`call drop_import_table(${importId})`.execute(tx);
}

/** An import that has rows. */
export interface Staged {
  workspace_id: string;
  import_id: string;
}

/** The imports that have rows, in all workspaces: one look at the index for each instead of one at each row. */
export async function selectStaged(tx: Tx): Promise<Staged[]> {
  const staged: Staged[] = [];
  for (;;) {
    const last = staged.at(-1);
    const { rows } = await sql<Staged>`
      select workspace_id, import_id from import_rows
      where ${last ? sql`(workspace_id, import_id) > (${last.workspace_id}, ${last.import_id})` : sql`true`}
      order by workspace_id, import_id limit 1`.execute(tx);
    if (!rows[0]) return staged;
    staged.push(rows[0]);
  }
}

/**
 * Has rows joined by hashes: of a table that is filled within minutes the planner expects next to no rows, and would compare each with
 * each.
 */
export async function avoidNestedLoops(tx: Tx, avoid: boolean): Promise<void> {
  await (avoid ? sql`set local enable_nestloop = off` : sql`set local enable_nestloop = on`).execute(tx);
}

/**
 * Folds the rows that mean the same contact into the first of them, so that the merge never meets a contact twice: of each field the
 * last value that was given stays. Warnings are written down before, and counted.
 */
export async function foldStagedRows(tx: Tx, workspaceId: string, importId: string): Promise<{ warnings: number }> {
  const rows = { workspaceId, import: { id: importId } };
  await sql`set local work_mem = '64MB'`.execute(tx);
  await avoidNestedLoops(tx, true);
  const { rows: looked } = await sql<{ warnings: number; keys: string | null }>`
    select count(*) filter (where s.reason is not null) as warnings,
      array_agg(distinct ${keyOf("s")}) filter (where s.repeats)::text as keys
    from import_rows s where ${ofImport(rows)} and s.kind <> 'r'`.execute(tx);
  const { warnings = 0, keys = null } = looked[0] ?? {};
  if (warnings > 0)
    await sql`
      insert into import_rejections (workspace_id, import_id, row, reason, value, line, taken)
      select s.workspace_id, s.import_id, s.row, s.reason, s.value, s.line, true
      from import_rows s where ${ofImport(rows)} and s.kind <> 'r' and s.reason is not null`.execute(tx);
  if (keys !== null) await foldKeys(tx, rows, keys);
  await avoidNestedLoops(tx, false);
  return { warnings };
}

/** Folds the rows of those of the keys that several rows have; `keys` as PostgreSQL spells an array. */
async function foldKeys(tx: Tx, rows: Pick<Rows, "workspaceId" | "import">, keys: string): Promise<void> {
  const last = (column: string) =>
    sql.raw(`(array_agg(s.${column} order by s.row desc) filter (where s.${column} is not null))[1]`);
  const repeated = sql`import_rows s where ${ofImport(rows)} and s.kind <> 'r' and ${keyOf("s")} = any(${keys}::text[])
      group by ${keyOf("s")} having count(*) > 1`;
  await sql`
    update import_rows r
    set same = f.same, mobile = f.mobile, mobile_kind = f.mobile_kind, phone = f.phone, phone_kind = f.phone_kind, email = f.email,
      first_name = f.first_name, last_name = f.last_name, locale = f.locale, time_zone = f.time_zone, consent = f.consent,
      consent_date = f.consent_date, consent_source = f.consent_source, properties = f.properties,
      -- Who had the number as a phone on the first row may have it as a mobile on the next.
      kind = case when f.mobile is null then r.kind else 'm' end
    from (
      select g.*, (
        select jsonb_object_agg(p.key, p.value order by e.n)
        from unnest(g.each_properties) with ordinality as e (properties, n), jsonb_each(e.properties) as p
      ) as properties
      from (
        select min(s.row) as first_row, count(*) as same, ${last("mobile")} as mobile, ${last("mobile_kind")} as mobile_kind,
          ${last("phone")} as phone, ${last("phone_kind")} as phone_kind, ${last("email")} as email,
          ${last("first_name")} as first_name, ${last("last_name")} as last_name, ${last("locale")} as locale,
          ${last("time_zone")} as time_zone, bool_and(s.consent) as consent, ${last("consent_date")} as consent_date,
          ${last("consent_source")} as consent_source,
          array_agg(s.properties order by s.row) filter (where s.properties is not null) as each_properties
        from ${repeated}
      ) g
    ) f
    where r.workspace_id = ${rows.workspaceId} and r.import_id = ${rows.import.id} and r.row = f.first_row`.execute(tx);
  // Not deleted: they are shown of a file that is held.
  await sql`
    update import_rows r set kind = 't'
    from (select ${keyOf("s")} as key, min(s.row) as first_row from ${repeated}) f
    where r.workspace_id = ${rows.workspaceId} and r.import_id = ${rows.import.id} and r.kind <> 'r'
      and ${keyOf("r")} = f.key and r.row > f.first_row`.execute(tx);
}
