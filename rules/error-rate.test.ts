import { expect, test } from "vitest";
import { isErrorJump, usualRate } from "./error-rate.ts";

const usually = usualRate({ texts: 1_000, errors: 20 });

test("three times the usual is a jump, but never below five in a hundred", () => {
  expect(isErrorJump({ texts: 1_000, errors: 59 }, usually)).toBe(false);
  expect(isErrorJump({ texts: 1_000, errors: 60 }, usually)).toBe(true);
  const never = usualRate({ texts: 1_000, errors: 0 });
  expect(isErrorJump({ texts: 1_000, errors: 49 }, never)).toBe(false);
  expect(isErrorJump({ texts: 1_000, errors: 50 }, never)).toBe(true);
});

test("a few texts raise no alert", () => {
  expect(isErrorJump({ texts: 49, errors: 49 }, usually)).toBe(false);
  expect(isErrorJump({ texts: 50, errors: 50 }, usually)).toBe(true);
});

test("while the usual rate is unknown, one in five is a jump", () => {
  const hardly = usualRate({ texts: 199, errors: 0 });
  expect(isErrorJump({ texts: 100, errors: 19 }, hardly)).toBe(false);
  expect(isErrorJump({ texts: 100, errors: 20 }, hardly)).toBe(true);
});

test("a rate that has always been high is no jump", () => {
  expect(isErrorJump({ texts: 900, errors: 500 }, usualRate({ texts: 900, errors: 300 }))).toBe(false);
});
