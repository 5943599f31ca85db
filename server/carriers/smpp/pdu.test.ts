/** Octets laid out by hand from the tables of SMPP 3.4 (4.4.1, 4.4.2, 4.6.1, 4.7.1), field by field. */
import { expect, test } from "vitest";
import { readDeliver, readMessageId, writeBare, writeDeliverResp, writeSubmitSm } from "./pdu.ts";

const hex = (...fields: string[]) => Buffer.from(fields.join("").replaceAll(" ", ""), "hex");
const ascii = (text: string) => Buffer.from(`${text}\0`, "latin1").toString("hex");

test("a submit_sm has its fields in the order and width of the standard", () => {
  const pdu = writeSubmitSm(
    0x01020304,
    { service_type: "CMT", registered_delivery: 1 },
    {
      from: { ton: 5, npi: 0, address: "Varsla" },
      to: { ton: 1, npi: 1, address: "4790000001" },
      esm_class: 0x40,
      validity_period: "000001000000000R",
      data_coding: 8,
      short_message: hex("05 00 03 2a 02 01 0048"),
      tlvs: [[0x1400, hex("616263")]],
    },
  );
  const body = [
    ascii("CMT"), // service_type
    "05 00", // source_addr_ton, source_addr_npi
    ascii("Varsla"), // source_addr
    "01 01", // dest_addr_ton, dest_addr_npi
    ascii("4790000001"), // destination_addr
    "40 00 00", // esm_class, protocol_id, priority_flag
    "00", // schedule_delivery_time
    ascii("000001000000000R"), // validity_period
    "01 00 08 00", // registered_delivery, replace_if_present_flag, data_coding, sm_default_msg_id
    "08", // sm_length
    "05 00 03 2a 02 01 00 48", // short_message
    "14 00 00 03 61 62 63", // vendor TLV
  ];
  const length = 16 + hex(...body).length;
  const head = [length.toString(16).padStart(8, "0"), "00000004", "00000000", "01020304"];
  expect(pdu.toString("hex")).toBe(hex(...head, ...body).toString("hex"));
});

test("PDUs without a body, and acknowledgements with an empty message_id", () => {
  expect(writeBare(0x15, 0, 7).toString("hex")).toBe("00000010" + "00000015" + "00000000" + "00000007");
  expect(writeDeliverResp(0x05, 0x64, 9).toString("hex")).toBe(
    "00000011" + "80000005" + "00000064" + "00000009" + "00",
  );
  expect(writeDeliverResp(0x103, 0, 9).toString("hex")).toBe("00000011" + "80000103" + "00000000" + "00000009" + "00");
});

test("a response's message_id is read to its zero, and is empty where there is none", () => {
  const head = "00000000 80000004 00000000 00000001";
  expect(readMessageId(hex(head, ascii("1a2B")))).toBe("1a2B");
  expect(readMessageId(hex(head))).toBe("");
  expect(readMessageId(hex(head, "31 32"))).toBe("");
});

const deliver = [
  "00000000 00000005 00000000 00000001",
  "00", // service_type
  "01 01",
  ascii("4790000001"),
  "03 00",
  ascii("26112"),
  "04 00 00 00 00 00 00 03 00", // esm_class … validity_period, registered_delivery, replace, data_coding, default id
];

test("a deliver_sm is read field by field, with its TLVs", () => {
  const read = readDeliver(hex(...deliver, "03", "414243", "0427 0001 02", "001e 0003 313200"), 5);
  expect(read).toEqual({
    from: { ton: 1, npi: 1, address: "4790000001" },
    to: { ton: 3, npi: 0, address: "26112" },
    esm_class: 4,
    data_coding: 3,
    octets: hex("414243"),
    tlvs: new Map([
      [0x427, hex("02")],
      [0x1e, hex("313200")],
    ]),
  });
});

test("a message_payload replaces short_message, in deliver_sm and in data_sm", () => {
  expect(readDeliver(hex(...deliver, "00", "0424 0002 4142"), 5)?.octets.toString()).toBe("AB");
  const data = ["00000000 00000103 00000000 00000001", "00", "01 01", ascii("4790000001"), "03 00", ascii("26112")];
  const read = readDeliver(hex(...data, "04 00 08", "0424 0002 0041"), 0x103);
  expect(read).toMatchObject({ esm_class: 4, data_coding: 8, octets: hex("0041") });
});

test("a deliver_sm that is cut in its mandatory fields is unreadable; one that is cut later is read as far as possible, and nothing throws", () => {
  const fields = hex(...deliver, "03", "414243");
  const whole = hex(...deliver, "03", "414243", "0427 0001 02", "001e 0002 3100");
  for (let length = 16; length < whole.length; length++) {
    const read = readDeliver(whole.subarray(0, length), 5);
    expect(read === null, `${length} octets`).toBe(length < fields.length);
    if (!read) continue;
    expect(read.octets.toString()).toBe("ABC");
    const tlvs = length < fields.length + 5 ? 0 : 5;
    expect(read.tlvs.size).toBe(tlvs / 5);
    expect(read.unread ?? 0).toBe(length - fields.length - tlvs);
  }
});

test("a cut message_payload is read as far as it goes", () => {
  expect(readDeliver(hex(...deliver, "00", "0424 0009 53544f50"), 5)).toMatchObject({
    octets: Buffer.from("STOP"),
    unread: 8,
  });
  const data = ["00000000 00000103 00000000 00000001", "00", "01 01", ascii("4790000001"), "03 00", ascii("26112")];
  expect(readDeliver(hex(...data, "00 00 00", "0424 ffff 53544f50"), 0x103)?.octets.toString()).toBe("STOP");
});
