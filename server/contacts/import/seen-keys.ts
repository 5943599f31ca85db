/** Finds, while a file is read, the rows that may have the key of an earlier row. */

export interface SeenKeys {
  /** Whether the key may have come before; it surely has not where this is false. */
  add(key: string): boolean;
}

const firstSlots = 2 ** 12;
/** 64 MiB: a file of more than five million keys has all further rows looked at by PostgreSQL. */
const mostSlots = 2 ** 23;

/**
 * Remembers 53 bits of each key's hash, in a table with open addressing: eight octets a key instead of the hundred that a Set of
 * strings takes. Two keys with one hash only make PostgreSQL compare a row more.
 */
export function createSeenKeys(): SeenKeys {
  let slots = new Float64Array(firstSlots);
  let used = 0;

  /** False where the hash was there. */
  const insert = (hash: number): boolean => {
    const mask = slots.length - 1;
    let slot = (hash % 2 ** 32) & mask;
    for (;;) {
      const found = slots[slot];
      if (found === hash) return false;
      if (found === 0) break;
      slot = (slot + 1) & mask;
    }
    slots[slot] = hash;
    used++;
    return true;
  };

  return {
    add(key) {
      if (used > slots.length * 0.7) {
        if (slots.length >= mostSlots) return true;
        const old = slots;
        slots = new Float64Array(2 * old.length);
        used = 0;
        for (const hash of old) if (hash !== 0) insert(hash);
      }
      return !insert(hashOf(key));
    },
  };
}

/** Two 32-bit hashes of FNV's kind in one number of 53 bits; never 0. */
function hashOf(key: string): number {
  let low = 0x811c9dc5;
  let high = 0x1b873593;
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x85ebca6b) ^ (high >>> 13);
  }
  low ^= low >>> 15;
  return (high >>> 11) * 2 ** 32 + (low >>> 0) || 1;
}
