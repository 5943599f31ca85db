/** A throttling handset refuses each text a few times before it takes it. */

/** A text that is not offered again for this long has expired or was stopped, and its count is dropped. */
const droppedAfter = 60_000;

/** How often each text was refused. */
export interface Throttle {
  /** Whether the text of this id, offered now, is refused once more. */
  refuses(id: string, now: Date): boolean;
  /** How many texts are remembered. */
  size(): number;
}

/** Refuses each text `tries` times, and remembers only texts that were offered lately. */
export function createThrottle(tries: number): Throttle {
  /** By message id, in the order of the last offer. */
  const refused = new Map<string, { times: number; at: number }>();

  function drop(before: number): void {
    for (const [id, { at }] of refused) {
      if (at > before) return;
      refused.delete(id);
    }
  }

  return {
    refuses(id, now) {
      const at = now.getTime();
      drop(at - droppedAfter);
      const times = refused.get(id)?.times ?? 0;
      refused.delete(id);
      if (times < tries) refused.set(id, { times: times + 1, at });
      return times < tries;
    },
    size: () => refused.size,
  };
}
