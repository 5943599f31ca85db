/**
 * Consent and opt-outs of a person who is erased. What proves that a text was lawful stays, without the person: events keep
 * the contact's id, which leads nowhere, and STOP and START a stand-in for the number. An opt-out in force keeps the number
 * itself, or it could not be obeyed. The reasons stand in docs/decisions/erasure.md.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Takes what names the person out of the evidence. `stand-in` for each number; `names` are words to strike out. */
export async function forgetConsent(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  standIns: ReadonlyMap<string, string>,
  names: readonly string[],
): Promise<void> {
  await sql`set local varsla.erasing = 'on'`.execute(tx);
  await redactEvents(tx, workspaceId, contactId, [...names, ...standIns.keys()]);
  const numbers = [...standIns.keys()];
  await sql`
    update opt_out_events e set number = s.stand_in, evidence = null
    from unnest(${numbers}::text[], ${[...standIns.values()]}::text[]) as s (number, stand_in)
    where e.workspace_id = ${workspaceId} and e.number = s.number`.execute(tx);
  await sql`
    update opt_outs set evidence = null, address = null
    where workspace_id = ${workspaceId} and number = any(${numbers}::text[])`.execute(tx);
  await sql`set local varsla.erasing = 'off'`.execute(tx);
}

async function redactEvents(tx: Tx, workspaceId: string, contactId: string, words: readonly string[]): Promise<void> {
  const { rows } = await sql<{ id: string; source: string; evidence: string | null }>`
    select id, source, evidence from consent_events
    where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
  for (const row of rows) {
    const source = redact(row.source, words);
    const evidence = row.evidence === null ? null : redact(row.evidence, words);
    if (source === row.source && evidence === row.evidence) continue;
    await sql`
      update consent_events set source = ${source}, evidence = ${evidence}
      where workspace_id = ${workspaceId} and contact_id = ${contactId} and id = ${row.id}`.execute(tx);
  }
}

const meta = /[.*+?^${}()|[\]\\]/g;

/** A text with the words struck out, longest first, in any case; a number also without its plus or with blanks in it. */
export function redact(text: string, words: readonly string[]): string {
  const patterns = words
    .filter((word) => word.length > 1)
    .toSorted((a, b) => b.length - a.length)
    .map((word) => {
      if (!/^\+\d+$/.test(word)) return `(?<![\\p{L}\\p{N}])${word.replace(meta, "\\$&")}(?![\\p{L}\\p{N}])`;
      // The last eight digits are the national number of most countries here.
      return `(?:\\+?\\d[\\d\\s().-]*)?${Array.from(word.slice(-8)).join("[\\s().-]*")}`;
    });
  if (patterns.length === 0) return text;
  return text.replace(new RegExp(patterns.join("|"), "giu"), "[erased]");
}
