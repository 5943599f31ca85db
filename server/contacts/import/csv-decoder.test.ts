import fc from "fast-check";
import { expect, test } from "vitest";
import { createCsvDecoder } from "./csv-decoder.ts";

function decode(bytes: Buffer, pieces = 1): { encoding: string; text: string } {
  const decoder = createCsvDecoder(bytes);
  let text = "";
  const size = Math.ceil(bytes.length / pieces);
  for (let at = 0; at < bytes.length; at += size) text += decoder.push(bytes.subarray(at, at + size));
  return { encoding: decoder.encoding, text: text + decoder.end() };
}

const wide = (text: string, bigEndian: boolean) => {
  const bytes = Buffer.from(text, "utf16le");
  return bigEndian ? bytes.swap16() : bytes;
};

/** A text in Mac Roman, by its table (Unicode's VENDORS/APPLE/ROMAN.TXT). */
const macBytes: Record<string, number> = {
  Ä: 0x80,
  Å: 0x81,
  É: 0x83,
  Ö: 0x85,
  Ü: 0x86,
  ä: 0x8a,
  å: 0x8c,
  é: 0x8e,
  è: 0x8f,
  ö: 0x9a,
  ü: 0x9f,
  ß: 0xa7,
  Æ: 0xae,
  Ø: 0xaf,
  æ: 0xbe,
  ø: 0xbf,
  "’": 0xd5,
  "–": 0xd0,
};
const mac = (text: string) => Buffer.from([...text].map((each) => macBytes[each] ?? each.charCodeAt(0)));

test.each([
  ["utf-16le", "\ufeffNavn\tMobil\r\nÅse\t91234567\r\n", false],
  ["utf-16be", "\ufeffNavn\tMobil\r\nÅse\t91234567\r\n", true],
  ["utf-16le", "Navn;Mobil\nŁukasz;91234567\n", false],
  ["utf-16be", "Navn;Mobil\nŁukasz;91234567\n", true],
  ["utf-16le", "Имя;Телефон\nОльга;91234567\n", false],
])("%s: %j", (encoding, text, bigEndian) => {
  for (const pieces of [1, 7, 1000]) {
    expect(decode(wide(text, bigEndian), pieces)).toEqual({ encoding, text: text.replace("\ufeff", "") });
  }
});

test.each([
  [
    "macintosh",
    mac("Navn;Sted\rÅse Bjørk;Tromsø\rKåre;Ærøskøbing\r"),
    "Navn;Sted\rÅse Bjørk;Tromsø\rKåre;Ærøskøbing\r",
  ],
  ["macintosh", mac("Förnamn;Ort\nÖrjan;Malmö\n"), "Förnamn;Ort\nÖrjan;Malmö\n"],
  ["macintosh", mac("Vorname;Straße\nJürgen;Mühlweg\n"), "Vorname;Straße\nJürgen;Mühlweg\n"],
  ["macintosh", mac("Name\nÅSE\nÄRLIG\n"), "Name\nÅSE\nÄRLIG\n"],
  ["macintosh", mac("Navn\nRenée’s – salong Ø\n"), "Navn\nRenée’s – salong Ø\n"],
  [
    "windows-1252",
    Buffer.from("Navn;Sted\nÅse Bjørk;Tromsø\nKåre;Ærøskøbing\n", "latin1"),
    "Navn;Sted\nÅse Bjørk;Tromsø\nKåre;Ærøskøbing\n",
  ],
  ["windows-1252", Buffer.from("Vorname\nJürgen Großmann\nÖRJAN\n", "latin1"), "Vorname\nJürgen Großmann\nÖRJAN\n"],
  ["windows-1252", Buffer.from("Navn\nO\x92Brien \x80 5\n", "latin1"), "Navn\nO’Brien € 5\n"],
  ["utf-8", Buffer.from("Navn\nÅse\n"), "Navn\nÅse\n"],
] as [string, Buffer, string][])("%s is recognised", (encoding, bytes, text) => {
  expect(decode(bytes)).toEqual({ encoding, text });
  expect(decode(bytes, 5)).toEqual({ encoding, text });
});

test("a list of people in UTF-16 is decoded, in any pieces, with a byte order mark or without", () => {
  const person = fc.tuple(
    fc.string({ unit: fc.constantFrom("a", "Å", "ø", "Ł", "я", "🎉", " "), maxLength: 10 }),
    fc.integer({ min: 40_000_000, max: 99_999_999 }),
  );
  fc.assert(
    fc.property(
      fc.array(person, { minLength: 1, maxLength: 30 }),
      fc.boolean(),
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      (people, bigEndian, marked, pieces) => {
        const text = `Name;Mobile\r\n${people.map(([name, number]) => `${name};${number}\r\n`).join("")}`;
        const bytes = wide((marked ? "\ufeff" : "") + text, bigEndian);
        expect(decode(bytes, pieces)).toEqual({ encoding: bigEndian ? "utf-16be" : "utf-16le", text });
      },
    ),
  );
});

test.each([
  ["NUL among letters", Buffer.from("mobil\n9123\u0000567\n")],
  ["NUL in UTF-16", wide("\ufeffmobil\n9\0\n", false)],
  ["an image", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex")],
  ["zeros", Buffer.alloc(100)],
])("%s is refused", (_, bytes) => {
  expect(() => decode(bytes)).toThrow(expect.objectContaining({ code: "binary_file" }));
});
