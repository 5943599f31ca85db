/** A stand-in for a number that nobody can turn back without the installation's key, and that is the same each time. */
import { createHmac, hkdfSync } from "node:crypto";

/** Answers the stand-in of a number in a workspace: two workspaces cannot compare theirs. */
export type Pseudonym = (workspaceId: string, number: string) => string;

/** Stand-ins by the installation's key (config.secret_key): HMAC-SHA-256, since eight digits are soon tried through. */
export function createPseudonym(secretKey: string): Pseudonym {
  const key = Buffer.from(hkdfSync("sha256", secretKey, "varsla", "pseudonyms of numbers", 32));
  return (workspaceId, number) => createHmac("sha256", key).update(`${workspaceId} ${number}`).digest("hex");
}
