/** Words that a guesser tries first, since they stand on the door: the workspace's name and the person's own address. */

/** Shorter names are in too many words to refuse them wherever they stand. */
const tellingLength = 5;
const shortestWord = 3;
/** What must be left of a password once a short name or the name part of an address is taken out. */
const enoughLeft = 8;

/** What a password is compared with. */
export interface PasswordContext {
  email?: string;
  workspaces?: readonly string[];
}

/**
 * Which of the two a password is built of, or null. Capitals, spaces and punctuation hide nothing: "S.a.l.o.n.g Saks 2026"
 * holds Salong Saks.
 */
export function wordInPassword(password: string, context: PasswordContext): "email" | "workspace" | null {
  const plain = squash(password);
  for (const name of context.workspaces ?? []) {
    if (isBuiltOf(plain, squash(name), tellingLength)) return "workspace";
  }
  const { email = "" } = context;
  if (email !== "" && plain.includes(squash(email))) return "email";
  // "kari" or "post" alone are words like any other, as long as a password is left beside them.
  if (isBuiltOf(plain, squash(email.replace(/@.*$/, "")), Number.POSITIVE_INFINITY)) return "email";
  return null;
}

function isBuiltOf(plain: string, word: string, telling: number): boolean {
  if (word.length < shortestWord || !plain.includes(word)) return false;
  return word.length >= telling || plain.replaceAll(word, "").length < enoughLeft;
}

function squash(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
