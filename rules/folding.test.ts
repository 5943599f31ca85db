import fc from "fast-check";
import { expect, test } from "vitest";
import { fold, foldsWithin } from "./folding.ts";

test.each([
  ["Åse", "ase"],
  ["A\u030Ase", "ase"],
  ["ØYSTEIN", "oystein"],
  ["Müller", "muller"],
  ["Mueller", "mueller"],
  ["Næss", "naess"],
  ["Straße", "strasse"],
  ["Þór Ðuro", "thor duro"],
  ["Łukasz Đặng", "lukasz dang"],
  ["İstanbul", "istanbul"],
  ["ΟΔΟΣ", "οδοσ"],
  ["Ёлка", "елка"],
  ["ＯＬＡ", "ola"],
  ["ﬁn", "fin"],
  ["\u2068Ola\u2069", "ola"],
  ["한글 中文", "한글 中文"],
  ["4711 % _ \\", "4711 % _ \\"],
])("%s is %s", (text, folded) => {
  expect(fold(text)).toBe(folded);
});

test("folding a folded text changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(fold(fold(text))).toBe(fold(text));
    }),
  );
});

test("a word's possible characters are listed, with the folded form of each", () => {
  const folds = foldsWithin("ase");
  expect(folds).toMatchObject({ å: "a", ä: "a", æ: "ae", ß: "ss", é: "e", ş: "s", "\u0301": "", "\u2068": "" });
  expect(folds).not.toHaveProperty("ø");
  expect(folds).not.toHaveProperty("Å");
  expect(folds).not.toHaveProperty("a");
  for (const [written, folded] of Object.entries(folds)) expect(fold(written)).toBe(folded);
});
