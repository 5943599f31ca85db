import { expect, test } from "vitest";
import { isKnownPlaceholder, knownPlaceholders } from "../../../../rules/placeholders.ts";
import { composerFields, fieldsOf, isField, propertyOf } from "./fields.ts";

test("the composer offers exactly what a campaign's text may name", () => {
  expect(composerFields.map((one) => one.field).sort()).toEqual([...knownPlaceholders.campaign].sort());
});

test("the properties that contacts have are offered, and one that stands in the text already", () => {
  const own = (keys: string[], also?: string) =>
    fieldsOf(keys, also).flatMap(({ type, field }) => (type === "property" ? [field] : []));
  expect(own(["by", "frisor"])).toEqual(["contact.properties.by", "contact.properties.frisor"]);
  expect(own(["by"], "contact.properties.gone")).toEqual(["contact.properties.by", "contact.properties.gone"]);
  expect(own(["by"], "contact.properties.by")).toEqual(["contact.properties.by"]);
  expect(own([], "contact.first_name")).toEqual([]);
  expect(fieldsOf(["by"])).toHaveLength(composerFields.length + 1);
});

test("a property's key is a field only when the server would take it", () => {
  expect(propertyOf("contact.properties.shoe_size")).toBe("shoe_size");
  for (const key of ["", "Shoe", "1st", "shoe size", "a".repeat(51)]) {
    expect(propertyOf(`contact.properties.${key}`)).toBeNull();
    expect(isKnownPlaceholder(`contact.properties.${key}`, "campaign")).toBe(false);
  }
  expect(isField("contact.properties.shoe_size")).toBe(true);
  expect(isField("contact.shoe_size")).toBe(false);
});
