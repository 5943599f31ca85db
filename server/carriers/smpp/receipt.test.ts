import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../../../testing/runs.ts";
import type { Deliver } from "./pdu.ts";
import { aboutOurs, type ReceiptIds, readReceipt, referenceKey } from "./receipt.ts";

function receipt(text: string, tlvs: [number, string][] = [], rest: Partial<Deliver> = {}): Deliver {
  const at = { ton: 1, npi: 1, address: "1" };
  const octets = Buffer.from(text, "latin1");
  const map = new Map(tlvs.map(([tag, value]) => [tag, Buffer.from(value, "latin1")]));
  return { from: at, to: at, esm_class: 4, data_coding: 0, octets, tlvs: map, ...rest };
}

const read = (...given: Parameters<typeof receipt>) => readReceipt(receipt(...given), "same");
const delivered = { status: "delivered", code: null, reason: null };

describe("the common forms of the text", () => {
  test.each([
    "id:1234567890 sub:001 dlvrd:001 submit date:2611262251 done date:2611262252 stat:DELIVRD err:000 text:Hei",
    "id:1234567890 sub:001 dlvrd:001 submit date:261126225100 done date:261126225201 stat:DELIVRD err:000 text:",
    "id:1234567890 stat:DELIVRD",
    "Id:1234567890 Sub:001 Dlvrd:001 Submit Date:2611262251 Done Date:2611262252 Stat:DELIVRD Err:000 Text:",
    "ID:1234567890 SUB:001 DLVRD:001 STAT:delivrd ERR:0",
    "id: 1234567890 sub: 001 stat: DELIVERED err: 0000",
    "  id:1234567890\nstat:DELIVRD\nerr:000",
    "stat:DELIVRD id:1234567890",
    "id:0001234567890 sub:001 dlvrd:001 stat:DELIVRD err:",
    "id:1234567890 sub:001 dlvrd:001 stat:DELIVRD err:000 text:id:99 stat:UNDELIV err:042",
    "id:1234567890 sub:001 dlvrd:001 stat:DELIVRD err:000 mccmnc:24201 cost:0.04 text:x",
    "id:1234567890,stat:DELIVRD,err:000",
    // Preceded by the text or nothing of it.
    "id:1234567890 text: stat:DELIVRD err:000",
    "text: stat:DELIVRD id:1234567890 err:000",
    "text:Hei id:1234567890 sub:001 dlvrd:001 submit date:2611262251 done date:2611262252 stat:DELIVRD err:000",
    "text:id:99 stat:UNDELIV err:042 id:1234567890 sub:001 dlvrd:001 stat:DELIVRD err:000",
    "stat:DELIVRD text:Hei id:1234567890",
    // In any order, with blanks or none, quoted, with unknown fields.
    "err:000 done date:2611262252 stat:DELIVRD dlvrd:001 sub:001 id:1234567890 submit date:2611262251",
    "id:1234567890sub:001dlvrd:001submit date:2611262251done date:2611262252stat:DELIVRDerr:000text:Hei",
    "id:1234567890 sub:001 dlvrd:001 submitdate:180122230957 donedate:000000000000 stat:DELIVRD err:000",
    "id:1234567890;sub:001;dlvrd:001;stat:DELIVRD;err:000",
    'id:"1234567890" sub:"001" stat:"DELIVRD" err:"000"',
    "id:'1234567890' stat:'DELIVRD'",
    "id : 1234567890 stat : DELIVRD",
    "id:1234567890 submit date:2026-11-26 22:51:00 done date:2026-11-26 22:52:00 stat:DELIVRD err:000",
    "id:1234567890 submit date:26/11/26 22.51 done date:26/11/26 22.52 stat:DELIVRD err:000",
    "paid:1 smsid:7 id:1234567890 kostnad:0,04 stat:DELIVRD neterr:12 err:000 operatør:Telenor",
    "id:1234567890 status:Delivered error:0",
  ])("%s", (text) => {
    expect(read(text)).toEqual({ key: "1234567890", ...delivered });
  });

  test("an id may be a UUID or hexadecimal, in upper or lower case", () => {
    expect(read("id:0F0E2C4A-9B1D-4C7E-8F00-1234567890AB stat:DELIVRD")?.key).toBe(
      referenceKey("0f0e2c4a-9b1d-4c7e-8f00-1234567890ab"),
    );
    expect(read("id:00AB12 stat:DELIVRD")?.key).toBe(referenceKey("ab12"));
  });

  test.each([
    ["UNDELIV", "042", { status: "undelivered", code: "042", reason: "unknown" }],
    ["UNDELIVERABLE", "000", { status: "undelivered", code: "UNDELIVERABLE", reason: "unknown" }],
    ["EXPIRED", "000", { status: "expired", code: "EXPIRED", reason: "expired" }],
    ["DELETED", "", { status: "failed", code: "DELETED", reason: "unknown" }],
    ["REJECTD", "0x21", { status: "failed", code: "0x21", reason: "blocked" }],
    ["FAILED", "9", { status: "undelivered", code: "9", reason: "unknown" }],
    ["ACCEPTD", "000", { status: "sent", code: null, reason: null }],
    ["ENROUTE", "000", { status: "sent", code: null, reason: null }],
    ["UNKNOWN", "011", { status: "sent", code: null, reason: null }],
    // A receipt says how a text ended, also by an unknown word.
    ["WHATEVR", "000", { status: "failed", code: "WHATEVR", reason: "unknown" }],
    ["DND_REJECTED", "123", { status: "failed", code: "123", reason: "unknown" }],
    ["BARRED", "000", { status: "failed", code: "BARRED", reason: "unknown" }],
    ["DELIVERY_FAILED", "", { status: "failed", code: "DELIVERY_FAILED", reason: "unknown" }],
    ["UNKNOWN_SUBSCRIBER", "0", { status: "failed", code: "UNKNOWN_SUBSCRIBER", reason: "unknown" }],
    ["SKIPPED", "000", { status: "failed", code: "SKIPPED", reason: "unknown" }],
    // Still on its way, in words of no standard.
    ["SCHEDULED", "000", { status: "sent", code: null, reason: null }],
    ["BUFFERED", "000", { status: "sent", code: null, reason: null }],
    ["QUEUED", "000", { status: "sent", code: null, reason: null }],
    ["SUBMITTED", "000", { status: "sent", code: null, reason: null }],
    ["pending", "000", { status: "sent", code: null, reason: null }],
  ])("stat %s, err %s", (stat, err, said) => {
    expect(read(`id:7 sub:001 dlvrd:000 stat:${stat} err:${err} text:`)).toEqual({ key: "7", ...said });
  });

  test("a text in UCS-2", () => {
    const octets = Buffer.from("id:7 stat:DELIVRD", "utf16le").swap16();
    expect(read("", [], { octets, data_coding: 8 })).toEqual({ key: "7", ...delivered });
  });

  test("ASCII that carries the data_coding of the text it is about", () => {
    expect(read("id:7 stat:DELIVRD err:000", [], { data_coding: 8 })).toEqual({ key: "7", ...delivered });
  });

  test("an id with colons, of 65 characters, and in marked hexadecimal digits", () => {
    for (const id of ["a1:b2:c3", "12:34", "7f:err", "x".repeat(65), "9".repeat(65)])
      expect(read(`id:${id} sub:001 dlvrd:001 stat:DELIVRD err:000`), id).toEqual({ key: id, ...delivered });
    expect(read("id: sub:001 dlvrd:001 stat:DELIVRD err:000")).toBe(null);
    expect(read("id:0x00AB12 stat:DELIVRD")?.key).toBe(referenceKey("ab12"));
    expect(read("id:00ab12 stat:DELIVRD")?.key).toBe(referenceKey("0xAB12"));
    expect(readReceipt(receipt(`id:${"f".repeat(65)} stat:DELIVRD`), "decimal_to_hex")?.key).toBe(
      BigInt(`0x${"f".repeat(65)}`).toString(),
    );
  });

  test("a header before it, or only the bit that announces one", () => {
    const text = "id:7 sub:001 dlvrd:001 submit date:2611262251 done date:2611262252 stat:DELIVRD err:000";
    for (const header of ["\x05\x00\x03\x07\x02\x01", "\x06\x08\x04\x00id\x01", "\x05\x00\x03aab", "\x00", ""])
      expect(read(header + text, [], { esm_class: 0x44 }), JSON.stringify(header)).toEqual({ key: "7", ...delivered });
    const octets = Buffer.concat([Buffer.from([5, 0, 3, 7, 2, 1]), Buffer.from(text, "utf16le").swap16()]);
    expect(read("", [], { octets, data_coding: 8, esm_class: 0x44 })).toEqual({ key: "7", ...delivered });
  });

  test("without an id or a state it is not readable", () => {
    for (const text of ["", "stat:DELIVRD", "id:7", "id: stat:DELIVRD", "Delivered!"])
      expect(read(text), text).toBe(null);
  });
});

