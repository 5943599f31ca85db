/**
 * The separators between words of a name: spaces, hyphens, apostrophes and the like, so that "marie" is a word of Anne-Marie and
 * "brien" of O'Brien. Other signs are part of a word, such as "100%". The database's name_words() has the same separators.
 */
export const nameSeparators =
  " \t\u00a0\u2002\u2003\u2009\u202f\u3000-\u2010\u2011\u2012\u2013\u2014'\u2019.,;:/&+()\"\u00ab\u00bb\u201c\u201d\u201e";

const separators = new RegExp(`[${nameSeparators.replace(/[-\\\]^]/g, "\\$&")}]+`, "u");

/** The words of a name or search text, as written. */
export const nameWords = (text: string): string[] => text.split(separators).filter((word) => word !== "");
