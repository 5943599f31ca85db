/** Erases what contacts and imports store about a person. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import { inEachWorkspace } from "../kit/in-each-workspace.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { ContactRow } from "./contact.ts";
import { countAgain } from "./import/import-store.ts";
import { checkJob } from "./import/receive-import.ts";

/** The numbers that belong to no other contact. */
export async function numbersOfNobodyElse(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  numbers: readonly string[],
): Promise<string[]> {
  // OFFSET 0: each number is looked up in the index, instead of a join that may read all contacts for each.
  const { rows } = await sql<{ number: string }>`
    select n.number from unnest(${numbers}::text[]) as n (number)
    where not exists (select 1 from contacts c
        where c.workspace_id = ${workspaceId} and c.mobile = n.number and c.id <> ${contactId} offset 0)
      and not exists (select 1 from contacts c
        where c.workspace_id = ${workspaceId} and c.phone = n.number and c.id <> ${contactId} offset 0)`.execute(tx);
  return rows.map((row) => row.number);
}

/** Whether no other contact has the e-mail address. */
export async function isAddressOfNobodyElse(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  address: string,
): Promise<boolean> {
  const { rows } = await sql`
    select 1 from contacts where workspace_id = ${workspaceId} and email = ${address} and id <> ${contactId}
    limit 1`.execute(tx);
  return rows.length === 0;
}

/**
 * Deletes rows of files that contain the person: rejected rows with their number in any spelling, e-mail address, or both names, and rows
 * of imports under way with one of their numbers or the e-mail address. Deleting a row too many costs little; one too few would leave
 * personal data. Held imports that lose a row are counted again.
 */
export async function eraseImportedRows(
  tx: Tx,
  workspaceId: string,
  contact: Pick<ContactRow, "email" | "first_name" | "last_name">,
  numbers: readonly string[],
  jobs: Jobs,
): Promise<void> {
  const isNamed = namesPerson(sql`r.text`, contact, numbers);
  const text = sql`lower(array_to_string(line, ' ') || ' ' || coalesce(value, ''))`;

  // Found first and deleted by their keys: over several nodes a write may not hold conditions like these.
  const { rows: rejected } = await sql<RowKeys>`
    select array_agg(r.import_id)::text as imports, array_agg(r.row)::text as rows
    from (select import_id, row, ${text} as text from import_rejections where workspace_id = ${workspaceId}) r
    where ${isNamed}`.execute(tx);
  await deleteByKey(tx, workspaceId, "import_rejections", rejected[0]);
  const { rows: staged } = await sql<RowKeys>`
    select array_agg(r.import_id)::text as imports, array_agg(r.row)::text as rows
    from (
      select import_id, row, mobile, phone, email, case when reason is not null then ${text} end as text
      from import_rows where workspace_id = ${workspaceId}
    ) r
    where r.mobile = any(${numbers}::text[]) or r.phone = any(${numbers}::text[]) or r.email = ${contact.email} or ${isNamed}`.execute(
    tx,
  );
  await deleteByKey(tx, workspaceId, "import_rows", staged[0]);
  for (const id of await countAgain(tx, workspaceId, staged[0]?.imports ?? "{}"))
    await jobs.add(tx, checkJob, { workspace_id: workspaceId, import_id: id }, { key: `import ${id}` });
}

/** Whether a text in small letters names a person: by a number in any spelling, the e-mail address, or both names. */
export function namesPerson(
  text: RawBuilder<unknown>,
  contact: Pick<ContactRow, "email" | "first_name" | "last_name">,
  numbers: readonly string[],
): RawBuilder<unknown> {
  // National numbers are written without the country code, so the last eight digits are compared.
  const digits = numbers.map((number) => number.replace(/\D/g, "").slice(-8)).filter((each) => each.length >= 5);
  const names = [contact.first_name, contact.last_name].map((name) => name?.toLowerCase() ?? "");
  return sql`(
    exists (select 1 from unnest(${digits}::text[]) as n (digits)
      where strpos(regexp_replace(${text}, '[^0-9]', '', 'g'), n.digits) > 0)
    or (${contact.email}::text is not null and strpos(${text}, ${contact.email}) > 0)
    or (${names.every((name) => name !== "")} and strpos(${text}, ${names[0]}) > 0 and strpos(${text}, ${names[1]}) > 0))`;
}

/** Keys of rows as two arrays, in PostgreSQL's spelling; null where there are none. */
export interface RowKeys {
  imports: string | null;
  rows: string | null;
}

/** Deletes rows of imports; returns how many. */
export async function deleteByKey(
  tx: Tx,
  workspaceId: string,
  table:
    | "import_rejections"
    | "import_rows"
    | "booking_import_rejections"
    | "booking_import_rows"
    | "order_import_rejections"
    | "order_import_rows",
  keys: RowKeys | undefined,
): Promise<number> {
  if (!keys?.imports) return 0;
  const { numAffectedRows } = await sql`
    delete from ${sql.table(table)} t using unnest(${keys.imports}::uuid[], ${keys.rows}::bigint[]) as k (import_id, row)
    where t.workspace_id = ${workspaceId} and t.import_id = k.import_id and t.row = k.row`.execute(tx);
  return Number(numAffectedRows ?? 0);
}

/** Deletes rejected rows of imports of contacts older than `before`; returns how many. */
export const purgeRejectedRows = (tx: Tx, before: Date, limit: number): Promise<number> =>
  purgeRejectionsOf(tx, "import_rejections", before, limit);

export async function purgeRejectionsOf(
  tx: Tx,
  table: "import_rejections" | "booking_import_rejections" | "order_import_rejections",
  before: Date,
  limit: number,
): Promise<number> {
  const { rows } = await sql<RowKeys & { workspace_id: string }>`
    select workspace_id, array_agg(import_id)::text as imports, array_agg(row)::text as rows
    from (
      select workspace_id, import_id, row from ${sql.table(table)} where import_id < ${firstIdAt(before)}::uuid limit ${limit}) r
    group by workspace_id`.execute(tx);
  let deleted = 0;
  await inEachWorkspace(rows, async (workspaceId, [keys]) => {
    deleted += await deleteByKey(tx, workspaceId, table, keys);
  });
  return deleted;
}
