import { describe, expect, test } from "vitest";
import type { Deliver } from "./smpp-pdu.ts";
import { aboutOurs, readReceipt, referenceKey } from "./smpp-receipt.ts";

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
  ])("%s", (text) => {
    expect(read(text)).toEqual({ key: "1234567890", ...delivered });
  });

  test("an id may be a UUID or hexadecimal, large or small", () => {
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
    ["WHATEVR", "000", { status: "sent", code: null, reason: null }],
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

  test("without an id or a word on what happened it says nothing", () => {
    for (const text of ["", "stat:DELIVRD", "id:7", "id: stat:DELIVRD", "Delivered!"])
      expect(read(text), text).toBe(null);
  });
});

describe("optional parameters", () => {
  const state = (value: number): [number, string] => [0x427, String.fromCharCode(value)];

  test("are enough alone, and are believed before the text", () => {
    expect(read("", [[0x1e, "7\0"], state(2)])).toEqual({ key: "7", ...delivered });
    expect(read("id:8 stat:ENROUTE", [[0x1e, "7\0"], state(2)])).toEqual({ key: "7", ...delivered });
    expect(read("id:7 stat:UNDELIV err:000", [[0x423, "\x03\x00\x1b"]])?.code).toBe("3-27");
    expect(read("", [[0x1e, "7"], state(5), [0x423, "\x03\x00\x01"]])).toEqual({
      key: "7",
      status: "undelivered",
      code: "3-1",
      reason: "unknown",
    });
  });

  test("a state that there is not leaves the word to the text", () => {
    expect(read("id:7 stat:DELIVRD", [state(99)])).toEqual({ key: "7", ...delivered });
    expect(read("id:7 stat:DELIVRD", [[0x427, ""]])).toEqual({ key: "7", ...delivered });
  });
});

test("ids that are answered in one base and receipted in the other", () => {
  expect(readReceipt(receipt("id:4996 stat:DELIVRD"), "hex_to_decimal")?.key).toBe(referenceKey("1384"));
  expect(readReceipt(receipt("id:01384 stat:DELIVRD"), "decimal_to_hex")?.key).toBe(referenceKey("4996"));
  expect(readReceipt(receipt("id:FFFFFFFFFFFFFFFF stat:DELIVRD"), "decimal_to_hex")?.key).toBe("18446744073709551615");
  // Not what the setting says: as it is.
  expect(readReceipt(receipt("id:a-b stat:DELIVRD"), "decimal_to_hex")?.key).toBe("a-b");
});

describe("what a deliver_sm is about", () => {
  const kind = (esm_class: number, text: string, tlvs: [number, string][] = []) =>
    aboutOurs(receipt(text, tlvs, { esm_class }));

  test("esm_class says it", () => {
    expect(kind(0x04, "")).toBe("receipt");
    expect(kind(0x44, "")).toBe("receipt");
    expect(kind(0x20, "id:7 stat:DELIVRD")).toBe("notification");
    expect(kind(0x08, "ok")).toBe("notification");
    expect(kind(0x00, "Hei")).toBe(null);
    expect(kind(0x40, "Hei")).toBe(null);
  });

  test("without it only the whole form or both parameters are a receipt, not words of a handset", () => {
    expect(kind(0, "id:7 sub:001 dlvrd:001 submit date:2611262251 done date:2611262252 stat:DELIVRD err:000")).toBe(
      "receipt",
    );
    expect(
      kind(0, "", [
        [0x1e, "7"],
        [0x427, "\x02"],
      ]),
    ).toBe("receipt");
    expect(kind(0, "id:7 stat:DELIVRD")).toBe(null);
  });
});
