import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { basicCharacters, extensionCharacters } from "../../../rules/gsm-alphabet.ts";
import { countSegments } from "../../../rules/gsm-segments.ts";
import { runs } from "../../../testing/runs.ts";
import { joinParts } from "./incoming.ts";
import { type LongTexts, readParts, textParts } from "./long-text.ts";
import type { Deliver } from "./pdu.ts";
import { decodeText, encodeText } from "./text.ts";

const hex = (octets: Buffer) => octets.toString("hex");
const octets = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const gsm = { gsm7: "gsm", long_texts: "udh" } as const;
const given = (text: string) => ({ text, ...countSegments(text) });
let last = 0x1233;
const next = () => (last = (last + 1) & 0xffff);

/** What a handset would get from these PDUs. */
function received(parts: ReturnType<typeof textParts>, total = parts.length) {
  const stored = parts.map((part, i) => {
    const pdu = { esm_class: part.esm_class, octets: part.short_message, tlvs: new Map(part.tlvs) };
    const read = readParts(pdu as unknown as Deliver);
    const payload = part.tlvs.find(([tag]) => tag === 0x0424)?.[1];
    const number = read.part?.number ?? i + 1;
    return { number, total, coding: part.data_coding, octets: payload ?? read.octets };
  });
  return joinParts(stored, "gsm");
}

describe("octets by 3GPP TS 23.038", () => {
  test("the GSM alphabet one septet an octet, with the escape before what is in the extension table", () => {
    expect(hex(encodeText("@£$ÅåØæ_Δ", "GSM-7", "gsm"))).toBe("00 01 02 0e 0f 0b 1d 11 10".replaceAll(" ", ""));
    expect(hex(encodeText("Az1 ¿à§", "GSM-7", "gsm"))).toBe("41 7a 31 20 60 7f 5f".replaceAll(" ", ""));
    expect(hex(encodeText("€[]{}\\^~|\f", "GSM-7", "gsm"))).toBe(
      "1b65 1b3c 1b3e 1b28 1b29 1b2f 1b14 1b3d 1b40 1b0a".replaceAll(" ", ""),
    );
  });

  test("UCS-2 is big endian, and a character outside of the first plane is a pair", () => {
    expect(hex(encodeText("Åж😀", "UCS-2", "gsm"))).toBe("00c5 0436 d83d de00".replaceAll(" ", ""));
  });

  test("every character of the alphabet comes back", () => {
    const all = basicCharacters + extensionCharacters;
    expect(decodeText(encodeText(all, "GSM-7", "gsm"), 0, "gsm")).toBe(all);
  });
});

describe("how the provider reads data_coding 0", () => {
  test("ISO 8859-1 and ASCII are written as such", () => {
    const [latin] = textParts(given("Blåbær"), { gsm7: "latin1", long_texts: "udh" }, next);
    expect(latin).toMatchObject({ data_coding: 0, short_message: octets("42 6c e5 62 e6 72") });
    const [plain] = textParts(given("Hi $"), { gsm7: "ascii", long_texts: "udh" }, next);
    expect(plain).toMatchObject({ data_coding: 0, short_message: octets("48 69 20 24") });
  });

  test("a text with characters that it lacks is sent as UCS-2 rather than garbled", () => {
    for (const [gsm7, text] of [
      ["latin1", "5 € Δ"],
      ["ascii", "Blåbær"],
    ] as const) {
      const parts = textParts(given(text), { gsm7, long_texts: "udh" }, next);
      expect(parts.map((part) => part.data_coding)).toEqual([8]);
      expect(received(parts)).toBe(text);
    }
    const long = `${"å".repeat(150)}€`;
    const parts = textParts(given(long), { gsm7: "latin1", long_texts: "udh" }, next);
    expect(parts.length).toBe(3);
    expect(received(parts)).toBe(long);
  });
});

