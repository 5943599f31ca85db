import { expect, test } from "vitest";
import { currencyOf } from "./country-currency.ts";

const letters = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ"];
const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
const regions = letters
  .flatMap((one) => letters.map((other) => one + other))
  // Without those that others have replaced, such as YU.
  .filter((code) => names.of(code) && Intl.getCanonicalLocales(`und-${code}`)[0] === `und-${code}`);

test("the currency is that of the country", () => {
  const found = ["NO", "SJ", "SE", "DK", "GL", "FI", "DE", "GB", "US", "CH", "PL", "HR", "BG"].map(currencyOf);
  expect(found.join(" ")).toBe("NOK NOK SEK DKK DKK EUR EUR GBP USD CHF PLN EUR EUR");
});

test("every country has one, but for Antarctica and codes that are no countries", () => {
  const without = regions.filter((code) => currencyOf(code) === undefined);
  expect(without).toEqual(["AQ", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "UN", "XA", "XB", "ZZ"]);
});

test("each is a currency that there is", () => {
  const known = new Set(Intl.supportedValuesOf("currency"));
  const given = new Set(regions.map(currencyOf));
  expect([...given].filter((code) => code !== undefined && !known.has(code))).toEqual([]);
});
