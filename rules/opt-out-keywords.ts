/** STOP, START, HELP and their kin in a received text. The whole message counts, never a word within it. */
import { foldWords } from "./folded-words.ts";
import { type Keyword, keywordKinds, type KeywordSets, standardKeywords } from "./keyword-sets.ts";
import { type KeywordReader, keywordReader, looksLikeStop } from "./polite-stop.ts";

// Longer than any keyword with punctuation around it; folding a long text would only cost time.
const longest = 200;

interface Index {
  words: ReadonlyMap<string, Keyword>;
  /** Of these and the standard words: what a workspace gave up is not lost. */
  reader: KeywordReader;
}

const indexes = new WeakMap<KeywordSets, Index>();

/**
 * Reads a received text: "stop", "start" or "help" if the whole of it is such a word; "stop_perhaps" if a person should decide: it
 * is one with courtesies around it ("Stop, takk"), above a signature or a quote, misspelt by an accent, or a standard word that
 * the workspace has given up; null otherwise.
 */
export function readKeyword(text: string, sets: KeywordSets = standardKeywords): Keyword | "stop_perhaps" | null {
  const { words, reader } = indexOf(sets);
  const trimmed = text.trim();
  const keyword = trimmed.length > longest ? undefined : words.get(foldWords(trimmed));
  if (keyword) return keyword;
  return looksLikeStop(trimmed, reader) ? "stop_perhaps" : null;
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
  // A word that is in two sets is a stop: the mistake that can be made good.
  for (const kind of keywordKinds.toReversed())
    for (const word of sets[kind]) {
      const folded = foldWords(word);
      if (folded) words.set(folded, kind);
    }
  return words;
}
