import fc from "fast-check";
import { expect, test } from "vitest";
import { tidy, tidyInFull } from "./import-row.ts";

test("names that take the fast path are the same on the slow one", () => {
  const latin = fc.integer({ min: 0, max: 0x17f }).map((code) => String.fromCharCode(code));
  const character = fc.oneof(
    latin,
    fc.constantFrom(" ", "\u0301", "\u00a0", "\u2028", "\u202a"),
    fc.string({ maxLength: 2 }),
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 8 }), (characters) => {
      const value = characters.join("");
      expect(tidy(value)).toBe(tidyInFull(value));
    }),
    { numRuns: 2_000 },
  );
});
