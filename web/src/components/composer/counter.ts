/** What the counter under the text shows. All figures come from the functions that bill. */
import { estimateSegments } from "../../../../rules/estimate.ts";
import type { Encoding } from "../../../../rules/gsm-segments.ts";
import { templateSpans } from "../../../../rules/template-spans.ts";
import { replaceUnusual, type Unusual, unusualCharacters } from "./paint.ts";

/** A text's cost, as far as it can be known before recipients fill it in. */
export interface Count {
  /** As a reader counts them, with the opt-out text. */
  characters: number;
  encoding: Encoding;
  segments: number;
  /** Units left in the last segment. */
  left: number;
  /** True while links or fields are counted by their usual length. */
  estimated: boolean;
  tooLong: boolean;
  unusual: Unusual[];
  /** Those of the opt-out text, which the text's own editor cannot change. */
  optOutUnusual: Unusual[];
  /** Segments after replacing all that can be replaced; null when nothing can. */
  plain: number | null;
}

const longestMessage = 1600;

/** Counts a text with the opt-out text, or without where that is null. */
export function countText(text: string, optOutText: string | null): Count {
  const { characters, encoding, segments, unitsLeft } = estimateSegments(text, { optOutText });
  const plain = replaceUnusual(text, null);
  return {
    characters,
    encoding,
    segments: characters === 0 ? 0 : segments,
    left: unitsLeft,
    estimated: templateSpans(text).length > 0 || /\{%|https?:\/\/|www\./i.test(text),
    tooLong: characters > longestMessage,
    unusual: unusualCharacters(text),
    optOutUnusual: optOutText === null ? [] : unusualCharacters(optOutText),
    plain: plain === text ? null : estimateSegments(plain, { optOutText }).segments,
  };
}
