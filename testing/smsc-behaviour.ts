/** How the test SMSC behaves. Everything can be changed while it runs; a share is the fraction of requests that it applies to. */

export interface Behaviour {
  /** The form of message ids. */
  ids: "decimal" | "hex" | "uuid";
  /** The status that every bind is answered with; 0 checks system_id and password. */
  bind_status: number;
  /** Answers nothing, not even enquire_link, as if the network had failed. */
  silent: boolean;
  /** The status that every submit_sm is answered with, and those to some numbers; 0 accepts it. */
  submit_status: number;
  submit_status_to: Record<string, number>;
  /** This share of submit_sm is answered with `throttle_status`, and everything above so many a second. */
  throttle_share: number;
  throttle_status: number;
  rate_per_second: number | null;
  /** This share of submit_sm is taken and never answered. */
  unanswered_share: number;
  response_delay_ms: number;
  /** Whether receipts are sent for texts that request them. */
  receipts: boolean;
  receipt_delay_ms: number;
  receipt_form: "standard" | "seconds" | "bare" | "capitals" | "empty";
  /** receipted_message_id and message_state. */
  receipt_tlvs: boolean;
  /** How receipts write the id of the submit_sm_resp. */
  receipt_ids: "same" | "decimal_to_hex" | "hex_to_decimal";
  /** The status in receipts, and in those of some numbers. */
  stat: string;
  err: string;
  stat_to: Record<string, string>;
  early_share: number;
  double_share: number;
  lost_share: number;
  /** Delay of a response whose receipt is sent before it. */
  early_ms: number;
  /** A TLV that receipts repeat from the submit_sm. */
  echo_tag: number | null;
  /** Unanswered deliver_sm on one connection, at most. */
  window: number;
  /** Delay before a deliver_sm that was answered with an error is sent again. */
  resend_ms: number;
}

export const usualBehaviour: Behaviour = {
  ids: "decimal",
  bind_status: 0,
  silent: false,
  submit_status: 0,
  submit_status_to: {},
  throttle_share: 0,
  throttle_status: 0x58,
  rate_per_second: null,
  unanswered_share: 0,
  response_delay_ms: 0,
  receipts: true,
  receipt_delay_ms: 0,
  receipt_form: "standard",
  receipt_tlvs: false,
  receipt_ids: "same",
  stat: "DELIVRD",
  err: "000",
  stat_to: {},
  early_share: 0,
  double_share: 0,
  lost_share: 0,
  early_ms: 20,
  echo_tag: null,
  window: 100,
  resend_ms: 100,
};

/** Selects a share of its calls, evenly spread and reproducible. */
export function picker(): (share: number) => boolean {
  let count = 0;
  return (share) => share > 0 && (count++ * 0.618_033_988_75) % 1 < share;
}
