/** The plain text of a mail that has only HTML. */
import { compile } from "html-to-text";

const lines = (count: number) => ({ leadingLineBreaks: count, trailingLineBreaks: count });
const each = (tags: readonly string[], format: string, options: Record<string, unknown> = {}) =>
  tags.map((selector) => ({ selector, format, options }));

const convert = compile({
  wordwrap: false,
  // Deeper than any layout; a document that nests without end would overflow the stack.
  limits: { maxDepth: 100 },
  selectors: [
    ...each(["head", "title", "style", "script", "template", "img"], "skip"),
    ...each(["a"], "anchor", { linkBrackets: ["(", ")"], hideLinkHrefIfSameAsText: true }),
    ...each(["h1", "h2", "h3", "h4", "h5", "h6"], "heading", { uppercase: false, ...lines(2) }),
    ...each(["ul"], "unorderedList", { itemPrefix: "- ", ...lines(2) }),
    // Most tables of mails are layouts, so a row is a block.
    ...each(["hr", "table", "tr"], "block", lines(2)),
    ...each(["div"], "block", lines(1)),
    // Cells of one row stand beside each other, and their words apart.
    ...each(["td", "th"], "inlineSurround", { prefix: "", suffix: " " }),
  ],
});

/** The readable text of HTML: blocks become lines, links show their address, everything else goes. */
export function plainTextOf(html: string): string {
  const text = convert(html)
    .split("\n")
    .map((line) => line.replace(/[^\S\n]+/g, " ").trim())
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
  return `${text}\n`;
}
