/** Typographic characters that word processors and phones insert, and their equivalents in the GSM alphabet. */

/** Replacement → the characters that it replaces. No replacement changes a word: letters keep their accents. */
const replacements: [replacement: string, characters: string][] = [
  ['"', "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\u02ba\u275d\u275e\u301d\u301e\u301f"],
  ["'", "\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u02c8\u00b4\u0060\u275b\u275c"],
  [",", "\u201a\u3001"],
  ["<", "\u2039"],
  [">", "\u203a"],
  ["-", "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2022\u2023\u2043\u2219\u25cf\u25aa\u25e6"],
  ["_", "\u2017"],
  ["...", "\u2026"],
  ["..", "\u2025"],
  [".", "\u2024\u3002"],
  ["!!", "\u203c"],
  ["*", "\u2217\u204e"],
  ["/", "\u2044\u2215\u00f7"],
  ["x", "\u00d7"],
  ["1/2", "\u00bd"],
  ["1/4", "\u00bc"],
  ["3/4", "\u00be"],
  ["->", "\u2192"],
  ["<-", "\u2190"],
  ["~", "\u02dc\u223c"],
  ["|", "\u2223\u00a6"],
  [" ", "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"],
  ["\n", "\u000b\u0085\u2028\u2029"],
  // Invisible: soft hyphen, zero-width space and joiners, marks of direction, byte order mark.
  ["", "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"],
];

/** The replacement to offer for a character outside the GSM alphabet. */
export const smartReplacements: ReadonlyMap<string, string> = new Map([
  ...replacements.flatMap(([replacement, characters]) => [...characters].map((from) => [from, replacement] as const)),
  // Full-width forms of ASCII, U+FF01 to U+FF5E.
  ...Array.from({ length: 0x5e }, (_, i) => [String.fromCharCode(0xff01 + i), asciiOf(0x21 + i)] as const),
]);

/** The backtick is the one ASCII character that the GSM alphabet lacks. */
function asciiOf(code: number): string {
  return code === 0x60 ? "'" : String.fromCharCode(code);
}
