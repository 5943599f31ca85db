/** A personalisation token as written in a text: `{{ contact.first_name | default: "there" }}`. */
import { readPlaceholder, readTemplateTokens } from "../../../../rules/template-tokens.ts";

export interface Token {
  /** Dotted name of a known placeholder, like `contact.first_name`. */
  field: string;
  /** What a contact without a value receives; null without a default. */
  fallback: string | null;
}

/** A piece of a text: plain characters, or a token that the editor shows as a chip. Offsets are into the text. */
export type Piece =
  | { kind: "text"; text: string; start: number; end: number }
  | { kind: "token"; token: Token; text: string; start: number; end: number };

/** The stored form of a token. A default is quoted by whichever quote it does not contain. */
export function writeToken(token: Token): string {
  if (token.fallback === null) return `{{ ${token.field} }}`;
  const fallback = cleanFallback(token.fallback);
  const quote = fallback.includes('"') ? "'" : '"';
  return `{{ ${token.field} | default: ${quote}${fallback.replaceAll("\\", "\\\\")}${quote} }}`;
}

/** What a default may contain: one line, no braces, and not both kinds of quote, so that it can be written without escapes. */
export function cleanFallback(fallback: string): string {
  const line = fallback.replace(/[{}]/g, "").replace(/\s*\n\s*/g, " ");
  return line.includes('"') && line.includes("'") ? line.replaceAll('"', "”") : line;
}

/**
 * Splits a text into plain pieces and tokens. Only the plain form of a known field is a token: a name with at most a default
 * that `writeToken` would write again. Other Liquid stays text, so that the editor never changes what was written by hand.
 */
export function readPieces(text: string, isField: (name: string) => boolean): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) pieces.push({ kind: "text", text: text.slice(from, to), start: from, end: to });
  };
  for (const read of readTemplateTokens(text)) {
    const placeholder = readPlaceholder(text, read);
    if (!placeholder?.isPlain || !isField(placeholder.field)) continue;
    const { start, end, field, default: fallback } = placeholder;
    if (fallback !== null && cleanFallback(fallback) !== fallback) continue;
    plain(start);
    from = end;
    pieces.push({ kind: "token", token: { field, fallback }, text: text.slice(start, end), start, end });
  }
  plain(text.length);
  return pieces;
}
