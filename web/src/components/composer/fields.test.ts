import { expect, test } from "vitest";
import { campaignScope, isKnownPlaceholder, propertyOf } from "../../../../rules/placeholder-names.ts";
import { composerFields, fieldsOf, isField } from "./fields.ts";

test("the composer offers exactly the fields that a campaign's text may use", () => {
  expect(composerFields.map((one) => one.field).sort()).toEqual(Object.keys(campaignScope).sort());
});

test("the properties that contacts have are offered, and one that the text uses already", () => {
  const own = (keys: string[], also?: string) =>
    fieldsOf(keys, also).flatMap(({ type, field }) => (type === "property" ? [field] : []));
  expect(own(["by", "frisor"])).toEqual(["contact.properties.by", "contact.properties.frisor"]);
  expect(own(["by"], "contact.properties.gone")).toEqual(["contact.properties.by", "contact.properties.gone"]);
  expect(own(["by"], "contact.properties.by")).toEqual(["contact.properties.by"]);
  expect(own([], "contact.first_name")).toEqual([]);
  expect(fieldsOf(["by"])).toHaveLength(composerFields.length + 1);
});

test("a property's key is a field only if the server accepts it", () => {
  expect(propertyOf("contact.properties.shoe_size")).toBe("shoe_size");
  for (const key of ["", "Shoe", "1st", "shoe size", "a".repeat(51)]) {
    expect(propertyOf(`contact.properties.${key}`)).toBeNull();
    expect(isKnownPlaceholder(`contact.properties.${key}`, campaignScope)).toBe(false);
  }
  expect(isField("contact.properties.shoe_size")).toBe(true);
  expect(isField("contact.shoe_size")).toBe(false);
});
