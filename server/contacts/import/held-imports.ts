/** Imports that are held: their rows are shown, and they are started or given up. */
import { type RawBuilder, sql } from "kysely";
import type { HeldKind, HeldRow } from "../../../contract/contacts.ts";
import { recordAuditEvent } from "../../accounts/audit-events.ts";
import type { Tx } from "../../kit/db.ts";
import { conflict, notFound } from "../../kit/errors.ts";
import type { Jobs } from "../../kit/jobs.ts";
import { notePropertyKeys, propertyKeysOf } from "../properties.ts";
import { unreachable } from "./check-import.ts";
import { adoptRows, deleteRows, dropTableOfImport, ofImport } from "./import-rows.ts";
import * as store from "./import-store.ts";
import { checkJob, importJob } from "./receive-import.ts";
import type { RejectedLine } from "./rejected-csv.ts";

/** Starts a held import in the background. One that has been started already goes on. */
export async function startHeldImport(tx: Tx, workspaceId: string, id: string, jobs: Jobs, at: Date): Promise<void> {
  const row = await store.lockImport(tx, workspaceId, id);
  if (row?.status === "running" || row?.status === "done") return;
  requireHeld(row, id);
  await store.startHeld(tx, workspaceId, id);
  await notePropertyKeys(tx, workspaceId, propertyKeysOf(row.options.fields ?? []), at);
  await jobs.add(tx, importJob, { workspace_id: workspaceId, import_id: id }, { key: `import ${id}` });
  await recordAuditEvent(tx, { workspaceId, at, action: "import.started", target: { type: "import", id } });
}

/**
 * Deletes an import that is held or being counted, with its rows. While a process counts them, they are deleted when it notices, when the
 * job of counting finds no import, or by the next sweep: the caller does not wait for that.
 */
export async function giveUpHeldImport(tx: Tx, workspaceId: string, id: string, jobs: Jobs, at: Date): Promise<void> {
  const row = await store.lockImport(tx, workspaceId, id);
  if (row?.status === "checking")
    await jobs.add(tx, checkJob, { workspace_id: workspaceId, import_id: id }, { key: `import ${id}` });
  else {
    requireHeld(row, id);
    await deleteRows(tx, workspaceId, id);
    await dropTableOfImport(tx, id);
  }
  await store.deleteRejections(tx, workspaceId, id);
  await store.deleteImport(tx, workspaceId, id);
  await recordAuditEvent(tx, { workspaceId, at, action: "import.given_up", target: { type: "import", id } });
}

/** The people behind one of its totals, after row `after`. */
export async function heldRows(
  tx: Tx,
  workspaceId: string,
  id: string,
  page: { kind: HeldKind; after: number; limit: number },
): Promise<HeldRow[]> {
  const row = await store.selectImport(tx, workspaceId, id);
  requireHeld(row, id);
  await adoptRows(tx, id);
  const { rows } = await sql<HeldRow & { line: string[] | null }>`
    select s.row, nullif(concat_ws(' ', s.first_name, s.last_name), '') as name, coalesce(s.mobile, s.phone) as number, s.email,
      s.reason, s.value,
      case when s.kind = 'r' then array(select left(cell, ${shownCell}) from unnest(s.line[:${shownCells}]) as c (cell)) end as line
    from (${rowsOfKind(page.kind, workspaceId, id, page)}) s
    order by s.row`.execute(tx);
  return rows.map(({ line, ...each }) => (line ? { ...each, ...readCells(line, row.options.fields ?? []) } : each));
}

/** Its rejected rows after row `after`, as they were in the file. */
export async function heldRejectedLines(
  tx: Tx,
  workspaceId: string,
  id: string,
  page: { after: number; limit: number },
): Promise<RejectedLine[]> {
  requireHeld(await store.selectImport(tx, workspaceId, id), id);
  await adoptRows(tx, id);
  const { rows } = await sql<RejectedLine>`
    select s.row, s.reason, coalesce(s.line, '{}') as line from (${rowsOfKind("rejected", workspaceId, id, page)}) s order by s.row`.execute(
    tx,
  );
  return rows;
}

/** As much of a rejected row as is shown: its cells may be as long as the file. */
const shownCell = 200;
const shownCells = 1_000;

/** Rows `s` of one kind after a row, each with the reason why it is listed. Pages are read from primary keys, whatever the planner expects. */
function rowsOfKind(
  kind: HeldKind,
  workspaceId: string,
  id: string,
  { after, limit }: { after: number; limit: number },
): RawBuilder<unknown> {
  const all = sql`${ofImport({ workspaceId, import: { id } })} and s.row > ${after}`;
  const end = sql`order by row limit ${limit}`;
  const findings = sql`import_findings f where f.workspace_id = ${workspaceId} and f.import_id = ${id}`;
  const found = (...kinds: string[]) => sql`
    select f.row, null as reason, null as value from ${findings} and f.row > ${after} and f.kind = any(${kinds}::"char"[]) ${end}`;
  const pages: Record<HeldKind, RawBuilder<unknown>> = {
    landline: sql`select s.row, null as reason, null as value from import_rows s where ${all} and ${unreachable} ${end}`,
    warning: sql`select r.row, r.reason, r.value from import_rejections r
      where r.workspace_id = ${workspaceId} and r.import_id = ${id} and r.taken and r.row > ${after}
        and not exists (select 1 from ${findings} and f.row = r.row and f.kind = 's' offset 0) ${end}`,
    rejected: sql`(select s.row, s.reason, s.value from import_rows s where ${all} and s.kind = 'r' ${end})
      union all (${found("s")}) ${end}`,
    new: sql`select s.row, null as reason, null as value from import_rows s
      where ${all} and s.kind in ('m', 'e', 'p') and not exists (select 1 from ${findings} and f.row = s.row offset 0) ${end}`,
    known: found("k"),
    twice: found("t"),
  };
  // A key that several contacts share is only found when the rows are counted.
  const isShared = sql`${kind === "rejected"} and s.kind <> 'r'`;
  return sql`
    select s.row, s.kind, s.first_name, s.last_name, s.mobile, s.phone, s.email, s.line,
      case when not (${isShared}) then page.reason when s.email is null then 'phone_of_several_contacts' else 'email_of_several_contacts' end as reason,
      case when ${isShared} then coalesce(s.email, s.phone) else page.value end as value
    from (${pages[kind]}) page,
      lateral (select * from import_rows s where ${all} and s.row = page.row offset 0) s`;
}

/** The person of a rejected row, by its cells. */
function readCells(line: string[], fields: readonly string[]): Pick<HeldRow, "name" | "number" | "email"> {
  const cell = (...wanted: string[]) =>
    wanted
      .map((field) => line[fields.indexOf(field)]?.trim())
      .filter(Boolean)
      .join(" ") || null;
  return {
    name: cell("first_name", "last_name") ?? cell("full_name"),
    number: cell("mobile") ?? cell("phone"),
    email: cell("email"),
  };
}

function requireHeld(row: store.ImportRow | undefined, id: string): asserts row is store.ImportRow {
  if (!row) throw notFound("import", id);
  if (row.status !== "held")
    throw conflict("import_not_held", `The import is not held, but ${row.status}.`, {
      field: "status",
      value: row.status,
    });
}
