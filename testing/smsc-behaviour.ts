/** How the test SMSC behaves. Everything can be changed while it runs; shares are of what comes, spread evenly. */

export interface Behaviour {
  /** Of message ids. */
  ids: "decimal" | "hex" | "uuid";
  /** What every bind is answered with; 0 looks at system_id and password. */
  bind_status: number;
  /** Answers nothing any more, not even enquire_link, as if the cable had been cut. */
  silent: boolean;
  /** What every submit_sm is answered with, and to some numbers; 0 takes it. */
  submit_status: number;
  submit_status_to: Record<string, number>;
  /** This share of submit_sm is answered with `throttle_status`, and everything above so many a second. */
  throttle_share: number;
  throttle_status: number;
  rate_per_second: number | null;
  /** This share of submit_sm is taken and never answered. */
  unanswered_share: number;
  response_delay_ms: number;
  /** Whether receipts are sent to those who ask for them. */
  receipts: boolean;
  receipt_delay_ms: number;
  receipt_form: "standard" | "seconds" | "bare" | "capitals" | "empty";
  /** receipted_message_id and message_state. */
  receipt_tlvs: boolean;
  /** How receipts write the id that the answer gave. */
  receipt_ids: "same" | "decimal_to_hex" | "hex_to_decimal";
  /** What is said of texts, and of those to some numbers. */
  stat: string;
  err: string;
  stat_to: Record<string, string>;
  early_share: number;
  double_share: number;
  lost_share: number;
  /** Before a response that follows its early receipt. */
  early_ms: number;
  /** A TLV that receipts repeat from the submit_sm. */
  echo_tag: number | null;
  /** deliver_sm under way on one connection. */
  window: number;
  /** Before a deliver_sm that was answered with an error is sent again. */
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

/** Picks a share of what it is asked about, evenly and always the same ones. */
export function picker(): (share: number) => boolean {
  let count = 0;
  return (share) => share > 0 && (count++ * 0.618_033_988_75) % 1 < share;
}
