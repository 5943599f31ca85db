/** Erases what files of orders say about a person. */
import { sql } from "kysely";
import type { ContactRow } from "../../contacts/contact.ts";
import { deleteByKey, namesPerson, purgeRejectionsOf, type RowKeys } from "../../contacts/erase-contact.ts";
import type { Tx } from "../../kit/db.ts";

/**
 * Deletes rows of running imports that name the person, so that they do not come back with them, and rejected ones. A row that is being
 * imported at the moment is waited for.
 */
export async function eraseImportedOrderRows(
  tx: Tx,
  workspaceId: string,
  contact: Pick<ContactRow, "email" | "first_name" | "last_name">,
  numbers: readonly string[],
): Promise<void> {
  const isNamed = namesPerson(sql`r.text`, contact, numbers);
  // Without order numbers and moments, whose digits may be those of a number.
  const { rows: waiting } = await sql<RowKeys>`
    select array_agg(r.import_id)::text as imports, array_agg(r.row)::text as rows
    from (
      select import_id, row, lower((said - array['order', 'bought_at', 'price'])::text) as text
      from order_import_rows where workspace_id = ${workspaceId}
    ) r
    where ${isNamed}`.execute(tx);
  await deleteByKey(tx, workspaceId, "order_import_rows", waiting[0]);
  const { rows: rejected } = await sql<RowKeys>`
    select array_agg(r.import_id)::text as imports, array_agg(r.row)::text as rows
    from (
      select import_id, row, lower(concat_ws(' ', value, message)) as text
      from order_import_rejections where workspace_id = ${workspaceId}
    ) r
    where ${isNamed}`.execute(tx);
  await deleteByKey(tx, workspaceId, "order_import_rejections", rejected[0]);
}

/** Deletes rejected rows of imports of orders older than `before`; returns how many. */
export const purgeRejectedOrderRows = (tx: Tx, before: Date, limit: number): Promise<number> =>
  purgeRejectionsOf(tx, "order_import_rejections", before, limit);
