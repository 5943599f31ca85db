/** Replaces an erased number in the ledger. */
export const erasedNumber = "erased";
