/** Which contact a text belongs to where several have its number: a mobile is unique, a phone is not. */
import { type RawBuilder, sql } from "kysely";
import type { Tx } from "../../kit/db.ts";
import { endedByReceipt } from "../dispatch/unrecorded.ts";

/**
 * The row of `contacts` that a text to or from `number` belongs to, none or one: of several the one that the sender wrote to
 * last, else the one with it as mobile, else the oldest. A subselect that is used everywhere, so that an answer belongs to the same
 * contact as its text.
 */
export function contactOf(
  workspaceId: string,
  number: RawBuilder<string>,
  senderId: RawBuilder<string>,
): RawBuilder<unknown> {
  return sql`(
    select held.* from (
      select c.*, 0 as place from contacts c where c.workspace_id = ${workspaceId}::uuid and c.mobile = ${number}
      union all
      select c.*, 1 as place from contacts c
      where c.workspace_id = ${workspaceId}::uuid and c.phone = ${number} and c.mobile is distinct from ${number}
    ) held
    -- Nearly always there is only one, and then nothing is looked up in the ledger.
    order by case when count(*) over () > 1 then (
        select m.id from messages m
        where m.workspace_id = ${workspaceId}::uuid and m.contact_id = held.id and m.sender_id = ${senderId}
          and m.number = ${number} and (m.submitted_at is not null or ${endedByReceipt})
        order by m.id desc limit 1
      ) end desc nulls last, held.place, held.id
    limit 1)`;
}

/** All contacts that have one of the numbers: a change of a number's consent affects each of them. */
export async function holdersOf(tx: Tx, workspaceId: string, numbers: readonly string[]): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from contacts where workspace_id = ${workspaceId}::uuid and mobile = any(${numbers}::text[])
    union
    select id from contacts where workspace_id = ${workspaceId}::uuid and phone = any(${numbers}::text[])`.execute(tx);
  return rows.map((row) => row.id);
}
