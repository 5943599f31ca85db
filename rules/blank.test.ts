import fc from "fast-check";
import { expect, test } from "vitest";
import { invisibleCharacters, isBlank, trimBlank } from "./blank.ts";

test("zero-width spaces, marks of direction, joiners, fillers and the blank Braille pattern are blank", () => {
  for (const text of [
    "",
    " ",
    "\u200b",
    "\u200e",
    "\u200f\u202a\u202c",
    "\u2060",
    "\ufeff",
    "\u3164",
    "\uffa0",
    "\u115f\u1160",
    "\u2800",
    "\u00ad",
    " \u00a0\u3000\t\n",
    "\u2066\u2069",
  ])
    expect(isBlank(text), JSON.stringify(text)).toBe(true);
  for (const text of ["a", " \u200bå", "\u200b0\u200b", "👍", "-", "\u0301", "\u3164a"])
    expect(isBlank(text)).toBe(false);
});

test("whatever Unicode calls white space, control or ignorable in the basic plane is in the list", () => {
  const missing: string[] = [];
  for (let code = 0; code <= 0xffff; code++) {
    const character = String.fromCharCode(code);
    if (!/[\p{White_Space}\p{Cc}\p{Default_Ignorable_Code_Point}]/u.test(character)) continue;
    if (!invisibleCharacters.includes(character)) missing.push(code.toString(16));
  }
  expect(missing).toEqual([]);
});

test("the ends are trimmed, and what shapes an emoji or a letter stays", () => {
  expect(trimBlank("\ufeff Ola\u200b ")).toBe("Ola");
  expect(trimBlank("\u2067محمد\u2069\u200f")).toBe("محمد");
  expect(trimBlank("I ❤\ufe0f ")).toBe("I ❤\ufe0f");
  expect(trimBlank("O\u200bla")).toBe("O\u200bla");
});

test("a text is blank exactly where nothing is left of it but what shapes a character", () => {
  const units = fc.array(fc.constantFrom(...invisibleCharacters, "a", "å", "👍"), { maxLength: 6 });
  fc.assert(
    fc.property(units, (parts) => {
      const text = parts.join("");
      expect(trimBlank(text) === "").toBe(isBlank(text));
      expect(trimBlank(trimBlank(text))).toBe(trimBlank(text));
    }),
  );
});
