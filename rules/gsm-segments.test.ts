import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { basicCharacters, extensionCharacters } from "./gsm-alphabet.ts";
import { countSegments, normaliseText, replaceSmartCharacters, splitSegments, ucs2Causes } from "./gsm-segments.ts";

const clusters = new Intl.Segmenter("en", { granularity: "grapheme" });
const gsm = fc.string({ unit: fc.constantFrom(...basicCharacters, ...extensionCharacters), maxLength: 500 });
const mixed = fc.string({
  unit: fc.oneof(
    fc.constantFrom(
      ..."abcå€[]\r\n",
      "\r\n",
      "я",
      "字",
      "한",
      "👍🏽",
      "👨‍👩‍👧",
      "🇳🇴",
      "e\u0301",
      "a\u030a",
      "\u200d",
      "\ud83d",
      "❤️",
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 2 }),
    fc.string({ unit: "grapheme", minLength: 1, maxLength: 2 }),
  ),
  maxLength: 300,
});
const lengths = (text: string) => splitSegments(text).parts.map((part) => part.length);

test("the alphabet has 127 characters and 10 in the extension table", () => {
  expect([...basicCharacters]).toHaveLength(127);
  expect(new Set(basicCharacters + extensionCharacters).size).toBe(137);
  for (const character of basicCharacters)
    expect(countSegments(character)).toMatchObject({ encoding: "GSM-7", units: 1 });
  for (const character of extensionCharacters)
    expect(countSegments(character)).toMatchObject({ encoding: "GSM-7", units: 2 });
});

test("the alphabet is in the order of the standard's code table", () => {
  expect(basicCharacters.indexOf("@")).toBe(0x00);
  expect(basicCharacters.indexOf("Ç")).toBe(0x09);
  expect(basicCharacters.indexOf("Ξ")).toBe(0x1a);
  // One code less than the table from here on: 0x1B is the escape.
  expect(basicCharacters.indexOf("Æ")).toBe(0x1c - 1);
  expect(basicCharacters.indexOf(" ")).toBe(0x20 - 1);
  expect(basicCharacters.indexOf("A")).toBe(0x41 - 1);
  expect(basicCharacters.indexOf("à")).toBe(0x7f - 1);
});

test("160 septets are one segment, 161 are 153 and 8", () => {
  expect(countSegments("a".repeat(160))).toEqual({ encoding: "GSM-7", segments: 1, units: 160, unitsLeft: 0 });
  expect(countSegments("a".repeat(161))).toEqual({ encoding: "GSM-7", segments: 2, units: 161, unitsLeft: 145 });
  expect(lengths("a".repeat(161))).toEqual([153, 8]);
  expect(countSegments("a".repeat(306))).toMatchObject({ segments: 2, unitsLeft: 0 });
  expect(countSegments("a".repeat(307))).toMatchObject({ segments: 3, unitsLeft: 152 });
});

test("an escape counts twice, everywhere in the text", () => {
  expect(countSegments("€".repeat(80))).toMatchObject({ segments: 1, units: 160, unitsLeft: 0 });
  expect(countSegments("€".repeat(81))).toMatchObject({ segments: 2, units: 162 });
});

test("an escape pair that does not fit moves to the next part and leaves a septet free", () => {
  const text = `${"a".repeat(152)}€${"b".repeat(10)}`;
  expect(countSegments(text)).toEqual({ encoding: "GSM-7", segments: 2, units: 164, unitsLeft: 141 });
  expect(splitSegments(text).parts).toEqual(["a".repeat(152), `€${"b".repeat(10)}`]);
  // 306 septets of pairs need three parts, because each of the first two holds 76 pairs.
  expect(countSegments("€".repeat(153))).toEqual({ encoding: "GSM-7", segments: 3, units: 306, unitsLeft: 151 });
});

test("70 code units are one segment, 71 are 67 and 4", () => {
  expect(countSegments("я".repeat(70))).toEqual({ encoding: "UCS-2", segments: 1, units: 70, unitsLeft: 0 });
  expect(countSegments("я".repeat(71))).toEqual({ encoding: "UCS-2", segments: 2, units: 71, unitsLeft: 63 });
  expect(countSegments("я".repeat(66))).toMatchObject({ segments: 1 });
  expect(countSegments("я".repeat(134))).toMatchObject({ segments: 2, unitsLeft: 0 });
  expect(countSegments("я".repeat(135))).toMatchObject({ segments: 3 });
});

test("one character outside the alphabet makes the whole text UCS-2, where extension characters count once", () => {
  expect(countSegments(`${"€".repeat(69)}ç`)).toEqual({ encoding: "UCS-2", segments: 1, units: 70, unitsLeft: 0 });
});

test("an emoji on the boundary is not divided", () => {
  expect(lengths(`${"a".repeat(66)}😀${"b".repeat(10)}`)).toEqual([66, 12]);
  expect(lengths(`${"a".repeat(60)}👨‍👩‍👧${"b".repeat(10)}`)).toEqual([60, 18]);
  expect(lengths(`${"a".repeat(66)}🇳🇴${"b".repeat(10)}`)).toEqual([66, 14]);
  expect(lengths(`${"a".repeat(65)}👍🏽${"b".repeat(10)}`)).toEqual([65, 14]);
});

