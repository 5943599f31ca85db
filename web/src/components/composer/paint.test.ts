import fc from "fast-check";
import { expect, test } from "vitest";
import { matchFields, openBraces } from "./braces.ts";
import { createChipRegistry } from "./chips.ts";
import { difference, paint, replaceUnusual, unusualCharacters } from "./paint.ts";

const registry = () =>
  createChipRegistry(
    (name) => name === "contact.first_name",
    () => "First name",
  );

test("the layer has exactly the characters of the field", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("a", "😀", "“", "\n", "{{ contact.first_name }}", "å", "…"), { maxLength: 30 }),
      (parts) => {
        const one = registry();
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

test("only characters that force UCS-2 are underlined; a chip's own marks are not", () => {
  const one = registry();
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

test("each unusual character is listed once, with its replacement", () => {
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

test("applying a difference to the first text gives the second", () => {
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
  expect(openBraces("Hi {{ contact.email |", 21)).toBeNull();
  expect(openBraces("Hi {% if", 8)).toBeNull();
  expect(openBraces("😀 {{ og {{ for {{ contact.email }}", 16)).toEqual({ start: 9, end: 16, query: "for" });
});

test("a field is found by its label or its template name", () => {
  const fields = [
    { field: "contact.first_name", label: "Fornavn" },
    { field: "contact.last_name", label: "Etternavn" },
  ];
  expect(matchFields(fields, "forn").map((one) => one.field)).toEqual(["contact.first_name"]);
  expect(matchFields(fields, "last").map((one) => one.field)).toEqual(["contact.last_name"]);
  expect(matchFields(fields, "contact.f")).toHaveLength(1);
  expect(matchFields(fields, "")).toHaveLength(2);
});
