/** Words that an attacker tries first because they are not secret: the workspace's name and the person's own address. */

/** Shorter words occur in too many passwords by chance. */
const shortestWord = 3;
/** Letters and digits that must remain of a password without such a word, so that knowing the word does not help an attacker. */
const enoughLeft = 8;

/** The words that a password is compared with. */
export interface PasswordContext {
  email?: string;
  workspaces?: readonly string[];
}

/**
 * Which of the two a password is built of, or null. Capitals, spaces and punctuation are ignored: "S.a.l.o.n.g Saks 2026"
 * contains Salong Saks.
 */
export function wordInPassword(password: string, context: PasswordContext): "email" | "workspace" | null {
  const plain = squash(password);
  for (const name of context.workspaces ?? []) {
    if (isBuiltOf(plain, squash(name))) return "workspace";
  }
  const { email = "" } = context;
  if ([email, email.replace(/@.*$/, "")].some((word) => isBuiltOf(plain, squash(word)))) return "email";
  return null;
}

/** Whether too little remains besides the word: "salong", "kari" or "post" in a long sentence are allowed. */
function isBuiltOf(plain: string, word: string): boolean {
  if ([...word].length < shortestWord || !plain.includes(word)) return false;
  return [...plain.replaceAll(word, "")].length < enoughLeft;
}

function squash(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, "");
}
