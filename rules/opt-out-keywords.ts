/** STOP, START, HELP and their kin. The whole message counts, never a word within it. */

export type Keyword = "stop" | "start" | "help";

/** The words of each kind; compared without regard to case, punctuation and spacing. */
export type KeywordSets = Record<Keyword, readonly string[]>;

export const defaultKeywords: KeywordSets = {
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
  start: ["START", "UNSTOP", "YES", "JA"],
  help: ["HELP", "INFO", "HJELP", "HJÄLP", "HJÆLP"],
};

/** What people put around a STOP without taking it back. One other word, as in "can't stop by", and it is no STOP. */
const politeWords = new Set(
  (
    "please pls plz thanks thank you thx ty kindly now ok hi hello no more all " +
    "sending texting text texts message messages messaging sms sending me this these the it " +
    "takk tack tak vennligst venligst vänligen snälla nå nu hei hej alle alla mer mere flere fler " +
    "å att at sende skicka meldinger meldingene meldingar meddelanden beskeder meg mig det dette detta disse dessa"
  ).split(" "),
);

// Longer than any keyword or polite STOP; folding a long text would only cost time.
const longest = 200;

const indexes = new WeakMap<KeywordSets, Map<string, Keyword>>();

/**
 * Reads a received text: "stop", "start" or "help" if the whole of it is such a word; "stop_perhaps" if it is one with
 * courtesies around it ("Stop, takk") or misspelt by an accent, for a person to decide; null otherwise.
 */
export function readKeyword(text: string, sets: KeywordSets = defaultKeywords): Keyword | "stop_perhaps" | null {
  const trimmed = text.trim();
  if (trimmed.length > longest) return null;
  const words = wordsOf(trimmed);
  if (words.length === 0) return null;
  const keywords = indexOf(sets);
  // "Opt-out", "STOP ALL" and "S.T.O.P." are the word written apart.
  const keyword = keywords.get(words.join(""));
  if (keyword) return keyword;
  return isPoliteStop(words, keywords) ? "stop_perhaps" : null;
}

function isPoliteStop(words: string[], keywords: Map<string, Keyword>): boolean {
  const rest = words.filter((word) => !politeWords.has(word));
  if (rest.length === 0) return false;
  if (keywords.get(withoutAccents(rest.join(""))) === "stop") return true;
  // "STOP STOP", "ja, stopp": nothing but keywords, and a stop among them.
  const kinds = rest.map((word) => keywords.get(withoutAccents(word)));
  return kinds.includes("stop") && !kinds.includes(undefined);
}

/** Runs of letters and digits in lower case. Apostrophes and invisible marks are inside a word, all else is between words. */
function wordsOf(text: string): string[] {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’`´]|\p{Cf}|\p{Variation_Selector}/gu, "")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== "");
}

function withoutAccents(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "");
}

function indexOf(sets: KeywordSets): Map<string, Keyword> {
  let index = indexes.get(sets);
  if (!index) {
    index = new Map();
    // A word that is in two sets is a stop: the mistake that can be made good.
    for (const kind of ["help", "start", "stop"] as const)
      for (const word of sets[kind]) {
        const folded = wordsOf(word).join("");
        if (folded) index.set(folded, kind);
      }
    indexes.set(sets, index);
  }
  return index;
}
