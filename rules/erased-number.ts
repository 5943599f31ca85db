/** Stands in the ledger in place of a number that was erased. */
export const erasedNumber = "erased";
