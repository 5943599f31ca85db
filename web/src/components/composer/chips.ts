/**
 * How a text with tokens is shown in a textarea.
 *
 * The field is a real textarea, because the browser's own editing (undo, composition, spelling, touch, screen readers)
 * cannot be rebuilt. It holds the *shown* text: each token is one private-use character that identifies the token,
 * its label, and a closing private-use character. A layer behind it paints the pair as the chip's edges.
 */
import { readPieces, type Token, writeToken } from "./token.ts";

const close = "\uE000";
const firstOpener = 0xe001;
const lastOpener = 0xf8fe;

export interface Range {
  start: number;
  end: number;
}

/** A token's place in the shown text. */
export interface Chip extends Range {
  token: Token;
  label: string;
}

/** Maps opening characters to tokens and keeps them, so that the browser's undo can restore any of them. */
export interface ChipRegistry {
  /** The stored text as the textarea shows it. */
  show(text: string): string;
  /** One token as the textarea shows it. */
  showToken(token: Token): string;
  /** The shown text as it is stored. */
  store(shown: string): string;
  /** Every whole chip in a shown text, in order. */
  chips(shown: string): Chip[];
  /** True when a deletion removed only a part of a chip. */
  broken(shown: string): boolean;
}

/** Creates a chip registry; `isField` says which names may be chips, `labelOf` returns their labels in the reader's language. */
export function createChipRegistry(
  isField: (name: string) => boolean,
  labelOf: (field: string) => string,
): ChipRegistry {
  const openers = new Map<string, string>();
  const tokens = new Map<string, { token: Token; label: string }>();
  const edges = /[\uE000-\uF8FE]/;

  function showToken(token: Token): string {
    const written = writeToken(token);
    let opener = openers.get(written);
    if (opener === undefined) {
      const code = firstOpener + openers.size;
      // 6,300 different tokens in one session: beyond that they are shown as plain text.
      if (code > lastOpener) return written;
      opener = String.fromCharCode(code);
      openers.set(written, opener);
      // A chip must not wrap at its spaces, or it would look like two.
      tokens.set(opener, { token, label: labelOf(token.field).replaceAll(" ", "\u00A0") });
    }
    return `${opener}${tokens.get(opener)?.label}${close}`;
  }

  function chips(shown: string): Chip[] {
    const found: Chip[] = [];
    if (!edges.test(shown)) return found;
    for (let at = 0; at < shown.length; at++) {
      const known = tokens.get(shown[at] as string);
      if (!known) continue;
      const end = at + known.label.length + 2;
      if (shown.slice(at + 1, end) !== known.label + close) continue;
      found.push({ ...known, start: at, end });
      at = end - 1;
    }
    return found;
  }

  return {
    showToken,
    chips,
    show: (text) =>
      readPieces(text.replace(/\r\n?/g, "\n"), isField)
        .map((piece) => (piece.kind === "token" ? showToken(piece.token) : withoutPrivateUse(piece.text)))
        .join(""),
    store: (shown) => {
      let text = "";
      let from = 0;
      for (const chip of chips(shown)) {
        text += withoutPrivateUse(shown.slice(from, chip.start)) + writeToken(chip.token);
        from = chip.end;
      }
      return text + withoutPrivateUse(shown.slice(from));
    },
    broken: (shown) => {
      let from = 0;
      for (const chip of chips(shown)) {
        if (edges.test(shown.slice(from, chip.start))) return true;
        from = chip.end;
      }
      return edges.test(shown.slice(from));
    },
  };
}

/** Private-use characters mean nothing on a recipient's phone, and these would be mistaken for chips. */
function withoutPrivateUse(text: string): string {
  return text.replace(/[\uE000-\uF8FE]/g, "");
}
