/**
 * Texts that look like a STOP but contain no stop keyword. A person decides about them, unless the number sends STOP or START
 * before. Only undecided texts have a row.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { everySender } from "./every-sender.ts";

export interface PossibleOptOut {
  /** The received text's id. */
  id: string;
  number: string;
  /** Set when the network's address fits several numbers, as in OptOutChange. */
  unclear: { address: string; others: readonly string[] } | undefined;
  sender_id: string;
  at: Date;
}

/** Stores those whose number has not opted out from the sender already. */
export async function addPossibleOptOuts(tx: Tx, workspaceId: string, texts: readonly PossibleOptOut[]): Promise<void> {
  if (texts.length === 0) return;
  const others = texts.map((text) => JSON.stringify(text.unclear?.others ?? []));
  await sql`
    insert into possible_opt_outs (workspace_id, id, number, address, others, sender_id, at)
    select w.workspace_id, t.id, t.number, t.address, array(select jsonb_array_elements_text(t.others::jsonb)), t.sender_id, t.at
    from workspaces w,
      unnest(${texts.map((text) => text.id)}::uuid[], ${texts.map((text) => text.number)}::text[],
        ${texts.map((text) => text.unclear?.address ?? null)}::text[], ${others}::text[],
        ${texts.map((text) => text.sender_id)}::uuid[], ${texts.map((text) => text.at)}::timestamptz[])
        as t (id, number, address, others, sender_id, at)
    where w.workspace_id = ${workspaceId}
      and not exists (select 1 from opt_outs o where o.workspace_id = ${workspaceId} and o.number = t.number
        and o.sender_id in (t.sender_id, ${everySender}) offset 0) -- each by itself, whatever is known of the table`.execute(
    tx,
  );
}

/** Takes one to decide on it; undefined when it is decided already. */
export async function takePossibleOptOut(tx: Tx, workspaceId: string, id: string): Promise<PossibleOptOut | undefined> {
  const { rows } = await sql<Omit<PossibleOptOut, "unclear"> & { address: string | null; others: string[] }>`
    delete from possible_opt_outs where workspace_id = ${workspaceId} and id = ${id}
    returning id, number, address, others, sender_id, at`.execute(tx);
  if (!rows[0]) return undefined;
  const { address, others, ...row } = rows[0];
  return { ...row, unclear: address === null ? undefined : { address, others } };
}

/**
 * Removes a number's undecided texts up to `upTo` because it has sent STOP or START. With `address` only those of this unclear
 * address: the rest may be another person's.
 */
export async function closePossibleOptOuts(
  tx: Tx,
  workspaceId: string,
  number: string,
  { upTo = null, address = null }: { upTo?: Date | null; address?: string | null },
): Promise<void> {
  await sql`
    delete from possible_opt_outs
    where workspace_id = ${workspaceId} and number = ${number} and (${upTo}::timestamptz is null or at <= ${upTo})
      and (${address}::text is null or address = ${address}::text)`.execute(tx);
}
