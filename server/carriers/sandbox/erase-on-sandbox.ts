/** Erasing a person from the sandbox's handsets and mails, and purging what is old. */
import { sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { firstIdAt } from "../../kit/id.ts";

/** Erases what the workspace's handsets of these numbers hold, mails that name them, and its mails to them as addresses. */
export async function eraseOnSandbox(tx: Tx, workspaceId: string, numbers: readonly string[]): Promise<void> {
  await sql`
    delete from sandbox_messages where phone = any(${numbers}::text[]) and workspace_id = ${workspaceId}`.execute(tx);
  await sql`
    delete from sandbox_phones where workspace_id = ${workspaceId} and number = any(${numbers}::text[])`.execute(tx);
  await sql`
    delete from sandbox_mails where exists (select from unnest(${numbers}::text[]) as n (number)
      where strpos(text, n.number) > 0 or strpos(subject, n.number) > 0)`.execute(tx);
  await sql`
    delete from sandbox_mails
    where sent_by = ${workspaceId} and lower(recipient) = any(${numbers.map((each) => each.toLowerCase())}::text[])`.execute(
    tx,
  );
}

/** Deletes at most `limit` texts and `limit` mails from before `before`; answers how many were deleted. */
export async function purgeSandbox(tx: Tx, before: Date, limit: number): Promise<number> {
  const first = firstIdAt(before);
  const texts = await sql`
    delete from sandbox_messages where (phone, id) in (
      select phone, id from sandbox_messages where id < ${first}::uuid limit ${limit})`.execute(tx);
  const mails = await sql`
    delete from sandbox_mails where id in (
      select id from sandbox_mails where id < ${first}::uuid limit ${limit})`.execute(tx);
  return Number(texts.numAffectedRows ?? 0) + Number(mails.numAffectedRows ?? 0);
}