test("a cluster that no part can hold is divided, but not within a surrogate pair", () => {
  const zalgo = `x${"\u0323".repeat(200)}`;
  expect(lengths(zalgo)).toEqual([67, 67, 67]);
  const family = Array.from({ length: 40 }, () => "👩").join("\u200d");
  expect(splitSegments(family).parts.every((part) => part.isWellFormed())).toBe(true);
});

test("CR LF stays in one part", () => {
  expect(lengths(`${"a".repeat(152)}\r\n${"b".repeat(10)}`)).toEqual([152, 12]);
  expect(lengths(`${"я".repeat(66)}\r\n${"b".repeat(10)}`)).toEqual([66, 12]);
  expect(countSegments(`${"a".repeat(158)}\r\n`)).toMatchObject({ segments: 1, units: 160 });
});

test("a decomposed å does not cost UCS-2", () => {
  expect(countSegments("a\u030a".repeat(160))).toMatchObject({ encoding: "GSM-7", segments: 1, units: 160 });
  // Ångström and Ohm signs are the letters they look like.
  expect(countSegments("\u212b\u2126")).toMatchObject({ encoding: "GSM-7", units: 2 });
});

test("an empty text is one empty segment", () => {
  expect(splitSegments("")).toEqual({ encoding: "GSM-7", segments: 1, units: 0, unitsLeft: 160, parts: [""] });
});

test("a lone surrogate is one unit and does not survive", () => {
  expect(splitSegments("a\ud83d")).toMatchObject({ encoding: "UCS-2", units: 2, parts: ["a\ufffd"] });
});

test("the parts joined are the normalised text, each within its limit", () => {
  fc.assert(
    fc.property(fc.oneof(gsm, mixed), (text) => {
      const { encoding, parts, segments, units, unitsLeft } = splitSegments(text);
      expect(parts.join("")).toBe(normaliseText(text));
      expect(parts).toHaveLength(segments);
      expect(countSegments(text)).toEqual({ encoding, segments, units, unitsLeft });
      expect(countSegments(normaliseText(text))).toEqual(countSegments(text));
      const limit = { "GSM-7": [160, 153], "UCS-2": [70, 67] }[encoding][segments === 1 ? 0 : 1] as number;
      const sizes = parts.map((part) => (encoding === "GSM-7" ? countSegments(part).units : part.length));
      for (const size of sizes) expect(size).toBeLessThanOrEqual(limit);
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(units);
      expect(unitsLeft).toBe(limit - (sizes.at(-1) as number));
    }),
    { numRuns: runs(500, 100_000) },
  );
});

test("no cluster that a part can hold is divided", () => {
  fc.assert(
    fc.property(mixed, (text) => {
      const { encoding, parts } = splitSegments(text);
      const starts = new Set<number>();
      for (const { index, segment } of clusters.segment(normaliseText(text)))
        for (let i = 0; i < segment.length; i++) if (i === 0 || segment.length > 67) starts.add(index + i);
      let at = 0;
      for (const part of parts) {
        if (at > 0 && encoding === "UCS-2") expect(starts.has(at)).toBe(true);
        expect(part.isWellFormed()).toBe(true);
        at += part.length;
      }
    }),
    { numRuns: runs(500, 100_000) },
  );
});

test("the code units that are cut without the segmenter never join", () => {
  for (let code = 0; code < 0xd800; code++) {
    const character = String.fromCharCode(code);
    if (normaliseText(character) !== character) continue;
    // Nothing composes with "字", and the pair of the same character is on the boundary.
    const text = `${"字".repeat(66)}${character}${character}`.padEnd(75, "x");
    const boundary = clusters.segment(text).containing(67)?.index;
    expect(lengths(text)[0], `U+${code.toString(16)}`).toBe(boundary);
  }
});

test("characters that force UCS-2 are found by their index in the text as typed", () => {
  const text = "“Ha\u030a” – 👨‍👩‍👧 ç…";
  const causes = ucs2Causes(text);
  expect(causes.map(({ character, replacement }) => [character, replacement])).toEqual([
    ["“", '"'],
    ["”", '"'],
    ["–", "-"],
    ["👨‍👩‍👧", null],
    ["ç", null],
    ["…", "..."],
  ]);
  for (const { index, character } of causes) expect(text.slice(index, index + character.length)).toBe(character);
  expect(ucs2Causes("Hei på deg, 10 € [ok]")).toEqual([]);
});

test("there is a cause exactly when the text is UCS-2", () => {
  fc.assert(
    fc.property(mixed, (text) => {
      expect(ucs2Causes(text).length > 0).toBe(countSegments(text).encoding === "UCS-2");
    }),
    { numRuns: runs(500, 100_000) },
  );
});

test("smart characters are replaced, letters and emoji are left alone", () => {
  expect(replaceSmartCharacters("“Hei”\u00a0– det’s ½ pris…")).toBe('"Hei" - det\'s 1/2 pris...');
  expect(replaceSmartCharacters("façade 👨‍👩‍👧 ê")).toBe("façade 👨‍👩‍👧 ê");
  expect(replaceSmartCharacters("ｆｕｌｌ ｗｉｄｔｈ`")).toBe("full width'");
  expect(replaceSmartCharacters("zero\u200bwidth\u200d")).toBe("zerowidth");
});

test("replacing smart characters never makes a cause", () => {
  fc.assert(
    fc.property(mixed, (text) => {
      const replaced = replaceSmartCharacters(text);
      expect(ucs2Causes(replaced).length).toBeLessThanOrEqual(ucs2Causes(text).length);
    }),
    { numRuns: runs(500, 100_000) },
  );
});
