/** Parts that wait to be written, oldest first. */
import type { PendingPart } from "./pending-text.ts";

export interface PartQueue {
  size(): number;
  push(part: PendingPart): void;
  /** In front of all others. */
  putBack(part: PendingPart): void;
  /** The oldest, which leaves the queue. There must be one. */
  next(): PendingPart;
  /** Takes out all that match, and answers them. Costs as much as the queue is long. */
  remove(which: (part: PendingPart) => boolean): PendingPart[];
}

export function createPartQueue(): PartQueue {
  let parts: PendingPart[] = [];
  let head = 0;
  return {
    size: () => parts.length - head,
    push: (part) => void parts.push(part),
    putBack(part) {
      if (head > 0) parts[--head] = part;
      else parts.unshift(part);
    },
    next() {
      const part = parts[head++] as PendingPart;
      if (head === parts.length) {
        parts = [];
        head = 0;
      }
      return part;
    },
    remove(which) {
      const rest: PendingPart[] = [];
      const removed: PendingPart[] = [];
      for (const part of parts.slice(head)) (which(part) ? removed : rest).push(part);
      parts = rest;
      head = 0;
      return removed;
    },
  };
}
