/** How words of received texts are compared: without regard to case, punctuation and invisible characters. */

/**
 * Runs of letters and digits in lower case. Apostrophes and invisible characters, including those that Unicode classes as
 * letters, are part of a word; all others separate words, also a digit on a keycap.
 */
export function wordsOf(text: string): string[] {
  // Every received text is folded several times, and nearly all consist of these characters, for which simpler patterns suffice.
  if (plain.test(text))
    return text
      .toLowerCase()
      .replace(/['`]/g, "")
      .split(/[^a-z0-9æøåäöüß]+/)
      .filter(isWord);
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/['’`´]|\p{Cf}|\p{Default_Ignorable_Code_Point}/gu, "")
    .replace(/.\u20e3/gu, " ")
    .split(/[^\p{L}\p{M}\p{N}]+/u)
    .filter(isWord);
}

const plain = /^[\n\r\x20-\x7eæøåäöüßÆØÅÄÖÜ]*$/;
const isWord = (word: string) => word !== "";

/** The words joined, so that "Opt-out", "STOP ALL" and "S.T.O.P." equal the keyword. Empty without letters and digits. */
export function foldWords(text: string): string {
  return wordsOf(text).join("");
}

// oxlint-disable-next-line no-control-regex -- that is what ASCII is
const ascii = /^[\x00-\x7f]*$/;

/** A folded word as written on a keyboard that lacks its accents. */
export function withoutAccents(word: string): string {
  if (ascii.test(word)) return word;
  return word.normalize("NFD").replace(/\p{M}/gu, "");
}

/** Emoji of letters as letters: on a disc, or on a square like the blood groups and the parking sign. */
export function withLetters(text: string): string {
  const letters = /[\u{1f150}-\u{1f169}\u{1f170}-\u{1f189}]/gu;
  return text.replace(letters, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    return String.fromCodePoint(code - (code < 0x1f170 ? 0x1f150 : 0x1f170) + 0x41);
  });
}
