/**
 * HTML whose placeholders and tags are masked by words, so that parsers and sanitisers of HTML see one document, whatever stands in the
 * placeholders' quotes. Each comes back escaped for where it stands.
 */
import { tokenInHtml } from "../../rules/html-template.ts";
import { readTemplateTokens, type TemplateToken } from "../../rules/template-tokens.ts";

export type MaskedToken = Extract<TemplateToken, { kind: "output" | "tag" }>;

export interface MaskedHtml {
  html: string;
  /** The placeholders and tags whose masks a text has, in order. */
  tokensOf(text: string): MaskedToken[];
  /** The one whose mask a text begins with, or null. */
  firstOf(text: string): MaskedToken | null;
  /** What was written for a token, or for all those in a text. */
  written(part: MaskedToken | string): string;
  /** The index in the given HTML of one in the masked HTML. */
  originalIndex(index: number): number;
  /** A text with the masks that stand in an attribute's value marked as such. */
  inAttribute(value: string): string;
  /** The text with everything back in its place. */
  unmask(text: string): string;
}

export function maskHtml(html: string): MaskedHtml {
  const name = unusedWord(html);
  const tokens: MaskedToken[] = [];
  /** Where each piece begins, in the masked HTML and in the given one. */
  const pieces: { masked: number; given: number }[] = [];
  let masked = "";
  for (const token of readTemplateTokens(html)) {
    pieces.push({ masked: masked.length, given: token.start });
    if (token.kind === "output" || token.kind === "tag") {
      masked += `${name}w${tokens.length}e`;
      tokens.push(token);
    } else masked += html.slice(token.start, token.end);
  }
  const pattern = new RegExp(`${name}([wa])(\\d+)e`, "g");
  const find = (text: string) => [...text.matchAll(pattern)];
  const tokenAt = (number: string | undefined) => tokens[Number(number)] as MaskedToken;
  const source = ({ start, end }: MaskedToken) => html.slice(start, end);
  return {
    html: masked,
    tokensOf: (text) => find(text).map(([, , number]) => tokenAt(number)),
    firstOf(text) {
      const [first] = find(text);
      return first && first.index === 0 ? tokenAt(first[2]) : null;
    },
    written: (part) =>
      typeof part === "string"
        ? part.replaceAll(pattern, (_, _kind: string, number: string) => source(tokenAt(number)))
        : source(part),
    originalIndex(index) {
      let [low, high] = [0, pieces.length - 1];
      while (low < high) {
        const middle = (low + high + 1) >> 1;
        if ((pieces[middle]?.masked ?? 0) <= index) low = middle;
        else high = middle - 1;
      }
      const piece = pieces[low];
      const next = pieces[low + 1]?.given ?? html.length;
      return piece ? Math.min(piece.given + index - piece.masked, next) : 0;
    },
    inAttribute: (value) => value.replaceAll(pattern, (_, _kind: string, number: string) => `${name}a${number}e`),
    unmask: (text) =>
      text.replaceAll(pattern, (_, kind: string, number: string) =>
        tokenInHtml(html, tokenAt(number), { quote: kind === "a" ? "'" : '"', entities: true }),
      ),
  };
}

/** A word that the HTML does not have, in letters and digits that no parser of HTML changes. */
function unusedWord(html: string): string {
  const lower = html.toLowerCase();
  for (let n = 0; ; n++) if (!lower.includes(`mask${n}q`)) return `mask${n}q`;
}
