/**
 * Makes the ledger's months ahead of time. The default partition, messages_other, holds messages of missing months. Attaching a
 * month locks it exclusively, and PostgreSQL scans it under that lock unless a constraint proves that no row belongs into the
 * month. So where it is large, and rows of a month that has begun cannot be moved quickly, a month is made in steps of a
 * transaction each, and only steps without that lock scan: find from which day on messages_other has no rows, exclude the time
 * after that by a constraint, validate it, attach.
 */
import { sql } from "kysely";
import type { Db } from "../kit/db.ts";

/**
 * Makes missing partitions of this month and the `ahead` next ones, as far as that is quick. Answers how many could not be made,
 * because the ledger is locked, as by a backup, or because messages_other is large: messages of such a month are stored there
 * until a later call has made it.
 */
export async function makeMonths(db: Db, ahead: number): Promise<number> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ missing: number }>`call create_message_partitions(${sql.lit(ahead)})`.execute(tx),
  );
  return rows[0]?.missing ?? 0;
}

/** The same, in as many steps as it takes. It scans a large messages_other several times, so it is run by a job. */
export async function makeMonthsInSteps(db: Db, ahead: number): Promise<number> {
  const missing = await makeMonths(db, ahead);
  if (missing === 0) return 0;
  const { rows: months } = await db.asSystem((tx) =>
    sql<{ partition: string; begins: Date; ends: Date }>`
      select partition, begins, ends from message_months_to_exclude(${ahead}::integer)`.execute(tx),
  );
  for (const { partition, begins, ends } of months)
    await db.asSystem((tx) =>
      sql`call exclude_message_month(${partition}::text, ${begins}::timestamptz, ${ends}::timestamptz)`.execute(tx),
    );
  const { rows: excluded } = await db.asSystem((tx) =>
    sql<{ constraint_name: string }>`
      select constraint_name from excluded_message_months() where not validated order by begins`.execute(tx),
  );
  for (const { constraint_name } of excluded)
    await db.asSystem((tx) => sql`call validate_excluded_month(${constraint_name}::text)`.execute(tx));
  return excluded.length > 0 ? makeMonths(db, ahead) : missing;
}
