/**
 * How names are compared, so that any keyboard can find them: case, accents and strokes through Latin letters are ignored, æ is
 * ae and ß is ss. "ase" is Åse, "oystein" is Øystein, "muller" is Müller; Mueller is another word.
 */

/** Letters that Unicode does not decompose into plain ones. */
const letters: Readonly<Record<string, string>> = {
  æ: "ae",
  œ: "oe",
  ß: "ss",
  þ: "th",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  ħ: "h",
  ŧ: "t",
  ŋ: "n",
  ı: "i",
  ĸ: "k",
  ς: "σ",
};
const letter = new RegExp(`[${Object.keys(letters).join("")}]`, "g");

/** Accents, joiners and direction marks. */
const unseen = /(?=\p{M})\p{Script=Inherited}|\p{Cf}/gu;

/** The text as it is compared; the same for texts that differ in case, accents and unseen characters only. */
export function fold(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(unseen, "")
    .replace(letter, (character) => letters[character] as string)
    .normalize("NFC");
}

/** The Unicode blocks with accented letters, marks and compatibility forms. Folding changes no letter of other blocks. */
const blocks = [
  [0x80, 0x206f],
  [0x2c60, 0x2c7f],
  [0x3040, 0x30ff],
  [0xa720, 0xa7ff],
  [0xfb00, 0xfb06],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xff21, 0xff5a],
] as const;

let table: Map<string, [written: string, folded: string][]> | null = null;

/** Small letters and marks that are folded, by the first character of their folded form; "" for those that are removed. */
function foldedCharacters(): Map<string, [written: string, folded: string][]> {
  if (table) return table;
  table = new Map();
  for (const [from, to] of blocks) {
    for (let code = from; code <= to; code++) {
      const written = String.fromCodePoint(code);
      if (written !== written.toLowerCase()) continue; // stored names are in lower case
      const folded = fold(written);
      if (folded === written) continue;
      const [first = ""] = folded;
      table.set(first, [...(table.get(first) ?? []), [written, folded]]);
    }
  }
  return table;
}

/** The other characters that a folded word may be written with, and the folded form of each. */
export function foldsWithin(word: string): Record<string, string> {
  return Object.fromEntries(["", ...new Set(word)].flatMap((character) => foldedCharacters().get(character) ?? []));
}
