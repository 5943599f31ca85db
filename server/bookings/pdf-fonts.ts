/** The letters of PDFs: Latin, Greek and Cyrillic of a free typeface, of which a PDF embeds the glyphs that it uses. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { create, type Font } from "fontkit";

/** Parsed once for all PDFs. */
export const fonts = {
  regular: fontOf("400Regular"),
  bold: fontOf("600SemiBold"),
};

export type FontName = keyof typeof fonts;

function fontOf(style: string): Font {
  const path = `@expo-google-fonts/commissioner/${style}/Commissioner_${style}.ttf`;
  const font = create(readFileSync(fileURLToPath(import.meta.resolve(path)))) as Font;
  nameGlyphs(font);
  return font;
}

/**
 * Ties each glyph to its character before any is used: a glyph keeps what it was first met as, and one that was first met as a part of
 * another (the dot of a colon) would stand for nothing in the text of all later PDFs. Of characters that share a glyph the usual one counts.
 */
function nameGlyphs(font: Font): void {
  const isUsual = (codePoint: number) => {
    const character = String.fromCodePoint(codePoint);
    return character.normalize("NFKC") === character;
  };
  const usual = font.characterSet.filter(isUsual);
  for (const codePoint of [...usual, ...font.characterSet]) font.glyphForCodePoint(codePoint);
}

/** Signs that the typeface lacks, and what a reader takes for the same. */
const alike: Record<string, string> = {
  "\u2002": " ",
  "\u2003": " ",
  "\u2007": "\u00a0",
  "\u202f": "\u00a0",
  "\u2010": "-",
  "\u2011": "-",
  "\u2012": "–",
  "\u2192": "–",
  "\t": " ",
};

/**
 * The text in characters that have a glyph: a letter without one becomes its plain form (𝐀 → A, ǰ → j) or a question mark; whatever
 * else has none, such as emoji and control characters, goes. Line breaks stay.
 */
export function inGlyphs(text: string): string {
  return Array.from(
    text
      .toWellFormed()
      .normalize("NFC")
      .replace(/\r\n?|[\u0085\u2028\u2029]/g, "\n"),
    glyphsFor,
  )
    .join("")
    .replace(/ {2,}/g, " ")
    .replace(/^ | $/gm, "");
}

function glyphsFor(character: string): string {
  if (character === "\n") return character;
  const sign = alike[character] ?? character;
  if (/\p{Cc}|\p{Cf}/u.test(sign)) return "";
  if (hasGlyphs(sign)) return sign;
  const plain = sign.normalize("NFKD").replace(/\p{M}/gu, "");
  if (plain !== "" && hasGlyphs(plain)) return plain;
  return /[\p{L}\p{N}]/u.test(sign) ? "?" : "";
}

function hasGlyphs(text: string): boolean {
  return Array.from(text).every((character) => fonts.regular.hasGlyphForCodePoint(character.codePointAt(0) ?? 0));
}

/**
 * Breaks a text into lines that are no wider than `width`, between words or, where one word is wider, inside of it. `widthOf` measures a
 * part of a line.
 */
export function wrap(text: string, width: number, widthOf: (part: string) => number): string[] {
  const space = widthOf(" ");
  // The space after a word may stand outside, since nobody sees it.
  const widthSeen = (part: string) => widthOf(part) - (part.endsWith(" ") ? space : 0);
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    let used = 0;
    for (const word of paragraph.split(/(?<= )/)) {
      for (const part of widthSeen(word) > width ? Array.from(word) : [word]) {
        if (line !== "" && used + widthSeen(part) > width) {
          lines.push(line.trimEnd());
          [line, used] = ["", 0];
        }
        line += part;
        used += widthOf(part);
      }
    }
    return [...lines, line.trimEnd()];
  });
}
