/** A personalisation token as it stands in a text: `{{ contact.first_name | default: "there" }}`. */

export interface Token {
  /** Dotted name of a known placeholder, like `contact.first_name`. */
  field: string;
  /** What a contact without a value gets; null where the text names none. */
  fallback: string | null;
}

/** A piece of a text: plain characters, or a token that the editor shows as a chip. Offsets are into the text. */
export type Piece =
  | { kind: "text"; text: string; start: number; end: number }
  | { kind: "token"; token: Token; text: string; start: number; end: number };

/**
 * Only the plain form is a chip: one dotted name with at most a default in quotes. Any other Liquid stays text, so that
 * nothing somebody wrote by hand is simplified behind their back.
 */
const tokenForm =
  /\{\{-?\s*([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)+)\s*(?:\|\s*default:\s*(?:"([^"{}\n]*)"|'([^'{}\n]*)')\s*)?-?\}\}/g;

/** Writes a token the way it is stored. A default is quoted by whichever quote it does not contain. */
export function writeToken(token: Token): string {
  const fallback = token.fallback === null ? null : cleanFallback(token.fallback);
  if (fallback === null || fallback === "") return `{{ ${token.field} }}`;
  const quote = fallback.includes('"') ? "'" : '"';
  return `{{ ${token.field} | default: ${quote}${fallback}${quote} }}`;
}

/** What a default can hold: one line, no braces, and not both kinds of quote (Liquid has no escape for them). */
export function cleanFallback(fallback: string): string {
  const line = fallback.replace(/[{}]/g, "").replace(/\s*\n\s*/g, " ");
  return line.includes('"') && line.includes("'") ? line.replaceAll('"', "”") : line;
}

/** Cuts a text into plain pieces and tokens; those of unknown fields stay text. */
export function readPieces(text: string, isField: (name: string) => boolean): Piece[] {
  const pieces: Piece[] = [];
  let from = 0;
  const plain = (to: number) => {
    if (to > from) pieces.push({ kind: "text", text: text.slice(from, to), start: from, end: to });
  };
  for (const match of text.matchAll(tokenForm)) {
    const field = match[1] as string;
    if (!isField(field)) continue;
    plain(match.index);
    from = match.index + match[0].length;
    const token = { field, fallback: match[2] ?? match[3] ?? null };
    pieces.push({ kind: "token", token, text: match[0], start: match.index, end: from });
  }
  plain(text.length);
  return pieces;
}
