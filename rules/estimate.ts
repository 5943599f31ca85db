/** The estimated number of segments of a text before it is rendered for recipients. */
import { countSegments, normaliseText, type SegmentCount } from "./gsm-segments.ts";
import { replaceLinks } from "./links.ts";
import { withOptOutText } from "./opt-out-text.ts";
import { campaignScope, isLinkPlaceholder, type TemplateScope } from "./placeholder-names.ts";
import { type Placeholder, readPlaceholder, readTemplateTokens } from "./template-tokens.ts";

/** A link that will be shortened counts this many characters until its short form is known. */
export const usualLinkLength = 36;
/** A placeholder without a default counts this many. */
const tokenLength = 15;

export interface SegmentEstimate extends SegmentCount {
  /** Characters as people count them, the opt-out text included. */
  characters: number;
}

/**
 * Estimates one recipient's segments. Where `links` are shortened each counts so many characters, 36 as long as nobody knows better;
 * otherwise it counts what it has. A placeholder counts its default's length, or where it has none 36 for a link of the scope and 15
 * for anything else. Neither changes the encoding, except by what a default contains. Of an if or case the longest branch counts.
 */
export function estimateSegments(
  text: string,
  options: { optOutText?: string | null; links?: { length: number } | null; scope?: TemplateScope } = {},
): SegmentEstimate {
  const { optOutText, links, scope = campaignScope } = options;
  const body = longestReading(links ? replaceLinks(text, () => "x".repeat(links.length)) : text, scope);
  const whole = optOutText ? withOptOutText(body, longestReading(optOutText, scope)) : body;
  return { ...countSegments(whole), characters: [...normaliseText(whole)].length };
}

const typicalValue = ({ field, default: fallback }: Placeholder, scope: TemplateScope): string =>
  fallback ?? "x".repeat(isLinkPlaceholder(field, scope) ? usualLinkLength : tokenLength);

interface Branches {
  /** The text before the branches. */
  before: string;
  longest: string;
}

/** The text with typical values in its placeholders, and each if, unless and case replaced by its longest branch. */
function longestReading(text: string, scope: TemplateScope): string {
  const open: Branches[] = [];
  let current = "";
  for (const token of readTemplateTokens(text)) {
    if (token.kind !== "tag") {
      const placeholder = readPlaceholder(text, token);
      current += placeholder ? typicalValue(placeholder, scope) : text.slice(token.start, token.end);
      continue;
    }
    const block = open.at(-1);
    if (token.name === "if" || token.name === "unless" || token.name === "case") {
      open.push({ before: current, longest: "" });
      current = "";
    } else if (block) {
      // Text between case and its first when is never sent.
      if (current.length > block.longest.length) block.longest = current;
      current = "";
      if (token.name.startsWith("end")) {
        current = block.before + block.longest;
        open.pop();
      }
    }
  }
  // A block that is not closed yet: half-written text.
  return open.reduceRight(
    (inner, block) => block.before + (inner.length > block.longest.length ? inner : block.longest),
    current,
  );
}
