/** The figures of the counter under the text. All of them come from the functions that bill. */
import { estimateSegments, usualLinkLength } from "../../../../rules/estimate.ts";
import type { Encoding } from "../../../../rules/gsm-segments.ts";
import { findLinks } from "../../../../rules/links.ts";
import { readTemplateTokens } from "../../../../rules/template-tokens.ts";
import { replaceUnusual, type Unusual, unusualCharacters } from "./paint.ts";

/** A text's cost, as far as it is known before recipients' values are filled in. */
export interface Count {
  /** As a reader counts them, with the opt-out text. */
  characters: number;
  encoding: Encoding;
  segments: number;
  /** Units left in the last segment. */
  left: number;
  /** Web addresses in the text. */
  links: number;
  /** True while links or fields are counted by their usual length. */
  estimated: boolean;
  tooLong: boolean;
  unusual: Unusual[];
  /** The characters of the opt-out text, which the text's own editor cannot change. */
  optOutUnusual: Unusual[];
  /** Segments after replacing every replaceable character; null when there is none. */
  plain: number | null;
}

const longestMessage = 1600;

/** Counts a text with the opt-out text, or without when that is null; links that are shortened count 36 characters. */
export function countText(text: string, optOutText: string | null, shorten = false): Count {
  const links = shorten ? { length: usualLinkLength } : null;
  const { characters, encoding, segments, unitsLeft } = estimateSegments(text, { optOutText, links });
  const plain = replaceUnusual(text, null);
  return {
    characters,
    encoding,
    segments: characters === 0 ? 0 : segments,
    left: unitsLeft,
    links: findLinks(text).length,
    estimated: (shorten && findLinks(text).length > 0) || hasValues(text),
    tooLong: characters > longestMessage,
    unusual: unusualCharacters(text),
    optOutUnusual: optOutText === null ? [] : unusualCharacters(optOutText),
    plain: plain === text ? null : estimateSegments(plain, { optOutText, links }).segments,
  };
}

/** Whether a text has a placeholder or tag, so that each recipient may get another length. */
function hasValues(text: string): boolean {
  return readTemplateTokens(text).some(({ kind }) => kind === "output" || kind === "tag");
}