describe("optional parameters", () => {
  const state = (value: number): [number, string] => [0x427, String.fromCharCode(value)];

  test("are sufficient alone, and take precedence over the text", () => {
    expect(read("", [[0x1e, "7\0"], state(2)])).toEqual({ key: "7", ...delivered });
    expect(read("id:8 stat:ENROUTE", [[0x1e, "7\0"], state(2)])).toEqual({ key: "7", others: ["8"], ...delivered });
    expect(read("id:7 stat:UNDELIV err:000", [[0x423, "\x03\x00\x1b"]])?.code).toBe("3-27");
    expect(read("", [[0x1e, "7"], state(5), [0x423, "\x03\x00\x01"]])).toEqual({
      key: "7",
      status: "undelivered",
      code: "3-1",
      reason: "unknown",
    });
  });

  test("the name of a state is kept as the code where there is no other; 9 is SMPP 5.0's SKIPPED", () => {
    const failed = { key: "7", status: "failed", reason: "unknown" };
    expect(read("", [[0x1e, "7\0"], state(9)])).toEqual({ ...failed, code: "SKIPPED" });
    expect(read("", [[0x1e, "7"], state(200)])).toEqual({ ...failed, code: "message_state 200" });
    expect(read("", [[0x1e, "7"], state(3)])).toMatchObject({ status: "expired", code: "EXPIRED" });
    for (const open of [0, 1, 6, 7]) expect(read("", [[0x1e, "7"], state(open)])?.status, `${open}`).toBe("sent");
    // Many providers send "unknown" for every state without a number.
    expect(read("id:7 stat:BARRED err:000", [state(7)])).toEqual({ ...failed, code: "BARRED" });
    expect(read("id:7 stat:DELIVRD err:000", [state(7)])?.status).toBe("delivered");
    expect(read("id:7", [state(2)])).toEqual({ key: "7", ...delivered });
  });

  test("the id with its terminating zero or without, quoted, with blanks, with a mark of its base", () => {
    for (const id of ["ab:12", "ab:12\0", "ab:12\0\0 junk", " ab:12 ", '"ab:12"', "0AB:12"])
      expect(read("", [[0x1e, id], state(2)]), JSON.stringify(id)).toEqual({ key: "ab:12", ...delivered });
    expect(read("", [[0x1e, "0x0AB12\0"], state(2)])?.key).toBe(referenceKey("ab12"));
  });

  test("an undefined state leaves the text to decide", () => {
    expect(read("id:7 stat:DELIVRD", [state(99)])).toEqual({ key: "7", ...delivered });
    expect(read("id:7 stat:DELIVRD", [[0x427, ""]])).toEqual({ key: "7", ...delivered });
  });
});