describe("long texts", () => {
  test("a header with a reference of 16 bits (3GPP TS 23.040, 9.2.3.24.8) before every part", () => {
    const parts = textParts(given("a".repeat(300)), gsm, () => 0xabcd);
    expect(parts.map((part) => hex(part.short_message.subarray(0, 7)))).toEqual(["060804abcd0201", "060804abcd0202"]);
    expect(parts.map((part) => part.short_message.length - 7)).toEqual([152, 148]);
    expect(parts.map((part) => part.esm_class)).toEqual([0x40, 0x40]);
  });

  test("a reference of 8 bits where 16 would make one part more than was counted", () => {
    const parts = textParts(given("a".repeat(306)), gsm, () => 0xabcd);
    expect(parts.map((part) => hex(part.short_message.subarray(0, 6)))).toEqual(["050003cd0201", "050003cd0202"]);
    expect(parts.map((part) => part.short_message.length - 6)).toEqual([153, 153]);
  });

  test("SAR puts the same into TLVs, and message_payload leaves the division to the provider", () => {
    const [first] = textParts(given("a".repeat(300)), { gsm7: "gsm", long_texts: "sar" }, () => 0xabcd);
    expect(first?.esm_class).toBe(0);
    expect(first?.tlvs.map(([tag, value]) => [tag, hex(value)])).toEqual([
      [0x020c, "abcd"],
      [0x020e, "02"],
      [0x020f, "01"],
    ]);
    const whole = textParts(given("€".repeat(200)), { gsm7: "gsm", long_texts: "payload" }, next);
    expect(whole).toHaveLength(1);
    expect(whole[0]?.short_message).toHaveLength(0);
    expect(whole[0]?.tlvs.map(([tag, value]) => [tag, value.length])).toEqual([[0x0424, 400]]);
  });

  test("as many PDUs as segments were counted, none over 140 octets in the air, and joined they are the text", () => {
    const character = fc.constantFrom(...`${basicCharacters}${extensionCharacters}`);
    const gsmText = fc.array(character, { minLength: 1, maxLength: 800 }).map((all) => all.join(""));
    const anyText = fc.string({ unit: "grapheme", minLength: 1, maxLength: 300 }).map((text) => text.normalize("NFC"));
    fc.assert(
      fc.property(fc.oneof(gsmText, anyText), fc.constantFrom<LongTexts>("udh", "sar"), (text, long_texts) => {
        const counted = given(text);
        const parts = textParts(counted, { gsm7: "gsm", long_texts }, next);
        expect(parts).toHaveLength(counted.segments);
        expect(received(parts)).toBe(text);
        for (const { short_message, data_coding, esm_class } of parts) {
          const head = esm_class & 0x40 ? (short_message[0] as number) + 1 : 0;
          const body = short_message.length - head;
          const inTheAir = data_coding === 8 ? head + body : Math.ceil((head * 8) / 7) + body;
          expect(inTheAir).toBeLessThanOrEqual(data_coding === 8 ? 140 : 160);
        }
      }),
      { numRuns: runs(300, 20_000), seed: 34 },
    );
  });
});

describe("reading", () => {
  test.each([
    [0, "gsm", "1b 65 00 7f", "€@à"],
    [0, "latin1", "42 e5 72", "Bår"],
    [1, "gsm", "42 40 24", "B@$"],
    [3, "gsm", "42 e5 72", "Bår"],
    [4, "gsm", "42 e5", "Bå"],
    [6, "gsm", "bf e0 d8", "Пр\u0438"],
    [8, "gsm", "00c5 0436 d83d de00", "Åж😀"],
    [0x08, "gsm", "00c5 04", "Å"],
    [0x18, "gsm", "0416", "Ж"],
    [0xf1, "gsm", "00", "@"],
    [0xf5, "gsm", "e5", "å"],
    [0xe0, "gsm", "0416", "Ж"],
    [0x0f, "gsm", "41", "A"],
    [0x99, "gsm", "41 1b", "A"],
  ] as const)("data_coding %i with a default of %s", (coding, alphabet, given_, expected) => {
    expect(decodeText(octets(given_), coding, alphabet)).toBe(expected);
  });

  test("a header of 8 or 16 bits among other elements, a SAR, and octets that only look like a header", () => {
    const read = (esm_class: number, text: string, tlvs: [number, string][] = []) =>
      readParts({
        esm_class,
        octets: octets(text),
        tlvs: new Map(tlvs.map(([tag, value]) => [tag, octets(value)])),
      } as never);
    expect(read(0x40, "05 00 03 2a 02 01 41")).toEqual({
      octets: octets("41"),
      part: { reference: "n42", total: 2, number: 1 },
    });
    expect(read(0x40, "0a 24 01 01 08 04 01 02 03 02 00 41").part).toEqual({ reference: "w258", total: 3, number: 2 });
    const sar: [number, string][] = [
      [0x020c, "0007"],
      [0x020e, "02"],
      [0x020f, "02"],
    ];
    expect(read(0, "41", sar)).toEqual({ octets: octets("41"), part: { reference: "s7", total: 2, number: 2 } });
    expect(read(0x40, "05 00 03 2a 02 03 41").part).toBe(null); // the third of two
    expect(read(0x40, "05 00 03 2a 01 01 41").part).toBe(null); // the one of one
    expect(read(0x40, "70 41").octets).toEqual(octets("70 41")); // a header longer than the message
    expect(read(0x40, "").octets).toHaveLength(0);
  });

  test("a character that was cut in two between parts is whole again", () => {
    const parts = [octets("d83d"), octets("de00")].map((each, i) => ({
      number: i + 1,
      total: 2,
      coding: 8,
      octets: each,
    }));
    expect(joinParts(parts, "gsm")).toBe("😀");
  });

  test("a part that never came is shown as a gap", () => {
    const parts = [1, 4].map((number) => ({ number, total: 5, coding: 0, octets: octets("41") }));
    expect(joinParts(parts, "gsm")).toBe("A[…]A[…]");
  });
});
