/** Erases what files of bookings say about a person. */
import { sql } from "kysely";
import type { ContactRow } from "../../contacts/contact.ts";
import { deleteByKey, namesPerson, purgeRejectionsOf, type RowKeys } from "../../contacts/erase-contact.ts";
import type { Tx } from "../../kit/db.ts";

/**
 * Deletes rows of running imports that name the person, so that they do not come back with them, and rejected ones. A row that is being
 * imported at the moment is waited for.
 */
export async function eraseImportedBookingRows(
  tx: Tx,
  workspaceId: string,
  contact: Pick<ContactRow, "email" | "first_name" | "last_name">,
  numbers: readonly string[],
): Promise<void> {
  const isNamed = namesPerson(sql`r.text`, contact, numbers);
  // Without the start, whose digits may be those of a number.
  const { rows: waiting } = await sql<RowKeys>`
    select array_agg(r.import_id)::text as imports, array_agg(r.row)::text as rows
    from (
      select import_id, row, lower(concat_ws(' ', said ->> 'mobile', said ->> 'phone', said ->> 'email', said ->> 'full_name',
        said ->> 'first_name', said ->> 'last_name', said ->> 'notes')) as text
      from booking_import_rows where workspace_id = ${workspaceId}
    ) r
    where ${isNamed}`.execute(tx);
  await deleteByKey(tx, workspaceId, "booking_import_rows", waiting[0]);
  const { rows: rejected } = await sql<RowKeys>`
    select array_agg(r.import_id)::text as imports, array_agg(r.row)::text as rows
    from (
      select import_id, row, lower(concat_ws(' ', value, message)) as text
      from booking_import_rejections where workspace_id = ${workspaceId}
    ) r
    where ${isNamed}`.execute(tx);
  await deleteByKey(tx, workspaceId, "booking_import_rejections", rejected[0]);
}

/** Deletes rejected rows of imports of bookings older than `before`; returns how many. */
export const purgeRejectedBookingRows = (tx: Tx, before: Date, limit: number): Promise<number> =>
  purgeRejectionsOf(tx, "booking_import_rejections", before, limit);
