/** A carrier's own records, as the checks of a run compare them with the ledger. */
export interface CarrierRecords {
  /** Whole texts that it accepted: `number text` → how often. */
  taken: Map<string, number>;
  /** When each of them, or any part, was accepted: `number text` → milliseconds of this machine's clock. */
  at: Map<string, number[]>;
  /** Texts of which it has only some parts, with the text of those. */
  pieces: { number: string; text: string }[];
  /** `number text` of those for which it never sends a receipt. */
  mute: Set<string>;
}

export const nameOf = (number: string, text: string): string => `${number} ${text}`;
