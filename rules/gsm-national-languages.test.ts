/** Vectors by hand from the tables of 3GPP TS 23.038, annex A, and properties that every table has. */
import { describe, expect, test } from "vitest";
import { nationalAlphabet, nationalExtension } from "./gsm-national-languages.ts";

describe("locking shift tables", () => {
  test.each([
    ["Turkish", 1, { 0x04: "€", 0x07: "ı", 0x0b: "Ğ", 0x0c: "ğ", 0x1c: "Ş", 0x1d: "ş", 0x40: "İ", 0x60: "ç" }],
    [
      "Portuguese",
      3,
      { 0x04: "ê", 0x12: "ª", 0x15: "∞", 0x18: "€", 0x1a: "|", 0x40: "Í", 0x5b: "Ã", 0x60: "~", 0x7d: "`" },
    ],
    ["Bengali", 4, { 0x00: "\u0981", 0x03: "\u0985", 0x1a: "\u099a", 0x7f: "\u09f1" }],
    ["Gujarati", 5, { 0x03: "\u0a85", 0x1a: "\u0a9a", 0x7f: "\u0af1" }],
    ["Hindi", 6, { 0x03: "\u0905", 0x2c: ",", 0x3b: ";", 0x4d: "\u0939", 0x7f: "\u097f" }],
    ["Kannada", 7, { 0x01: "\u0c82", 0x24: "\u0ca1", 0x3d: "\u0caa", 0x7f: "\u0ce3" }],
    ["Malayalam", 8, { 0x01: "\u0d02", 0x7f: "\u0d79" }],
    ["Oriya", 9, { 0x00: "\u0b01", 0x7f: "\u0b63" }],
    ["Punjabi", 10, { 0x00: "\u0a01", 0x7f: "\u0a74" }],
    ["Tamil", 11, { 0x01: "\u0b82", 0x7f: "\u0bf9" }],
    ["Telugu", 12, { 0x00: "\u0c01", 0x7f: "\u0c63" }],
    ["Urdu", 13, { 0x00: "\u0627", 0x02: "\u0628", 0x03: "\u067b", 0x7f: "\u0670" }],
  ] as const)("%s", (_name, language, expected) => {
    const table = nationalAlphabet(language) as string[];
    expect(table).toHaveLength(128);
    for (const [septet, character] of Object.entries(expected)) expect(table[Number(septet)], septet).toBe(character);
    // Digits, line breaks and small letters have the same septets in all tables.
    expect(table.slice(0x30, 0x3a).join("")).toBe("0123456789");
    expect([table[0x0a], table[0x0d], table[0x20]]).toEqual(["\n", "\r", " "]);
    expect(table.slice(0x61, 0x7b).join("")).toBe("abcdefghijklmnopqrstuvwxyz");
    // No character occurs twice.
    const characters = table.filter((character) => character !== " ");
    expect(new Set(characters).size).toBe(characters.length);
  });

  test("Spanish and reserved languages have none", () => {
    for (const language of [0, 2, 14, 255]) expect(nationalAlphabet(language)).toBe(undefined);
  });
});

describe("single shift tables", () => {
  test.each([
    ["Turkish", 1, { 0x47: "Ğ", 0x49: "İ", 0x53: "Ş", 0x63: "ç", 0x67: "ğ", 0x69: "ı", 0x73: "ş" }],
    [
      "Spanish",
      2,
      { 0x09: "ç", 0x41: "Á", 0x49: "Í", 0x4f: "Ó", 0x55: "Ú", 0x61: "á", 0x69: "í", 0x6f: "ó", 0x75: "ú" },
    ],
    [
      "Portuguese",
      3,
      { 0x05: "ê", 0x09: "ç", 0x0b: "Ô", 0x12: "Φ", 0x1f: "Ê", 0x5b: "Ã", 0x61: "Â", 0x7c: "õ", 0x7f: "â" },
    ],
    ["Bengali", 4, { 0x19: "\u09e6", 0x1c: "\u09e8" }],
    ["Hindi", 6, { 0x19: "\u0964", 0x1c: "\u0966", 0x25: "\u096f" }],
    ["Urdu", 13, { 0x1c: "\u06f0", 0x3f: "\u06d4" }],
  ] as const)("%s", (_name, language, expected) => {
    const table = nationalExtension(language) as Map<number, string>;
    for (const [septet, character] of Object.entries(expected))
      expect(table.get(Number(septet)), septet).toBe(character);
    expect(table.has(0x1b)).toBe(false);
  });

  test("each includes the default extension table", () => {
    for (let language = 1; language <= 13; language++) {
      const table = nationalExtension(language) as Map<number, string>;
      expect([0x14, 0x28, 0x29, 0x2f, 0x3c, 0x3d, 0x3e, 0x40, 0x65].map((septet) => table.get(septet) ?? "")).toEqual(
        expect.arrayContaining(["^", "\\", "[", "~", "]", "|", "€"]),
      );
    }
    expect(nationalExtension(14)).toBe(undefined);
  });
});
