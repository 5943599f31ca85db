/**
 * Texts that look like a STOP and are none by the word. Nothing is done about them: a person decides, unless the number opts out or in
 * by itself before. Only what is undecided has a row.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";
import { everySender } from "./every-sender.ts";

export interface PossibleOptOut {
  /** Of the received text. */
  id: string;
  number: string;
  others: string[];
  sender_id: string;
  at: Date;
}

/** Writes down those whose number has not opted out from the sender already. */
export async function addPossibleOptOuts(tx: Tx, workspaceId: string, texts: readonly PossibleOptOut[]): Promise<void> {
  if (texts.length === 0) return;
  const others = texts.map((text) => JSON.stringify(text.others));
  await sql`
    insert into possible_opt_outs (workspace_id, id, number, others, sender_id, at)
    select w.workspace_id, t.id, t.number, array(select jsonb_array_elements_text(t.others::jsonb)), t.sender_id, t.at
    from workspaces w,
      unnest(${texts.map((text) => text.id)}::uuid[], ${texts.map((text) => text.number)}::text[], ${others}::text[],
        ${texts.map((text) => text.sender_id)}::uuid[], ${texts.map((text) => text.at)}::timestamptz[])
        as t (id, number, others, sender_id, at)
    where w.workspace_id = ${workspaceId}
      and not exists (select 1 from opt_outs o where o.workspace_id = ${workspaceId} and o.number = t.number
        and o.sender_id in (t.sender_id, ${everySender}))`.execute(tx);
}

/** Takes one, which is then nobody else's to decide; undefined where it is decided already. */
export async function takePossibleOptOut(tx: Tx, workspaceId: string, id: string): Promise<PossibleOptOut | undefined> {
  const { rows } = await sql<PossibleOptOut>`
    delete from possible_opt_outs where workspace_id = ${workspaceId} and id = ${id}
    returning id, number, others, sender_id, at`.execute(tx);
  return rows[0];
}

/** Nothing is left to decide: the number has opted out, or has said START after what it wrote up to `upTo`. */
export async function settlePossibleOptOuts(
  tx: Tx,
  workspaceId: string,
  number: string,
  upTo: Date | null = null,
): Promise<void> {
  await sql`
    delete from possible_opt_outs
    where workspace_id = ${workspaceId} and number = ${number} and (${upTo}::timestamptz is null or at <= ${upTo})`.execute(
    tx,
  );
}
