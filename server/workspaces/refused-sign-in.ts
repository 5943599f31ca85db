import { sql } from "kysely";
import type { Db } from "../kit/db.ts";
import { newId } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import { recordAboutPerson } from "./audit-events.ts";
import { findPersonByEmail } from "./create-person.ts";

/**
 * Writes a refused sign-in into the audit log of each workspace of whoever has the address; of an address that nobody has,
 * which is no workspace's, into the log file, without the address. Nobody waits for the disk, and both ask the same of the
 * database first: how long the refusal takes must not say whether the address is known.
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
