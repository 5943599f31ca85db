/** STOP, START, HELP and similar words as a received text. Only the whole text counts, never a word within it. */
import { foldWords, withLetters } from "./folded-words.ts";
import { type Keyword, keywordKinds, type KeywordSets, longestKeyword, standardKeywords } from "./keyword-sets.ts";
import { type KeywordReader, keywordReader, looksLikeStop } from "./polite-stop.ts";

// Longer than any keyword with punctuation around it, so that long texts are not folded in vain.
const longest = 200;

interface Index {
  words: ReadonlyMap<string, Keyword>;
  /** Of these and the standard words, so that a removed word is still shown to a person. */
  reader: KeywordReader;
}

const indexes = new WeakMap<KeywordSets, Index>();

/**
 * Reads a received text: "stop", "start" or "help" if the whole of it is such a word; "stop_perhaps" if a person should decide: it
 * is one with courtesies around it ("Stop, takk"), above a signature or a quote, with a wrong accent, or a standard word that
 * the workspace has removed; null otherwise.
 */
export function readKeyword(text: string, sets: KeywordSets = standardKeywords): Keyword | "stop_perhaps" | null {
  return keywordOf(text, sets) ?? (looksLikeStop(text.trim(), indexOf(sets).reader) ? "stop_perhaps" : null);
}

/** The keyword that a whole text is, or null. */
export function keywordOf(text: string, sets: KeywordSets): Keyword | null {
  const trimmed = text.trim();
  if (trimmed.length > longest) return null;
  const { words } = indexOf(sets);
  const keyword = words.get(foldWords(trimmed));
  if (keyword) return keyword;
  // Next to a word 🅾️ is a sign; in "ST🅾️P" it is the letter.
  const lettered = withLetters(trimmed);
  return lettered === trimmed ? null : (words.get(foldWords(lettered)) ?? null);
}

/** Whether a text can be a keyword of any workspace. */
export function mayBeKeyword(text: string): boolean {
  const trimmed = text.trim();
  if (trimmed === "" || trimmed.length > longest) return false;
  const { length } = foldWords(trimmed);
  return length > 0 && length <= longestKeyword;
}

function indexOf(sets: KeywordSets): Index {
  let index = indexes.get(sets);
  if (!index) {
    const words = readSets(sets);
    index = { words, reader: keywordReader(new Map([...readSets(standardKeywords), ...words])) };
    indexes.set(sets, index);
  }
  return index;
}

function readSets(sets: KeywordSets): Map<string, Keyword> {
  const words = new Map<string, Keyword>();
  // A word that is in two sets is a stop, because that mistake can be corrected.
  for (const kind of keywordKinds.toReversed())
    for (const word of sets[kind]) {
      const folded = foldWords(word);
      if (folded) words.set(folded, kind);
    }
  return words;
}
