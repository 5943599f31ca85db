/**
 * To which text a part belongs. The reference in its header is not enough: handsets reuse references, some after a few texts and some
 * for every text. So a part with the reference of a text that is whole already belongs to the next one.
 */
import type { StoredPart } from "./parts-store.ts";

export type ArrivedPart = Omit<StoredPart, "at" | "done" | "text_id">;

/** A part as a row of smpp_parts, stored or to be stored. */
export type PlacedPart = Omit<StoredPart, "at">;

export interface Placed {
  /** For each part that came, in the same order, the text that it belongs to. */
  texts: { text_key: string; text_id: string | null }[];
  /** Parts to store; the others are stored already. */
  fresh: PlacedPart[];
}

const sameWords = (a: ArrivedPart, b: ArrivedPart) =>
  a.number === b.number && a.coding === b.coding && a.locking === b.locking && a.octets.equals(b.octets);

/**
 * Places parts in the order in which they came. `stored`: all parts of their keys, oldest text first. A part that a text has
 * already, word for word, is a repeat as long as that text is not whole; one that comes for a whole text begins another. Where the
 * whole text was a keyword (STOP, START, HELP) even a part with a known digest begins another: it may be a new one, and no keyword
 * may be dropped.
 */
export function placeParts(
  stored: readonly PlacedPart[],
  arrived: readonly ArrivedPart[],
  newId: () => string,
  isKeyword: (parts: readonly PlacedPart[]) => boolean,
): Placed {
  const all = [...stored];
  const fresh: PlacedPart[] = [];
  const texts = arrived.map((part) => {
    const { text_key } = part;
    const known = all.find((each) => each.text_key === text_key && each.digest.equals(part.digest));
    const ofText = ({ text_id }: PlacedPart) =>
      all.filter((each) => each.text_key === text_key && each.text_id === text_id);
    const obeyed = known?.done && isKeyword(ofText(known));
    if (known && !obeyed) return { text_key, text_id: known.text_id };
    const open = textsOf(all.filter((each) => each.text_key === text_key && !each.done)).filter(
      (text) => !isWhole(text.parts),
    );
    const same = open.find(({ parts }) => parts.some((each) => sameWords(each, part)));
    if (same) return { text_key, text_id: same.text_id };
    // The one begun last: the missing parts of an older one are less likely to come.
    const waiting = open.findLast(({ parts }) => parts.every(({ number }) => number !== part.number));
    const digest = obeyed ? Buffer.from(newId()) : part.digest;
    const placed = { ...part, digest, done: false, text_id: waiting ? waiting.text_id : newId() };
    all.push(placed);
    fresh.push(placed);
    return { text_key, text_id: placed.text_id };
  });
  return { texts, fresh };
}

/** Parts by their text, in the order that they are given in. */
export function textsOf<Part extends Pick<PlacedPart, "text_key" | "text_id">>(
  parts: readonly Part[],
): { text_id: string | null; parts: Part[] }[] {
  const groups = Map.groupBy(parts, ({ text_key, text_id }) => `${text_id} ${text_key}`);
  return Array.from(groups.values(), (parts) => ({ text_id: parts[0]?.text_id ?? null, parts }));
}

/** The oldest part of each number, sorted by number. */
export function oneOfEach<Part extends Pick<PlacedPart, "number">>(parts: readonly Part[]): Part[] {
  const byNumber = new Map<number, Part>();
  for (const part of parts) if (!byNumber.has(part.number)) byNumber.set(part.number, part);
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

export const isWhole = (parts: readonly Pick<PlacedPart, "number" | "total">[]): boolean =>
  parts[0] !== undefined && oneOfEach(parts).length >= parts[0].total;

/**
 * Whether an incomplete text consists of parts of a text that was passed on before: the provider repeated them, which could not
 * be seen when they arrived.
 */
export const isEcho = (parts: readonly PlacedPart[], stored: readonly PlacedPart[]): boolean =>
  parts.every((part) => stored.some((each) => each.done && each.text_key === part.text_key && sameWords(each, part)));
