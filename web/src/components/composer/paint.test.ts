import fc from "fast-check";
import { expect, test } from "vitest";
import { matchFields, openBraces } from "./braces.ts";
import { createChipBook } from "./chips.ts";
import { difference, paint, replaceUnusual, unusualCharacters } from "./paint.ts";

const book = () =>
  createChipBook(
    (name) => name === "contact.first_name",
    () => "First name",
  );

test("the layer has exactly the characters of the field", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "😀", "“", "\n", "{{ contact.first_name }}", "å", "…"), { maxLength: 30 }),
      (parts) => {
        const one = book();
        const shown = one.show(parts.join(""));
        expect(
          paint(shown, one.chips(shown))
            .map((stroke) => stroke.text)
            .join(""),
        ).toBe(shown);
      },
    ),
  );
});

test("only what forces UCS-2 is underlined; a chip's own marks are not", () => {
  const one = book();
  const shown = one.show("Hei “{{ contact.first_name }}” på æøå 😀😀!");
  expect(paint(shown, one.chips(shown)).map(({ kind, text }) => [kind, kind === "chip" ? "" : text])).toEqual([
    ["text", "Hei "],
    ["unusual", "“"],
    ["chip", ""],
    ["unusual", "”"],
    ["text", " på æøå "],
    ["unusual", "😀😀"],
    ["text", "!"],
  ]);
});

test("each unusual character is offered once, with what could stand there", () => {
  expect(unusualCharacters("“a” “b” 😀")).toEqual([
    { character: "“", replacement: '"', count: 2 },
    { character: "”", replacement: '"', count: 2 },
    { character: "😀", replacement: null, count: 1 },
  ]);
});

test("replacing one character leaves the others alone", () => {
  expect(replaceUnusual("“a” – 😀", "“")).toBe('"a” – 😀');
  expect(replaceUnusual("“a” – 😀", null)).toBe('"a" - 😀');
  expect(replaceUnusual("😀", "😀")).toBe("😀");
});

test("a difference applied to the one gives the other", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "😀"), maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const change = difference(before, after);
      const applied = change ? before.slice(0, change.start) + change.text + before.slice(change.end) : before;
      expect(applied).toBe(after);
    }),
  );
});

test("two braces open the menu until they are closed", () => {
  expect(openBraces("Hi {{", 5)).toEqual({ start: 3, end: 5, query: "" });
  expect(openBraces("Hi {{ fir", 9)).toEqual({ start: 3, end: 9, query: "fir" });
  expect(openBraces("Hi {{ first }}", 14)).toBeNull();
  expect(openBraces("Hi {{\n", 6)).toBeNull();
  expect(openBraces("Hi {", 4)).toBeNull();
});

test("a field is found by its name for people or for templates", () => {
  const fields = [
    { field: "contact.first_name", label: "Fornavn" },
    { field: "contact.last_name", label: "Etternavn" },
  ];
  expect(matchFields(fields, "forn").map((one) => one.field)).toEqual(["contact.first_name"]);
  expect(matchFields(fields, "last").map((one) => one.field)).toEqual(["contact.last_name"]);
  expect(matchFields(fields, "contact.f")).toHaveLength(1);
  expect(matchFields(fields, "")).toHaveLength(2);
});
