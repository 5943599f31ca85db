/** Settings of PostgreSQL for one transaction. */
import { sql } from "kysely";
import type { Tx } from "./db.ts";

/** Sets them until the transaction ends, such as `work_mem = '64MB'`. */
export async function setLocal(tx: Tx, ...settings: readonly string[]): Promise<void> {
  await sql.raw(settings.map((setting) => `set local ${setting}`).join("; ")).execute(tx);
}
