/** Settings of PostgreSQL for one transaction. */
import { sql } from "kysely";
import type { Tx } from "./db.ts";

/** Sets them until the transaction ends, such as `work_mem = '64MB'`: one statement each (kit/pipelining.ts says why). */
export async function setLocal(tx: Tx, ...settings: readonly string[]): Promise<void> {
  for (const setting of settings) await sql.raw(`set local ${setting}`).execute(tx);
}
