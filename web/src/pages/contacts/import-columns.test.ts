import { expect, test } from "vitest";
import { propertyKey } from "./import-columns.tsx";

test("a heading in any of the four languages becomes a property that the server takes", () => {
  expect(propertyKey("Favoritt-klipp")).toBe("favoritt_klipp");
  expect(propertyKey("Kundenr.")).toBe("kundenr");
  expect(propertyKey("Årgång")).toBe("argang");
  expect(propertyKey("2. Ønske")).toBe("onske");
  expect(propertyKey("???")).toBeNull();
  expect(propertyKey("x".repeat(80))).toMatch(/^[a-z][a-z0-9_]{0,49}$/);
});
