/** Makes the ledger's months ahead of time. */
import { sql } from "kysely";
import type { Db } from "../kit/db.ts";

/**
 * Makes the partitions of this month and the `ahead` next ones where they are missing. Answers how many could not be made
 * because somebody holds the ledger, as a backup does: messages of such a month are kept in the default partition until a
 * later call has made it.
 */
export async function makeMonths(db: Db, ahead: number): Promise<number> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ missing: number }>`call create_message_partitions(${sql.lit(ahead)})`.execute(tx),
  );
  return rows[0]?.missing ?? 0;
}
