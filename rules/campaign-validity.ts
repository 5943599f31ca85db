/** Whether a campaign's texts can all leave before they are too old to be sent, and how long they would need. */

const hour = 3_600;
const day = 24 * hour;

/** How long a marketing text waits unless somebody says otherwise, in seconds. */
export const usualValidity = day;
export const shortestValidity = hour;
export const longestValidity = 14 * day;
/** From Send, in seconds: a carrier that took the text in the last moment of its validity has three days for its receipt. */
export const receiptsAwaited = longestValidity + 3 * day;

/** What is offered where that is too short, in seconds. */
const offers = [2, 3, 4, 5, 7, 10, 14].map((days) => days * day);
/** A carrier takes breaks, and so does a machine. */
const reserve = 1.1;

export interface Shortfall {
  /** Texts that would expire. */
  count: number;
  /** Texts a second. */
  rate: number;
  /** Whole hours until the last text has left. */
  hours: number;
  /** Whole hours that a text waits. */
  validity_hours: number;
  /** The shortest offer that suffices; null where none does. */
  offer_seconds: number | null;
}

/**
 * What would expire of `texts` that leave at `rate` a second behind `waiting` others and wait for `validity` seconds at
 * most; null where nothing does.
 */
export function validityShortfall(
  texts: number,
  { rate, waiting }: { rate: number; waiting: number },
  validity: number,
): Shortfall | null {
  const needed = (texts + waiting) / rate;
  if (needed <= validity) return null;
  return {
    count: Math.min(texts, texts + waiting - Math.floor(rate * validity)),
    rate,
    hours: Math.ceil(needed / hour),
    validity_hours: Math.floor(validity / hour),
    offer_seconds: offers.find((offer) => offer > validity && offer >= needed * reserve) ?? null,
  };
}
