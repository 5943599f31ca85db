/**
 * Invisible characters. A name or text of nothing else is empty, and a placeholder's default applies: lists that are copied from
 * elsewhere have zero-width spaces and direction marks in cells that look empty.
 */

/**
 * All invisible characters: white space, control characters, characters that join, break or change the direction of text
 * (Unicode's Default_Ignorable_Code_Point in the basic plane), the Hangul fillers, and the Braille pattern without dots. One list
 * for JavaScript and PostgreSQL, whose character classes differ.
 */
export const invisibleCharacters = [
  ...range(0x00, 0x20),
  ...range(0x7f, 0xa0),
  0xad,
  0x34f,
  0x61c,
  ...range(0x115f, 0x1160),
  0x1680,
  ...range(0x17b4, 0x17b5),
  ...range(0x180b, 0x180f),
  ...range(0x2000, 0x200f),
  ...range(0x2028, 0x202f),
  ...range(0x205f, 0x206f),
  0x2800,
  0x3000,
  0x3164,
  ...range(0xfe00, 0xfe0f),
  0xfeff,
  0xffa0,
  ...range(0xfff0, 0xfff8),
]
  .map((code) => String.fromCharCode(code))
  .join("");

const invisible = new Set(invisibleCharacters);

/** Whether a text has no visible character. */
export function isBlank(text: string): boolean {
  // Nearly every text is decided by its first character.
  for (let index = 0; index < text.length; index++) if (!invisible.has(text.charAt(index))) return false;
  return true;
}

/**
 * A text without invisible characters at its beginning and end. A joiner or variation selector at the end stays, because it
 * shapes the character before it, such as an emoji.
 */
export function trimBlank(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && invisible.has(text.charAt(from))) from++;
  while (to > from && invisible.has(text.charAt(to - 1)) && !shaping.test(text.charAt(to - 1))) to--;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

const shaping = /\u200c|\u200d|\p{Variation_Selector}/u;

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
