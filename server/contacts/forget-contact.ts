/** What contacts and imports hold of a person who is erased. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import type { ContactRow } from "./contact.ts";

/** Those of the numbers that belong to no contact but this one. */
export async function numbersOfNobodyElse(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  numbers: readonly string[],
): Promise<string[]> {
  const { rows } = await sql<{ number: string }>`
    select n.number from unnest(${numbers}::text[]) as n (number)
    where not exists (select from contacts c
        where c.workspace_id = ${workspaceId} and c.mobile = n.number and c.id <> ${contactId})
      and not exists (select from contacts c
        where c.workspace_id = ${workspaceId} and c.phone = n.number and c.id <> ${contactId})`.execute(tx);
  return rows.map((row) => row.number);
}

/**
 * Deletes rejected rows of imports that name the person: by number in any spelling, by e-mail, or by both names. A row too
 * many costs little, one too few would be theirs.
 */
export async function forgetRejectedRows(
  tx: Tx,
  workspaceId: string,
  contact: Pick<ContactRow, "email" | "first_name" | "last_name">,
  numbers: readonly string[],
): Promise<void> {
  // National numbers are written without the country code, and the last eight digits tell them apart well enough.
  const digits = numbers.map((number) => number.replace(/\D/g, "").slice(-8)).filter((each) => each.length >= 5);
  const names = [contact.first_name, contact.last_name].map((name) => name?.toLowerCase() ?? "");
  await sql`
    delete from import_rejections
    using (
      select import_id as id, row as nr, lower(array_to_string(line, ' ') || ' ' || coalesce(value, '')) as text
      from import_rejections where workspace_id = ${workspaceId}
    ) r
    where workspace_id = ${workspaceId} and import_id = r.id and row = r.nr and (
      exists (select from unnest(${digits}::text[]) as n (digits)
        where strpos(regexp_replace(r.text, '[^0-9]', '', 'g'), n.digits) > 0)
      or (${contact.email}::text is not null and strpos(r.text, ${contact.email}) > 0)
      or (${names.every((name) => name !== "")} and strpos(r.text, ${names[0]}) > 0 and strpos(r.text, ${names[1]}) > 0))`.execute(
    tx,
  );
}

/** Drops rejected rows of imports older than `before`; answers how many. */
export async function forgetOldRejectedRows(tx: Tx, before: Date, limit: number): Promise<number> {
  const { numAffectedRows } = await sql`
    delete from import_rejections where (workspace_id, import_id, row) in (
      select workspace_id, import_id, row from import_rejections
      where import_id < ${firstIdAt(before)}::uuid limit ${limit})`.execute(tx);
  return Number(numAffectedRows ?? 0);
}
