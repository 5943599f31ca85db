/**
 * The token of the set-up link. Until the first workspace exists, anyone who reaches the port could set the installation up,
 * and so could a web page through the operator's browser. So the call needs a token that only the terminal shows.
 *
 * It is derived, not stored: from the installation's key and the time at which this database was created. So every process
 * of an installation prints the same one, also after a restart, and a new database has another.
 */
import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import type { Db } from "../kit/db.ts";
import { hasWorkspace } from "../workspaces/workspace.ts";

/** The token of this installation. It is useless once a workspace exists. */
export async function setUpToken(db: Db, secretKey: string): Promise<string> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ made: string }>`select extract(epoch from min(applied_at))::text as made from migrations`.execute(tx),
  );
  return createHmac("sha256", secretKey).update(`set-up ${rows[0]?.made}`).digest("base64url");
}

/** Compares in constant time. */
export function isSameToken(expected: string, given: string): boolean {
  const octets = (token: string) => hash("sha256", token, "buffer");
  return timingSafeEqual(octets(expected), octets(given));
}

/** The link to print at start, or null once a workspace exists. The token is behind #, so that no server or proxy logs it. */
export async function setUpLink(db: Db, config: { public_url: string; secret_key: string }): Promise<string | null> {
  if (await db.asSystem(hasWorkspace)) return null;
  return `${config.public_url}/setup#token=${await setUpToken(db, config.secret_key)}`;
}
