import { expect, test } from "vitest";
import { createSeal } from "./seal.ts";

const seal = createSeal("0123456789abcdef0123456789abcdef");

test("a sealed value opens only with its own key and context", () => {
  const sealed = seal.close({ password: "hemmelig æøå 🙂" }, "carriers 1");
  expect(seal.open(sealed, "carriers 1")).toEqual({ password: "hemmelig æøå 🙂" });
  expect(sealed.toString("latin1")).not.toContain("hemmelig");
  expect(() => seal.open(sealed, "carriers 2")).toThrow("SECRET_KEY");
  expect(() => createSeal("another key of at least 32 characters").open(sealed, "carriers 1")).toThrow("SECRET_KEY");
});

test("a changed or truncated value does not open", () => {
  const sealed = seal.close({ password: "x" }, "c");
  const changed = Buffer.from(sealed);
  changed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
  expect(() => seal.open(changed, "c")).toThrow("does not open");
  expect(() => seal.open(sealed.subarray(0, 20), "c")).toThrow("tag");
  expect(() => seal.open(Buffer.alloc(0), "c")).toThrow("version");
});

test("the same value sealed twice looks different", () => {
  expect(seal.close({ a: 1 }, "c").equals(seal.close({ a: 1 }, "c"))).toBe(false);
});
