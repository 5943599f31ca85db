/** Whether all texts of a campaign can be submitted before they expire, and how long that would take. */

const hour = 3_600;
const day = 24 * hour;

/** The default validity of a marketing text, in seconds. */
export const usualValidity = day;
export const shortestValidity = hour;
export const longestValidity = 14 * day;
/** From Send, in seconds: a carrier that accepted the text at the end of its validity has three days to send a receipt. */
export const receiptsAwaited = longestValidity + 3 * day;

/** The longer validities that are offered instead, in seconds. */
const offers = [2, 3, 4, 5, 7, 10, 14].map((days) => days * day);
/** A margin for interruptions of carriers and machines. */
const reserve = 1.1;

export interface Shortfall {
  /** Texts that would expire. */
  count: number;
  /** Texts a second. */
  rate: number;
  /** Whole hours until the last text is submitted. */
  hours: number;
  /** Whole hours of validity. */
  validity_hours: number;
  /** The shortest offer that suffices; null where none does. */
  offer_seconds: number | null;
}

/**
 * How many of `texts` would expire when they are submitted at `rate` a second after `waiting` others and are valid for
 * `validity` seconds; null where none would.
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
