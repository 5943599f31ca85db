import { expect, test } from "vitest";
import { isKnownPlaceholder, knownPlaceholders } from "../../../../rules/placeholders.ts";
import { composerFields, isField, propertyField, propertyOf } from "./fields.ts";

test("the composer offers exactly what a campaign's text may name", () => {
  expect(composerFields.map((one) => one.field).sort()).toEqual([...knownPlaceholders.campaign].sort());
});

test("a property's key becomes a field only when the server would take it", () => {
  expect(propertyField("shoe_size")).toBe("contact.properties.shoe_size");
  expect(propertyOf("contact.properties.shoe_size")).toBe("shoe_size");
  for (const key of ["", "Shoe", "1st", "shoe size", "a".repeat(51)]) {
    expect(propertyField(key)).toBeNull();
    expect(isKnownPlaceholder(`contact.properties.${key}`, "campaign")).toBe(false);
  }
  expect(isField("contact.properties.shoe_size")).toBe(true);
  expect(isField("contact.shoe_size")).toBe(false);
});
