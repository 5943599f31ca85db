/**
 * To which text a part belongs. Handsets begin anew with their references, some after a few texts and some with every one, so
 * a reference alone does not tell; that a text is whole does.
 */
import type { StoredPart } from "./smpp-parts-store.ts";

export type ArrivedPart = Omit<StoredPart, "at" | "done" | "text_id">;

/** A part as it stands, or is to stand, in smpp_parts. */
export type PlacedPart = Omit<StoredPart, "at">;

export interface Placed {
  /** In place of each part that came: the text that it belongs to. */
  texts: { text_key: string; text_id: string | null }[];
  /** Parts to write down; the others are there already. */
  fresh: PlacedPart[];
}

const sameWords = (a: ArrivedPart, b: ArrivedPart) =>
  a.number === b.number && a.coding === b.coding && a.locking === b.locking && a.octets.equals(b.octets);

/**
 * Places parts in the order in which they came. `stored`: all parts of their keys, oldest text first. One that a text has
 * already, word for word, is the same part as long as that text is not whole; what comes for a whole one begins another. So does
 * even one with the digest of a part of a keyword that went on: it may be a new one, and no keyword is dropped.
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
    // The one begun last: what is missing of an older one has less chance to come still.
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

/** The oldest of each number, in their order. */
export function oneOfEach<Part extends Pick<PlacedPart, "number">>(parts: readonly Part[]): Part[] {
  const byNumber = new Map<number, Part>();
  for (const part of parts) if (!byNumber.has(part.number)) byNumber.set(part.number, part);
  return [...byNumber.values()].sort((a, b) => a.number - b.number);
}

export const isWhole = (parts: readonly Pick<PlacedPart, "number" | "total">[]): boolean =>
  parts[0] !== undefined && oneOfEach(parts).length >= parts[0].total;

/**
 * Whether an incomplete text is nothing but parts of one that has gone on: the provider sent them again, and nothing told
 * that they were not new.
 */
export const isEcho = (parts: readonly PlacedPart[], stored: readonly PlacedPart[]): boolean =>
  parts.every((part) => stored.some((each) => each.done && each.text_key === part.text_key && sameWords(each, part)));
