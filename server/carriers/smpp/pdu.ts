/**
 * PDUs of SMPP 3.4 on the hot path, written and read by hand: submit_sm, its response, and deliver_sm or data_sm. Binds, which
 * are rare, are written by npm smpp, see link.ts.
 *
 * node-smpp 0.5 is not used here for two reasons. Writing a submit_sm and reading its response takes it some ten times as
 * long, and a length or field that does not fit leaves its parser stuck or throwing in the middle of a stream. Nothing here
 * throws for what a peer wrote: `readDeliver` answers null.
 */

export const command = {
  generic_nack: 0x80000000,
  bind_receiver: 0x01,
  bind_transmitter: 0x02,
  submit_sm: 0x04,
  submit_sm_resp: 0x80000004,
  deliver_sm: 0x05,
  deliver_sm_resp: 0x80000005,
  unbind: 0x06,
  unbind_resp: 0x80000006,
  bind_transceiver: 0x09,
  enquire_link: 0x15,
  enquire_link_resp: 0x80000015,
  alert_notification: 0x102,
  data_sm: 0x103,
  data_sm_resp: 0x80000103,
} as const;

/** Optional parameters (SMPP 3.4, 5.3.2). */
export const tag = {
  receipted_message_id: 0x001e,
  sar_msg_ref_num: 0x020c,
  sar_total_segments: 0x020e,
  sar_segment_seqnum: 0x020f,
  network_error_code: 0x0423,
  message_payload: 0x0424,
  message_state: 0x0427,
} as const;

export const headerLength = 16;
/** A PDU with the longest message_payload there is, and room for its other fields. */
export const longestPdu = 70_000;

const int8 = (buffer: Buffer, offset: number, value: number) => (buffer[offset] = value);

/** What is the same in all submit_sm of a connection. */
export interface SubmitFrame {
  service_type: string;
  registered_delivery: number;
}

export interface SubmitSm {
  from: { ton: number; npi: number; address: string };
  to: { ton: number; npi: number; address: string };
  esm_class: number;
  validity_period: string;
  data_coding: number;
  /** At most 254 octets; header included. */
  short_message: Buffer;
  tlvs: readonly (readonly [tag: number, value: Buffer])[];
}

/** A submit_sm in octets. Addresses and the rest of its strings are ASCII. */
export function writeSubmitSm(sequence: number, frame: SubmitFrame, pdu: SubmitSm): Buffer {
  const { from, to, short_message: message, tlvs } = pdu;
  let length =
    headerLength +
    17 +
    frame.service_type.length +
    from.address.length +
    to.address.length +
    pdu.validity_period.length +
    message.length;
  for (const [, value] of tlvs) length += 4 + value.length;
  const buffer = Buffer.allocUnsafe(length);
  writeHeader(buffer, length, command.submit_sm, 0, sequence);
  let at = writeString(buffer, headerLength, frame.service_type);
  at = writeAddress(buffer, at, from);
  at = writeAddress(buffer, at, to);
  int8(buffer, at++, pdu.esm_class);
  int8(buffer, at++, 0); // protocol_id
  int8(buffer, at++, 0); // priority_flag
  int8(buffer, at++, 0); // schedule_delivery_time: at once
  at = writeString(buffer, at, pdu.validity_period);
  int8(buffer, at++, frame.registered_delivery);
  int8(buffer, at++, 0); // replace_if_present_flag
  int8(buffer, at++, pdu.data_coding);
  int8(buffer, at++, 0); // sm_default_msg_id
  int8(buffer, at++, message.length);
  at += message.copy(buffer, at);
  for (const [tlv, value] of tlvs) {
    at = buffer.writeUInt16BE(tlv, at);
    at = buffer.writeUInt16BE(value.length, at);
    at += value.copy(buffer, at);
  }
  return buffer;
}

function writeAddress(buffer: Buffer, at: number, { ton, npi, address }: SubmitSm["from"]): number {
  int8(buffer, at, ton);
  int8(buffer, at + 1, npi);
  return writeString(buffer, at + 2, address);
}

/** A C-octet string. Short ones only: a loop is faster than a call out of JavaScript. */
function writeString(buffer: Buffer, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) buffer[at + i] = text.charCodeAt(i);
  buffer[at + text.length] = 0;
  return at + text.length + 1;
}

function writeHeader(buffer: Buffer, length: number, id: number, status: number, sequence: number): void {
  buffer.writeUInt32BE(length, 0);
  buffer.writeUInt32BE(id, 4);
  buffer.writeUInt32BE(status, 8);
  buffer.writeUInt32BE(sequence, 12);
}

