/** How a throttling handset puts texts off: each a few times, then it takes it. */

/** What is not offered again for this long has expired or was stopped, and is forgotten. */
const forgottenAfter = 60_000;

/** Who was put off how often. */
export interface Throttle {
  /** Whether the text of this id, offered now, is put off once more. */
  putsOff(id: string, now: Date): boolean;
  /** How many texts are remembered. */
  size(): number;
}

/** A memory that puts each text off `tries` times, and holds only what was offered lately. */
export function createThrottle(tries: number): Throttle {
  /** By message id, in the order of the last offer. */
  const putOff = new Map<string, { times: number; at: number }>();

  function forget(before: number): void {
    for (const [id, { at }] of putOff) {
      if (at > before) return;
      putOff.delete(id);
    }
  }

  return {
    putsOff(id, now) {
      const at = now.getTime();
      forget(at - forgottenAfter);
      const times = putOff.get(id)?.times ?? 0;
      putOff.delete(id);
      if (times < tries) putOff.set(id, { times: times + 1, at });
      return times < tries;
    },
    size: () => putOff.size,
  };
}
