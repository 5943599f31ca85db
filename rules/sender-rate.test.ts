import { expect, test } from "vitest";
import { rateByConnection } from "./sender-rate.ts";

const rates = { long_number: 10, short_code: 100, alphanumeric: null };

test("a sender has its connection's rate for its kind, and a North American number the rate for those", () => {
  expect(rateByConnection(rates, { kind: "long_number", address: "+4759000000" })).toBe(10);
  expect(rateByConnection(rates, { kind: "long_number", address: "+12025550100" })).toBe(10);
  const twilio = { ...rates, north_american: 1 };
  expect(rateByConnection(twilio, { kind: "long_number", address: "+12025550100" })).toBe(1);
  expect(rateByConnection(twilio, { kind: "long_number", address: "+4759000000" })).toBe(10);
  expect(rateByConnection({ ...rates, north_american: null }, { kind: "long_number", address: "+12025550100" })).toBe(
    null,
  );
  expect(rateByConnection(twilio, { kind: "short_code", address: "1919" })).toBe(100);
  expect(rateByConnection(twilio, { kind: "alphanumeric", address: "Salong" })).toBe(null);
});
