import type { RejectionReason } from "../../contract/contacts.ts";

/** The texts of rejected.csv in one language. */
export interface RejectedRowTexts {
  /** Heading of the column with the row's number. */
  row: string;
  /** Heading of the column with the reason. */
  reason: string;
  reasons: Record<RejectionReason, string>;
}
