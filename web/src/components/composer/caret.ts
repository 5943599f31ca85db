/** Where the caret may be, and what a deletion removes: both treat a chip as one unit. Pure; offsets into the shown text. */
import type { Chip, Range } from "./chips.ts";

export interface Selection extends Range {
  direction: "forward" | "backward" | "none";
}

const inside = (chips: readonly Chip[], at: number) => chips.find((chip) => at > chip.start && at < chip.end);

/**
 * Moves a selection out of the inside of chips. A caret that moved into one is moved to its far side, seen from where it
 * was; a range covers the whole chip, except that its moving end continues in its direction.
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
  // The moving end shrinks the range when it moves towards the anchor.
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

/** The chip that was clicked: the caret is within it, or the browser rounded to one of its edges. */
export function chipUnder(chips: readonly Chip[], at: number): Chip | undefined {
  return inside(chips, at);
}

/**
 * What Backspace, Delete and their word variants remove when the caret is next to a chip, or null where the browser's own
 * deletion is right. `kind` is the `inputType` of the beforeinput event.
 */
export function deletionAt(chips: readonly Chip[], shown: string, caret: number, kind: string): Range | null {
  const before = chips.find((chip) => chip.end === caret);
  const after = chips.find((chip) => chip.start === caret);
  if (kind === "deleteContentBackward") return before ? range(before) : null;
  if (kind === "deleteContentForward") return after ? range(after) : null;
  if (kind === "deleteWordBackward") {
    // The browser would count the chip's label as words; the blanks between chip and caret are removed with it.
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
 * After an edit by the browser that damaged chips: the replacement in `now` that removes what is left of
 * them, keeping what was typed. Null when no chip was damaged. `caret` is its place after the edit, where the typed text
 * ends; this distinguishes typing an "n" before an "n" from typing it after.
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
