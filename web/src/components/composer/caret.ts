/** Where the caret may stand, and what a deletion takes: a chip is one thing to both. Pure; offsets into the shown text. */
import type { Chip, Range } from "./chips.ts";

export interface Selection extends Range {
  direction: "forward" | "backward" | "none";
}

const inside = (chips: readonly Chip[], at: number) => chips.find((chip) => at > chip.start && at < chip.end);

/**
 * Moves a selection off the inside of chips. A caret that walked into one comes out on the far side, seen from where it
 * was; a range takes in the whole chip, except that its moving end goes on in the direction it was going.
 */
export function snapSelection(chips: readonly Chip[], selection: Selection, before: Selection): Selection {
  const { start, end, direction } = selection;
  if (start === end) {
    const chip = inside(chips, start);
    if (!chip) return selection;
    const was = before.direction === "backward" ? before.start : before.end;
    const at = was <= chip.start ? chip.end : was >= chip.end ? chip.start : nearest(chip, start);
    return { start: at, end: at, direction: "none" };
  }
  const first = inside(chips, start);
  const last = inside(chips, end);
  if (!first && !last) return selection;
  // The end that moves shrinks the range when it goes towards the anchor.
  const backward = direction === "backward";
  const shrinksEnd = !backward && last && end < before.end && before.start === start && last.start >= start;
  const shrinksStart = backward && first && start > before.start && before.end === end && first.end <= end;
  return {
    start: first ? (shrinksStart ? first.end : first.start) : start,
    end: last ? (shrinksEnd ? last.start : last.end) : end,
    direction,
  };
}

const nearest = (chip: Range, at: number) => (at - chip.start < chip.end - at ? chip.start : chip.end);

/** The chip that a pointer landed on: the caret is within it, or the browser rounded to one of its edges. */
export function chipUnder(chips: readonly Chip[], at: number): Chip | undefined {
  return inside(chips, at);
}

/**
 * What Backspace, Delete and their word forms take when the caret stands at a chip, or null where the browser's own
 * deletion is right. `kind` is the `inputType` of the beforeinput event.
 */
export function deletionAt(chips: readonly Chip[], shown: string, caret: number, kind: string): Range | null {
  const before = chips.find((chip) => chip.end === caret);
  const after = chips.find((chip) => chip.start === caret);
  if (kind === "deleteContentBackward") return before ? range(before) : null;
  if (kind === "deleteContentForward") return after ? range(after) : null;
  if (kind === "deleteWordBackward") {
    // The browser would count the chip's name as words; the blanks between chip and caret go with it.
    const stop = shown.slice(0, caret).trimEnd().length;
    const chip = chips.find((one) => one.end === stop);
    return chip ? { start: chip.start, end: caret } : null;
  }
  if (kind === "deleteWordForward") {
    const start = shown.length - shown.slice(caret).trimStart().length;
    const chip = chips.find((one) => one.start === start);
    return chip ? { start: caret, end: chip.end } : null;
  }
  return null;
}

const range = ({ start, end }: Range): Range => ({ start, end });

/**
 * After an edit that the browser made: where it damaged chips, the replacement in `now` that removes what is left of
 * them, keeping what was typed. Null when no chip was touched. `caret` is where the edit left it: what was typed ends
 * there, which tells apart typing an "n" before an "n" from typing it after.
 */
export function repair(
  chips: readonly Chip[],
  before: string,
  now: string,
  caret: number,
): (Range & { text: string }) | null {
  const shorter = Math.min(before.length, now.length);
  let tail = 0;
  const most = Math.min(shorter, now.length - caret);
  while (tail < most && before[before.length - 1 - tail] === now[now.length - 1 - tail]) tail++;
  let start = 0;
  while (start < shorter - tail && before[start] === now[start]) start++;
  const removed = { start, end: before.length - tail };
  const typed = now.slice(start, now.length - tail);
  const from = inside(chips, removed.start)?.start ?? removed.start;
  const to = inside(chips, removed.end)?.end ?? removed.end;
  if (from === removed.start && to === removed.end) return null;
  return { start: from, end: start + typed.length + (to - removed.end), text: typed };
}