test("ids in one base in the response and in the other in the receipt", () => {
  expect(readReceipt(receipt("id:4996 stat:DELIVRD"), "hex_to_decimal")?.key).toBe(referenceKey("1384"));
  expect(readReceipt(receipt("id:01384 stat:DELIVRD"), "decimal_to_hex")?.key).toBe(referenceKey("4996"));
  expect(readReceipt(receipt("id:FFFFFFFFFFFFFFFF stat:DELIVRD"), "decimal_to_hex")?.key).toBe("18446744073709551615");
  // Not in the base of the setting: unchanged.
  expect(readReceipt(receipt("id:a-b stat:DELIVRD"), "decimal_to_hex")?.key).toBe("a-b");
});

describe("readings of an id, the likeliest first", () => {
  const readings = (ids: ReceiptIds, tlv: string | null, text: string) => {
    const { key, others } = readReceipt(receipt(text, tlv === null ? [] : [[0x1e, tlv]]), ids) ?? {};
    return [key, ...(others ?? [])];
  };
  test.each<[string, ReceiptIds, string | null, string, string[]]>([
    ["the text alone is as the setting says", "hex_to_decimal", null, "id:4996 stat:DELIVRD", ["1384"]],
    ["the parameter is as answered, and the text agrees", "hex_to_decimal", "1384", "id:4996 stat:DELIVRD", ["1384"]],
    ["it is written as in the text", "hex_to_decimal", "4996", "id:4996 stat:DELIVRD", ["1384", "4996"]],
    [
      "the parameter alone is as answered, unless it is not",
      "hex_to_decimal",
      "4996",
      "stat:DELIVRD",
      ["4996", "1384"],
    ],
    ["it cannot be decimal", "hex_to_decimal", "13A4", "stat:DELIVRD", ["13a4"]],
    ["they differ, and neither is the other's", "hex_to_decimal", "77", "id:4996 stat:DELIVRD", ["77", "4d", "1384"]],
    ["decimal, as answered", "decimal_to_hex", "4996", "id:1384 stat:DELIVRD", ["4996"]],
    ["decimal, as in the text", "decimal_to_hex", "1384", "id:1384 stat:DELIVRD", ["4996", "1384"]],
    ["without a setting", "same", "77", "id:4996 stat:DELIVRD", ["77", "4996"]],
    ["what is quoted of a text is no id of it", "same", "77", "stat:DELIVRD text:id:4996", ["77"]],
    ["as it was kept before", "same", null, "id:0x4D stat:DELIVRD", ["4d", "x4d"]],
  ])("%s", (_why, ids, tlv, text, expected) => {
    expect(readings(ids, tlv, text)).toEqual(expected);
  });
});

