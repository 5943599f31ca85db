/** The text as a recipient without values would see it, for the phone and for counting costly characters. */
import { replaceLinks } from "../../../../rules/links.ts";
import { readPieces } from "./token.ts";

/** A piece of a bubble: text, or the label of a field without a value. */
export interface BubblePiece {
  kind: "text" | "blank";
  text: string;
}

/**
 * The text with every token replaced by its default; a token without one shows its label. `known` has the values that are
 * the same for every recipient, `shortLink` what each link becomes, or null where links stay as they are.
 */
export function renderDefaults(
  text: string,
  isField: (name: string) => boolean,
  labelOf: (field: string) => string,
  known: Readonly<Record<string, string | undefined>> = {},
  shortLink: string | null = null,
): BubblePiece[] {
  const shown = shortLink === null ? text : replaceLinks(text, () => shortLink);
  return readPieces(shown, isField).map((piece) => {
    if (piece.kind === "text") return { kind: "text", text: piece.text };
    const { field, fallback } = piece.token;
    const value = known[field] || fallback;
    return value === null ? { kind: "blank", text: labelOf(field) } : { kind: "text", text: value };
  });
}
