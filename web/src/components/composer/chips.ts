/**
 * How a text with tokens stands in a textarea.
 *
 * The field is a real textarea, because the browser's own editing (undo, composition, spelling, touch, screen readers)
 * cannot be rebuilt. It holds the *shown* text: each token is one private-use character that says which token it is,
 * its name for people, and a closing private-use character. A layer behind it paints the pair as the chip's edges.
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

/** Remembers which opener stands for which token, so that the browser's undo can bring any of them back. */
export interface ChipBook {
  /** The stored text as the textarea shows it. */
  show(text: string): string;
  /** One token as the textarea shows it. */
  showToken(token: Token): string;
  /** The shown text as it is stored. */
  store(shown: string): string;
  /** Every whole chip in a shown text, in order. */
  chips(shown: string): Chip[];
  /** True when a chip was damaged, by a deletion that took only a part of it. */
  broken(shown: string): boolean;
}

/** A book of chips; `isField` says which names may be one, `labelOf` names them in the reader's language. */
export function createChipBook(isField: (name: string) => boolean, labelOf: (field: string) => string): ChipBook {
  const openers = new Map<string, string>();
  const tokens = new Map<string, { token: Token; label: string }>();
  const edges = /[\uE000-\uF8FE]/;

  function showToken(token: Token): string {
    const written = writeToken(token);
    let opener = openers.get(written);
    if (opener === undefined) {
      const code = firstOpener + openers.size;
      // 6,300 different tokens in one sitting: past that they are shown as the text they are.
      if (code > lastOpener) return written;
      opener = String.fromCharCode(code);
      openers.set(written, opener);
      // A chip never wraps at its spaces, or it would look like two.
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
        .map((piece) => (piece.kind === "token" ? showToken(piece.token) : withoutEdges(piece.text)))
        .join(""),
    store: (shown) => {
      let text = "";
      let from = 0;
      for (const chip of chips(shown)) {
        text += withoutEdges(shown.slice(from, chip.start)) + writeToken(chip.token);
        from = chip.end;
      }
      return text + withoutEdges(shown.slice(from));
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

/** Private-use characters mean nothing on a recipient's phone; ours would be mistaken for chips. */
function withoutEdges(text: string): string {
  return text.replace(/[\uE000-\uF8FE]/g, "");
}