describe("whether a deliver_sm is a receipt", () => {
  const kind = (esm_class: number, text: string, tlvs: [number, string][] = []) =>
    aboutOurs(receipt(text, tlvs, { esm_class }));

  test("by esm_class", () => {
    expect(kind(0x04, "")).toBe("receipt");
    expect(kind(0x44, "")).toBe("receipt");
    expect(kind(0x20, "id:7 stat:DELIVRD")).toBe("notification");
    expect(kind(0x08, "ok")).toBe("notification");
    expect(kind(0x00, "Hei")).toBe(null);
    expect(kind(0x40, "Hei")).toBe(null);
  });

  test.each([
    "id:7 sub:001 dlvrd:001 submit date:2611262251 done date:2611262252 stat:DELIVRD err:000",
    "id:7 sub:001 dlvrd:001 submit date:2611262251 done date:2611262252 stat:BARRED err:000",
    "id:7 submit date:2611262251 done date:2611262252 stat:DELIVRD err:000 text:Hei",
    "id:7 submit date:261126225100 done date:261126225200 stat:UNDELIV",
    "ID:7 STAT:EXPIRED ERR:011",
    "sub:001 dlvrd:001 stat:DELIVRD id:7",
  ])("without esm_class by the form of its text: %s", (text) => {
    expect(kind(0, text)).toBe("receipt");
    expect(kind(0x40, `\x05\x00\x03\x07\x02\x01${text}`)).toBe("receipt");
  });

  test("without esm_class by its parameters: both, or the id with a state in the text", () => {
    const id: [number, string] = [0x1e, "7\0"];
    const state: [number, string] = [0x427, "\x02"];
    expect(kind(0, "", [id, state])).toBe("receipt");
    expect(kind(0, "Delivered!", [id, state])).toBe("receipt");
    expect(kind(0, "", [id])).toBe("receipt");
    expect(kind(0, "stat:DELIVRD", [id])).toBe("receipt");
    expect(kind(0, "id:7 stat:BARRED", [id])).toBe("receipt");
    expect(kind(0, "id:7", [state])).toBe("receipt");
    // Gateways put an id of their own there.
    expect(kind(0, "STOP", [id])).toBe(null);
    expect(kind(0, "Hei", [state])).toBe(null);
  });

  test.each([
    "id:7 stat:DELIVRD",
    "id: 5 stat: ok",
    "id: 5 stat: ok err: 2",
    "Hei! id:5 sub:1 stat:DELIVRD err:000",
    "Min id: 12345. Stat: bra, takk. Text: hva?",
    "stat:DELIVRD",
    "STOP",
    "",
  ])("a person's text is no receipt: %j", (text) => {
    expect(kind(0, text)).toBe(null);
  });
});

test("nothing throws for any octets, and everything that is read can be stored", () => {
  const octets = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((each) => Buffer.from(each)),
    fc
      .array(fc.constantFrom("id:", "stat:", "text:", "err:", "sub:001", " ", "DELIVRD", "7", '"', "=", "\0", "\xff"))
      .map((each) => Buffer.from(each.join(""), "latin1")),
  );
  fc.assert(
    fc.property(
      octets,
      fc.constantFrom(0, 4, 0x40, 0x44),
      fc.constantFrom(0, 3, 8),
      fc.option(fc.uint8Array({ maxLength: 70 })),
      fc.constantFrom<ReceiptIds>("same", "decimal_to_hex", "hex_to_decimal"),
      (body, esm_class, data_coding, tlv, ids) => {
        const tlvs = new Map(tlv === null ? [] : [[0x1e, Buffer.from(tlv)]]);
        const pdu = { ...receipt("", [], { octets: body, esm_class, data_coding }), tlvs };
        aboutOurs(pdu);
        const said = readReceipt(pdu, ids);
        for (const each of [said?.key, said?.code, ...(said?.others ?? [])]) {
          expect(each ?? "").not.toContain("\0");
          expect((each ?? "").isWellFormed()).toBe(true);
        }
      },
    ),
    { numRuns: runs(2_000, 100_000) },
  );
});
