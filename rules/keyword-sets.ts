/** The words that opt out, opt in and ask for help: the standard ones and a workspace's changes to them. */
import { foldWords, wordsOf } from "./folded-words.ts";

export const keywordKinds = ["stop", "start", "help"] as const;
export type Keyword = (typeof keywordKinds)[number];

/** The words of each kind; compared without regard to case, punctuation and spacing. */
export type KeywordSets = Record<Keyword, readonly string[]>;

export const standardKeywords: KeywordSets = {
  stop: [
    "STOP",
    "STOPALL",
    "UNSUBSCRIBE",
    "CANCEL",
    "END",
    "QUIT",
    "REVOKE",
    "OPTOUT",
    "STOPP",
    "AVSLUTT",
    "AVMELD",
    "AFMELD",
    "AVREGISTRERA",
  ],
  start: ["START", "UNSTOP", "SUBSCRIBE", "YES", "JA"],
  help: ["HELP", "INFO", "HJELP", "HJÄLP", "HJÆLP"],
};

/**
 * Words that a workspace cannot remove: those that the law of the United States defines as a revocation of consent
 * (47 CFR 64.1200(a)(10)) with the networks' STOPALL, and one word each for opting in and for help, which the standard texts
 * mention.
 */
export const requiredKeywords: KeywordSets = {
  stop: ["STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"],
  start: ["START"],
  help: ["HELP"],
};

/** The words that a workspace added to and removed from the standard ones. Standard words of later versions apply to it too. */
export type KeywordChanges = Partial<Record<Keyword, { added: string[]; removed: string[] }>>;

/** The most letters and digits of a keyword. */
export const longestKeyword = 40;
export const mostKeywords = 50;

/** The words in force; null: the standard ones. */
export function keywordSets(changes: KeywordChanges | null): KeywordSets {
  if (!changes) return standardKeywords;
  const ofKind = (kind: Keyword) => {
    const { added = [], removed = [] } = changes[kind] ?? {};
    const gone = new Set(removed.map(foldWords));
    return uniqueWords([...standardKeywords[kind].filter((word) => !gone.has(foldWords(word))), ...added]);
  };
  return { stop: ofKind("stop"), start: ofKind("start"), help: ofKind("help") };
}

/** The changes that turn the standard words into these; null where there are none. */
export function keywordChanges(sets: KeywordSets): KeywordChanges | null {
  const changes: KeywordChanges = {};
  for (const kind of keywordKinds) {
    const [own, standard] = [sets[kind], standardKeywords[kind]].map((words) => new Set(words.map(foldWords)));
    const added = uniqueWords(sets[kind]).filter((word) => !standard?.has(foldWords(word)));
    const removed = standardKeywords[kind].filter((word) => !own?.has(foldWords(word)));
    if (added.length + removed.length > 0) changes[kind] = { added, removed };
  }
  return Object.keys(changes).length > 0 ? changes : null;
}

/** Why a workspace's words are refused, and which words. */
export type KeywordProblem =
  | { code: "invalid_keyword" | "keyword_twice"; kind: Keyword; words: string[] }
  | { code: "keyword_required"; kind: Keyword; words: string[] };

/** The first problem of sets of words, or null. */
export function keywordProblem(sets: KeywordSets): KeywordProblem | null {
  const kindOf = new Map<string, Keyword>();
  for (const kind of keywordKinds) {
    const unfit = sets[kind].filter((word) => foldWords(word) === "" || foldWords(word).length > longestKeyword);
    if (unfit.length > 0) return { code: "invalid_keyword", kind, words: unfit };
    const folded = new Set(sets[kind].map(foldWords));
    const missing = requiredKeywords[kind].filter((word) => !folded.has(foldWords(word)));
    if (missing.length > 0) return { code: "keyword_required", kind, words: missing };
    const twice = sets[kind].filter((word) => (kindOf.get(foldWords(word)) ?? kind) !== kind);
    if (twice.length > 0) return { code: "keyword_twice", kind, words: twice };
    for (const word of folded) kindOf.set(word, kind);
  }
  return null;
}

/** A word as it is shown: in capitals, with one blank between its parts. */
export const tidyKeyword = (word: string): string => wordsOf(word).join(" ").toUpperCase();

/** Each word once, as it is shown. */
function uniqueWords(words: readonly string[]): string[] {
  return [...new Map(words.map((word) => [foldWords(word), tidyKeyword(word)])).values()];
}
