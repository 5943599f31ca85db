/** What the sandbox's handsets hold of a person who is erased, and what is too old to lie there. */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";

/** Empties the handsets of these numbers, as far as they are the workspace's. */
export async function forgetOnSandbox(tx: Tx, workspaceId: string, numbers: readonly string[]): Promise<void> {
  await sql`
    delete from sandbox_messages where phone = any(${numbers}::text[]) and workspace_id = ${workspaceId}`.execute(tx);
  await sql`
    delete from sandbox_phones where workspace_id = ${workspaceId} and number = any(${numbers}::text[])`.execute(tx);
  await sql`
    delete from sandbox_mails where exists (select from unnest(${numbers}::text[]) as n (number)
      where strpos(text, n.number) > 0 or strpos(subject, n.number) > 0)`.execute(tx);
}

/** Drops texts on handsets and mails that are older than `before`; answers how many. */
export async function forgetOldOnSandbox(tx: Tx, before: Date, limit: number): Promise<number> {
  const first = firstIdAt(before);
  const texts = await sql`
    delete from sandbox_messages where (phone, id) in (
      select phone, id from sandbox_messages where id < ${first}::uuid limit ${limit})`.execute(tx);
  const mails = await sql`
    delete from sandbox_mails where id in (
      select id from sandbox_mails where id < ${first}::uuid limit ${limit})`.execute(tx);
  return Number(texts.numAffectedRows ?? 0) + Number(mails.numAffectedRows ?? 0);
}
