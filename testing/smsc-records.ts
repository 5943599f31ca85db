/** Records of what the test SMSC accepted and delivered. */

/** One submit_sm that was accepted. */
export interface Taken {
  id: string;
  /** The number of the bind that it came through, counted from 1 since the start. */
  bind: number;
  from: string;
  from_ton: number;
  from_npi: number;
  to: string;
  to_ton: number;
  to_npi: number;
  service_type: string;
  esm_class: number;
  data_coding: number;
  registered_delivery: number;
  validity_period: string;
  /** Decoded by node-smpp, without the header; data_coding 0 is the GSM alphabet. */
  text: string;
  /** Hexadecimal: the header with its length, and the octets after it. */
  udh: string;
  octets: string;
  /** Whether it came in message_payload. */
  payload: boolean;
  /** sar_msg_ref_num, sar_total_segments, sar_segment_seqnum. */
  sar: [number, number, number] | null;
  /** The TLV that receipts repeat. */
  echo: string | null;
  /** Whether a receipt was or will be sent. */
  receipted: boolean;
  at: number;
}

/** A text of a handset that was acknowledged, and how many submit_sm had been accepted by then. */
export interface Acknowledged {
  from: string;
  text: string;
  taken_before: number;
}

export interface Counts {
  binds: number;
  refused_binds: number;
  /** submit_sm that were received, accepted, and throttled. */
  submits: number;
  taken: number;
  throttled: number;
  enquire_links: number;
  /** deliver_sm by what they carry: sent (resends included), and answered with 0 or with a final error. */
  receipts_sent: number;
  receipts_done: number;
  receipts_refused: number;
  texts_sent: number;
  texts_done: number;
  /** deliver_sm without a final answer, sent or not. */
  undelivered: number;
}

export const noCounts = (): Counts => ({
  binds: 0,
  refused_binds: 0,
  submits: 0,
  taken: 0,
  throttled: 0,
  enquire_links: 0,
  receipts_sent: 0,
  receipts_done: 0,
  receipts_refused: 0,
  texts_sent: 0,
  texts_done: 0,
  undelivered: 0,
});
