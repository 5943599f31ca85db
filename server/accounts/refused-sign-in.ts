import { sql } from "kysely";
import type { Db } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import { recordAboutPerson } from "./audit-events.ts";
import { findPersonByEmail } from "./create-person.ts";

/**
 * Writes a refused sign-in into the audit log of each workspace of the account; for an address without an account, into the
 * process's log, without the address. The commit does not wait for the disk, and both cases run the same queries first: the
 * duration must not reveal whether the address is known.
 */
export async function recordRefusedSignIn(
  { db, log }: { db: Db; log: Pick<Logger, "info"> },
  email: string,
  { ip, at }: { ip: string; at: Date },
): Promise<void> {
  await db.asSystem(async (tx) => {
    await sql`set local synchronous_commit = off`.execute(tx);
    const person = await findPersonByEmail(tx, email);
    await recordAboutPerson(tx, person ?? { id: newId(at), name: "" }, "session.refused", { at, anonymous: true });
    if (!person) log.info({ ip }, "a sign-in was refused for an address that has no account");
  });
}
