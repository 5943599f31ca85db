/** How words of received texts are compared: without regard to case, punctuation and what nobody sees. */

/** Runs of letters and digits in lower case. Apostrophes and invisible marks are inside a word, all else is between words. */
export function wordsOf(text: string): string[] {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’`´]|\p{Cf}|\p{Variation_Selector}/gu, "")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter((word) => word !== "");
}

/** The words written together: "Opt-out", "STOP ALL" and "S.T.O.P." are the word written apart. Empty without letters and digits. */
export function foldWords(text: string): string {
  return wordsOf(text).join("");
}

/** A folded word as somebody writes it whose keyboard lacks its accents, or has others. */
export function withoutAccents(word: string): string {
  return word.normalize("NFD").replace(/\p{M}/gu, "");
}
