import type { DecisionReason } from "../../../contract/decisions.ts";
import type { MailSkipReason } from "../../../contract/mails.ts";

/** Why a decision is that no mail goes, by why the mail does not. */
export const reasonOfMail: Record<MailSkipReason, DecisionReason> = {
  no_address: "no_address",
  invalid_address: "invalid_address",
  bounced: "address_in_use_no_more",
  complained: "address_in_use_no_more",
  unsubscribed: "opted_out",
  no_consent: "no_consent",
  duplicate: "duplicate",
  empty_text: "empty_text",
  render_error: "render_error",
  source_stopped: "source_failed",
  erased: "erased",
};
