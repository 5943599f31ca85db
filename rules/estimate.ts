/** How many segments a text will come to before anybody's values are in it. */
import { countSegments, normaliseText, type SegmentCount } from "./gsm-segments.ts";
import { withOptOutText } from "./opt-out-text.ts";
import { templateSpans } from "./template-spans.ts";

/** A link counts this many characters until its short form is known. */
const linkLength = 36;
/** A placeholder without a default counts this many. */
const tokenLength = 15;

export interface SegmentEstimate extends SegmentCount {
  /** Characters as people count them, the opt-out text included. */
  characters: number;
}

/**
 * Estimates one recipient's segments. Links count 36 characters, a placeholder its default's length or 15 where it has
 * none; neither changes the encoding, except by what a default contains. Of an if or case the longest branch counts.
 */
export function estimateSegments(text: string, options: { optOutText?: string | null } = {}): SegmentEstimate {
  const body = withStandIns(text);
  const whole = options.optOutText ? withOptOutText(body, withStandIns(options.optOutText)) : body;
  return { ...countSegments(whole), characters: [...normaliseText(whole)].length };
}

function withStandIns(text: string): string {
  let replaced = "";
  let from = 0;
  for (const span of templateSpans(text)) {
    replaced += text.slice(from, span.start) + (span.default ?? "x".repeat(tokenLength));
    from = span.end;
  }
  replaced += text.slice(from);
  return longestReading(replaced).replace(/(?:https?:\/\/|www\.)[^\s<>"]*[^\s<>".,;:!?)'\]]/gi, "x".repeat(linkLength));
}

interface Branches {
  /** What is read before the branches begin. */
  before: string;
  longest: string;
}

/** The text with each if, unless and case replaced by its longest branch. */
function longestReading(text: string): string {
  const open: Branches[] = [];
  let current = "";
  let from = 0;
  for (const match of text.matchAll(/\{%-?\s*(\w+)[^%]*%\}/g)) {
    current += text.slice(from, match.index);
    from = match.index + match[0].length;
    const [, tag] = match;
    const block = open.at(-1);
    if (tag === "if" || tag === "unless" || tag === "case") {
      open.push({ before: current, longest: "" });
      current = "";
    } else if (block) {
      // What stands between case and its first when is never sent.
      if (current.length > block.longest.length) block.longest = current;
      current = "";
      if (tag?.startsWith("end")) {
        current = block.before + block.longest;
        open.pop();
      }
    }
  }
  const rest = current + text.slice(from);
  // A block that is not closed yet: half-written text.
  return open.reduceRight(
    (inner, block) => block.before + (inner.length > block.longest.length ? inner : block.longest),
    rest,
  );
}
