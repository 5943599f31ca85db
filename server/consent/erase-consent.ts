/**
 * Consent and opt-outs of a person who is erased. The proof that texts were lawful stays, without the person: consent events
 * keep the id of the deleted contact, and STOP and START a pseudonym for the number. An opt-out in force keeps the number
 * itself, or it could not be applied. The reasons are in docs/decisions/erasure.md.
 */
import { sql } from "kysely";
import type { Tx } from "../kit/db.ts";

/** Removes what names the person from the evidence. `pseudonyms` are by number; `names` are words to redact. */
export async function eraseConsent(
  tx: Tx,
  workspaceId: string,
  contactId: string,
  pseudonyms: ReadonlyMap<string, string>,
  names: readonly string[],
): Promise<void> {
  await sql`set local varsla.erasing = 'on'`.execute(tx);
  await redactEvents(tx, workspaceId, contactId, [...names, ...pseudonyms.keys()]);
  const numbers = [...pseudonyms.keys()];
  await sql`
    update opt_out_events e set number = s.pseudonym, evidence = null
    from unnest(${numbers}::text[], ${[...pseudonyms.values()]}::text[]) as s (number, pseudonym)
    where e.workspace_id = ${workspaceId} and e.number = s.number`.execute(tx);
  await sql`
    update opt_outs set evidence = null, address = null
    where workspace_id = ${workspaceId} and number = any(${numbers}::text[])`.execute(tx);
  await sql`set local varsla.erasing = 'off'`.execute(tx);
  await sql`
    delete from possible_opt_outs
    where workspace_id = ${workspaceId} and (number = any(${numbers}::text[]) or others && ${numbers}::text[])`.execute(
    tx,
  );
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

/** Redacts the words in a text, longest first, in any case; a number also without its plus or with spaces in it. */
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
