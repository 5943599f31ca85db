/**
 * Links to a contact's page of preferences: `https://<LINK_DOMAIN>/p/<code>`. Whoever has the link may change what the contact gets, so
 * nobody can guess it: its twelve characters are one of 3.2 × 10²¹, derived with the installation's key. It is the same each time, so
 * that a preparation that is repeated writes the same text.
 */
import { createHmac, hkdfSync } from "node:crypto";
import { sql } from "kysely";
import { codeOfDigest } from "../kit/codes.ts";
import type { Config } from "../kit/config.ts";
import type { Tx } from "../kit/db.ts";

const length = 12;

/** The preference links of an installation. */
export interface PreferenceLinks {
  /**
   * Stands for the link while a text is rendered and counted, and is exactly as long. No code: its characters occur in none of ours
   * by more than chance.
   */
  filler: string;
  codeOf(workspaceId: string, contactId: string): string;
  urlOf(code: string): string;
}

export function createPreferenceLinks(
  config: Pick<Config, "public_url" | "link_domain" | "secret_key">,
): PreferenceLinks {
  const { protocol } = new URL(config.public_url);
  const base = `${protocol}//${config.link_domain}/p/`;
  const key = Buffer.from(hkdfSync("sha256", config.secret_key, "varsla", "links of preferences", 32));
  return {
    filler: base + "0".repeat(length),
    codeOf: (workspaceId, contactId) =>
      codeOfDigest(createHmac("sha256", key).update(`${workspaceId} ${contactId}`).digest(), length),
    urlOf: (code) => base + code,
  };
}

/** Whether a text can be a code at all. */
export const isPreferenceCode = (text: string): boolean => /^[0-9A-Za-z]{12}$/.test(text);

/** Makes the links of contacts known, those that are not. */
export async function insertPreferenceLinks(
  tx: Tx,
  workspaceId: string,
  links: readonly { contact_id: string; code: string }[],
): Promise<void> {
  if (links.length === 0) return;
  // Sorted, so that two transactions never deadlock.
  const sorted = links.toSorted((a, b) => (a.contact_id < b.contact_id ? -1 : 1));
  await sql`
    insert into preference_links as p (workspace_id, contact_id, code)
    select w.workspace_id, u.contact_id, u.code
    from workspaces w, unnest(${sorted.map((link) => link.contact_id)}::uuid[], ${sorted.map((link) => link.code)}::text[])
      as u (contact_id, code)
    where w.workspace_id = ${workspaceId}::uuid
    on conflict do nothing`.execute(tx);
}

/** Whose link this is, of all workspaces. Needs a transaction of the system. */
export async function findPreferenceLink(
  tx: Tx,
  code: string,
): Promise<{ workspace_id: string; contact_id: string } | null> {
  const { rows } = await sql<{ workspace_id: string; contact_id: string }>`
    select workspace_id, contact_id from preference_links where code = ${code} limit 1`.execute(tx);
  return rows[0] ?? null;
}

/** Forgets an erased contact's link. */
export async function deletePreferenceLink(tx: Tx, workspaceId: string, contactId: string): Promise<void> {
  await sql`
    delete from preference_links where workspace_id = ${workspaceId} and contact_id = ${contactId}`.execute(tx);
}
