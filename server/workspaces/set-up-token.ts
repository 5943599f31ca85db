/**
 * The token of the set-up link. Until the first workspace exists, whoever reaches the port could make it theirs, and a web
 * page could do so through the browser of whoever started the server. So the call takes what only the terminal shows.
 *
 * It is derived, not stored: from the installation's key and the moment at which this database was made. So every process
 * of an installation prints the same one, a restart changes nothing, and a new database has another.
 */
import { createHmac, hash, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import type { Db } from "../kit/db.ts";
import { hasWorkspace } from "./workspace.ts";

/** The token of this installation. It is worth nothing once a workspace exists. */
export async function setUpToken(db: Db, secretKey: string): Promise<string> {
  const { rows } = await db.asSystem((tx) =>
    sql<{ made: string }>`select extract(epoch from min(applied_at))::text as made from migrations`.execute(tx),
  );
  return createHmac("sha256", secretKey).update(`set-up ${rows[0]?.made}`).digest("base64url");
}

/** Compares in a time that says nothing of where they differ. */
export function isSameToken(expected: string, given: string): boolean {
  const octets = (token: string) => hash("sha256", token, "buffer");
  return timingSafeEqual(octets(expected), octets(given));
}

/** The link to print at start, or null once a workspace exists. Behind #, so that it is in no log of a server or proxy. */
export async function setUpLink(db: Db, config: { public_url: string; secret_key: string }): Promise<string | null> {
  if (await db.asSystem(hasWorkspace)) return null;
  return `${config.public_url}/setup#token=${await setUpToken(db, config.secret_key)}`;
}
