import { expect, test } from "vitest";
import { propertyKey } from "./property-keys.ts";

test.each([
  ["Plan", "plan"],
  ["Ærlig Ødegård", "aerlig_odegard"],
  ["Größe (m²)", "grosse_m"],
  ["2. Straße", "strasse"],
  ["ﬁrma", "rma"],
  ["Łódź", "odz"],
  ["№", null],
])("the key of %s stays %s", (name, key) => {
  expect(propertyKey(name)).toBe(key);
});
