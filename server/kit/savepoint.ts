/** A part of a transaction that may fail without the rest. */
import { sql } from "kysely";
import type { Tx } from "./db.ts";

/** Does the work. Where it fails what it has written is undone, the transaction goes on, and the error is thrown. */
export async function inSavepoint<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  await sql`savepoint part`.execute(tx);
  try {
    const done = await work();
    await sql`release savepoint part`.execute(tx);
    return done;
  } catch (error) {
    await sql`rollback to savepoint part`.execute(tx);
    throw error;
  }
}
