/** What the counter under the text shows. All figures come from the functions that bill. */
import { countSegments, type Encoding } from "../../../../rules/gsm-segments.ts";
import { isField } from "./fields.ts";
import { replaceUnusual, type Unusual, unusualCharacters } from "./paint.ts";
import { readPieces } from "./token.ts";

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
const linkLength = 36;
const tokenLength = 15;
const link = /\bhttps?:\/\/[^\s<>"]+/g;

/** Counts a text with the opt-out text, or without where that is null. */
export function countText(text: string, optOutText: string | null): Count {
  const assumed = assume(text, optOutText);
  const { encoding, segments, unitsLeft } = countSegments(assumed);
  const characters = [...assumed].length;
  const unusual = unusualCharacters(text);
  const plain = replaceUnusual(text, null);
  return {
    characters,
    encoding,
    segments: assumed === "" ? 0 : segments,
    left: unitsLeft,
    estimated: readPieces(text, isField).some((piece) => piece.kind === "token") || text.match(link) !== null,
    tooLong: characters > longestMessage,
    unusual,
    optOutUnusual: optOutText === null ? [] : unusualCharacters(optOutText),
    plain: plain === text ? null : countSegments(assume(plain, optOutText)).segments,
  };
}

function assume(text: string, optOutText: string | null): string {
  const filled = readPieces(text, isField)
    .map((piece) => (piece.kind === "token" ? (piece.token.fallback ?? "x".repeat(tokenLength)) : piece.text))
    .join("")
    .replace(link, "x".repeat(linkLength));
  return optOutText === null ? filled : `${filled}\n${optOutText}`;
}
