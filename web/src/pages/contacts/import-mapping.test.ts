import { expect, test } from "vitest";
import { consentColumn, mappedTwice, propertiesFor, propertyKeys, writeMapping } from "./import-mapping.ts";

test("headings in any language become unique properties that the server accepts", () => {
  expect(propertyKeys(["Favoritt-klipp", "Kundenr.", "Årgång", "2. Ønske", "Café", "Straße"])).toEqual([
    "favoritt_klipp",
    "kundenr",
    "argang",
    "onske",
    "cafe",
    "strasse",
  ]);
  expect(propertyKeys(["By", "by!", "???", "#4", "Город", "by 2"])).toEqual([
    "by",
    "by_2",
    "column_3",
    "column_4",
    "column_5",
    "by_2_2",
  ]);
  for (const key of propertyKeys(Array.from({ length: 12 }, () => "x".repeat(80))))
    expect(key).toMatch(/^[a-z][a-z0-9_]{0,49}$/);
});

test("two columns of one field are reported, except for fields that several columns may have", () => {
  expect(mappedTwice(["mobile", "mobile", "ignore", "ignore", "consent", "consent"])).toEqual(
    new Map([["mobile", [0, 1]]]),
  );
  expect(mappedTwice(["opted_out", "opted_out", "email"])).toEqual(new Map());
  expect(consentColumn(["mobile", "opted_out"])).toBe(-1);
  expect(consentColumn(["mobile", "consent_date"])).toBe(1);
});

test("the mapping names the imported columns, and of the others only those that the server would obey by its own guess", () => {
  const guessed = ["mobile", "ignore", "consent", "opted_out", "ignore"];
  expect(writeMapping(guessed, guessed)).toBe('{"#1":"mobile","#3":"consent","#4":"opted_out"}');
  expect(writeMapping(["mobile", "property:by", "ignore", "ignore", "ignore"], guessed)).toBe(
    '{"#1":"mobile","#2":"property:by","#3":"ignore","#4":"ignore"}',
  );
  const wide = Array.from({ length: 300 }, () => "ignore");
  expect(writeMapping(wide.with(299, "mobile"), wide)).toBe('{"#300":"mobile"}');
  const all = wide.map((_, at) => `property:column_${at}`);
  expect(writeMapping(all, wide)).toBeNull();
});

test("a column can become a property of its own name, or an existing one", () => {
  expect(propertiesFor("ignore", "favoritt_klipp", ["by"])).toEqual(["favoritt_klipp", "by"]);
  expect(propertiesFor("property:by", "by", ["by", "kode"])).toEqual(["by", "kode"]);
  expect(propertiesFor("property:by", "sted", ["by"])).toEqual(["by", "sted"]);
});