/** A PDU without a body. */
export function writeBare(id: number, status: number, sequence: number): Buffer {
  const buffer = Buffer.allocUnsafe(headerLength);
  writeHeader(buffer, headerLength, id, status, sequence);
  return buffer;
}

/** The response to a deliver_sm or data_sm: with an empty message_id where it was taken. */
export function writeDeliverResp(requestId: number, status: number, sequence: number): Buffer {
  const buffer = Buffer.alloc(headerLength + 1);
  writeHeader(buffer, headerLength + 1, (requestId | 0x80000000) >>> 0, status, sequence);
  return buffer;
}

/** The standard allows 65 octets. */
const longestId = 200;

/** The message_id of a submit_sm_resp; empty where it has none. */
export function readMessageId(pdu: Buffer): string {
  return stringAt(pdu, headerLength)?.text.slice(0, longestId) ?? "";
}

/** A deliver_sm or data_sm, its text still in octets. */
export interface Deliver {
  from: { ton: number; npi: number; address: string };
  to: { ton: number; npi: number; address: string };
  esm_class: number;
  data_coding: number;
  /** short_message or message_payload, header included. */
  octets: Buffer;
  tlvs: ReadonlyMap<number, Buffer>;
  /** How many octets at its end are no whole optional parameter; absent where there are none. */
  unread?: number;
}

/**
 * Reads a deliver_sm or data_sm; null where its mandatory fields do not fit in it. Cut or arbitrary octets after them do not
 * lose the text.
 */
export function readDeliver(pdu: Buffer, id: number): Deliver | null {
  const serviceType = stringAt(pdu, headerLength);
  const from = serviceType && addressAt(pdu, serviceType.end);
  const to = from && addressAt(pdu, from.end);
  if (!to) return null;
  const parts = { from: from.read, to: to.read };
  let at = to.end;
  if (id === command.data_sm) {
    // esm_class, registered_delivery, data_coding
    const [esm_class, , data_coding] = [pdu[at], pdu[at + 1], pdu[at + 2]];
    if (esm_class === undefined || data_coding === undefined) return null;
    const { tlvs, unread } = tlvsFrom(pdu, at + 3);
    const octets = tlvs.get(tag.message_payload) ?? Buffer.alloc(0);
    return { ...parts, esm_class, data_coding, octets, tlvs, ...(unread > 0 && { unread }) };
  }
  const esm_class = pdu[at];
  // protocol_id, priority_flag
  const schedule = stringAt(pdu, at + 3);
  const validity = schedule && stringAt(pdu, schedule.end);
  if (!validity || esm_class === undefined) return null;
  at = validity.end;
  // registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id, sm_length
  const data_coding = pdu[at + 2];
  const length = pdu[at + 4];
  if (data_coding === undefined || length === undefined || at + 5 + length > pdu.length) return null;
  const short = pdu.subarray(at + 5, at + 5 + length);
  const { tlvs, unread } = tlvsFrom(pdu, at + 5 + length);
  const payload = tlvs.get(tag.message_payload);
  return {
    ...parts,
    esm_class,
    data_coding,
    octets: payload?.length ? payload : short,
    tlvs,
    ...(unread > 0 && { unread }),
  };
}

function stringAt(pdu: Buffer, at: number): { text: string; end: number } | null {
  if (at >= pdu.length) return null;
  const end = pdu.indexOf(0, at);
  return end === -1 ? null : { text: pdu.toString("latin1", at, end), end: end + 1 };
}

function addressAt(pdu: Buffer, at: number): { read: Deliver["from"]; end: number } | null {
  const found = stringAt(pdu, at + 2);
  if (!found) return null;
  return { read: { ton: pdu[at] as number, npi: pdu[at + 1] as number, address: found.text }, end: found.end };
}

const none: ReadonlyMap<number, Buffer> = new Map();

function tlvsFrom(pdu: Buffer, from: number): { tlvs: ReadonlyMap<number, Buffer>; unread: number } {
  if (from === pdu.length) return { tlvs: none, unread: 0 };
  const tlvs = new Map<number, Buffer>();
  let at = from;
  while (at + 4 <= pdu.length) {
    const end = at + 4 + pdu.readUInt16BE(at + 2);
    const name = pdu.readUInt16BE(at);
    if (end > pdu.length) {
      // The rest of a text is better than none.
      if (name === tag.message_payload && !tlvs.has(name)) tlvs.set(name, pdu.subarray(at + 4));
      break;
    }
    tlvs.set(name, pdu.subarray(at + 4, end));
    at = end;
  }
  return { tlvs, unread: pdu.length - at };
}
