/** The few PDUs that the test SMSC writes often, by hand: node-smpp's encoder would be its slowest part. */

export interface Deliver {
  from: string;
  to: string;
  esm_class: number;
  data_coding: number;
  short_message: Buffer;
  tlvs?: readonly (readonly [tag: number, value: Buffer])[];
}

const international = [1, 1];

export function deliverSm(sequence: number, pdu: Deliver): Buffer {
  const from = cstring(pdu.from);
  const to = cstring(pdu.to);
  const tlvs = (pdu.tlvs ?? []).flatMap(([tag, value]) => [uint16(tag), uint16(value.length), value]);
  const body = Buffer.concat([
    Buffer.from([0, ...tonOf(pdu.from)]),
    from,
    Buffer.from([...tonOf(pdu.to)]),
    to,
    Buffer.from([pdu.esm_class, 0, 0, 0, 0, 0, 0, pdu.data_coding, 0, pdu.short_message.length]),
    pdu.short_message,
    ...tlvs,
  ]);
  return Buffer.concat([header(body.length, 0x00000005, 0, sequence), body]);
}

/** A deliver_sm from a handset with addresses of any type; `rest`: octets in hex that follow its fields. */
export function rawDeliver(parts: {
  text: string | Buffer;
  from?: readonly [ton: number, address: string];
  to?: readonly [ton: number, address: string];
  esm_class?: number;
  data_coding?: number;
  rest?: string;
}): Buffer {
  const { text, esm_class = 0, data_coding = 0, rest = "" } = parts;
  const [fromTon, fromAddress] = parts.from ?? [1, "4790000001"];
  const [toTon, toAddress] = parts.to ?? [1, "4759000001"];
  const octets = Buffer.from(text as string, "latin1");
  const body = Buffer.concat([
    Buffer.from([0, fromTon, 1]),
    Buffer.from(`${fromAddress}\0`, "latin1"),
    Buffer.from([toTon, 1]),
    Buffer.from(`${toAddress}\0`, "latin1"),
    Buffer.from([esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0, octets.length]),
    octets,
    Buffer.from(rest.replaceAll(" ", ""), "hex"),
  ]);
  return Buffer.concat([header(body.length, 0x05, 0, 0), body]);
}

/** A submit_sm_resp that takes the text. */
export function submitSmResp(sequence: number, id: string): Buffer {
  const buffer = Buffer.allocUnsafe(17 + id.length);
  buffer.writeUInt32BE(17 + id.length, 0);
  buffer.writeUInt32BE(0x80000004, 4);
  buffer.writeUInt32BE(0, 8);
  buffer.writeUInt32BE(sequence, 12);
  buffer.write(id, 16, "latin1");
  buffer[16 + id.length] = 0;
  return buffer;
}

/** A response, or a request without a body. */
export function header(bodyLength: number, command: number, status: number, sequence: number): Buffer {
  const buffer = Buffer.allocUnsafe(16);
  buffer.writeUInt32BE(16 + bodyLength, 0);
  buffer.writeUInt32BE(command, 4);
  buffer.writeUInt32BE(status, 8);
  buffer.writeUInt32BE(sequence, 12);
  return buffer;
}

const cstring = (text: string) => Buffer.from(`${text}\0`, "latin1");
const tonOf = (address: string) => (/^\d{7,}$/.test(address) ? international : [5, 0]);

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}
