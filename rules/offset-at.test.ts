import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { offsetAt } from "./offset-at.ts";
import { remembered } from "./remembered.ts";
import { offsetSpan } from "./zone-offsets.ts";

test("property: a browser without Temporal has the same offsets as the server", () => {
  const instant = fc.date({ min: new Date("1990-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(fc.constantFrom(...Intl.supportedValuesOf("timeZone")), instant, (zone, at) => {
      expect(offsetAt(at.getTime(), zone), zone).toBe(offsetSpan(zone, at.getTime()).offset);
    }),
    { numRuns: runs(500, 50_000) },
  );
});

test("what is remembered is made once, and only so much is kept", () => {
  const made: string[] = [];
  const valueOf = remembered<string>(2);
  const ask = (key: string) => valueOf(key, () => (made.push(key), `value of ${key}`));
  expect(["a", "a", "b", "a"].map(ask)).toEqual(["value of a", "value of a", "value of b", "value of a"]);
  expect(made).toEqual(["a", "b"]);
  ask("c");
  expect(ask("a")).toBe("value of a");
  expect(made).toEqual(["a", "b", "c", "a"]);
});
