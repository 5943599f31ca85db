/** References for people on the phone. They open nothing. */
import { hash } from "node:crypto";

/** Without letters and digits that look alike: Crockford's base 32. */
const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The reference of what has the id, like K7PX-3MQD: 40 bits of a digest of it. */
export function referenceOf(id: string): string {
  const digest = hash("sha256", `reference ${id}`, "buffer");
  const code = Array.from(digest.subarray(0, 8), (byte) => letters[byte % letters.length]).join("");
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}
