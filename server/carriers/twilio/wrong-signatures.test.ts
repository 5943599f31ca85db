import { expect, test } from "vitest";
import { createWrongSignatures } from "./wrong-signatures.ts";

function counting(most: number) {
  let now = 0;
  const wrong = createWrongSignatures(most, () => now);
  const isTold = (ip: string, connection = "c") => {
    try {
      wrong.count(ip, connection);
      return false;
    } catch (error) {
      expect(error).toMatchObject({ status: 429, code: "too_many_requests" });
      return (error as { retryAfter: number }).retryAfter;
    }
  };
  return { wrong, isTold, wait: (ms: number) => (now += ms) };
}

test("an address has an allowance for each connection and minute", () => {
  const { wrong, isTold, wait } = counting(3);
  for (let i = 0; i < 3; i++) expect(isTold("203.0.113.9")).toBe(false);
  expect(wrong.exhausted("203.0.113.9", "c")).toBe(true);
  wait(20_000);
  expect(isTold("203.0.113.9")).toBe(40);
  expect(isTold("203.0.113.9", "another")).toBe(false);
  expect(isTold("203.0.113.8")).toBe(false);
  wait(40_000);
  expect(wrong.exhausted("203.0.113.9", "c")).toBe(false);
  expect(isTold("203.0.113.9")).toBe(false);
});

test("an IPv6 network counts as one address, in any spelling; IPv4 in IPv6 is an address of its own", () => {
  const { isTold } = counting(1);
  expect(isTold("2001:db8:1:2::1")).toBe(false);
  for (const same of ["2001:db8:1:2:ffff::2", "2001:DB8:1:2:3:4:5:6", "2001:db8:1:2::"])
    expect(isTold(same)).toBeTruthy();
  expect(isTold("2001:db8:1:3::1")).toBe(false);
  expect(isTold("::1")).toBe(false);
  expect(isTold("::2")).toBeTruthy();
  expect(isTold("::ffff:203.0.113.9")).toBe(false);
  expect(isTold("::ffff:203.0.113.8")).toBe(false);
});

test("remembers a bounded number", () => {
  const { wrong, isTold } = counting(1);
  for (let i = 0; i < 30_000; i++) isTold(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`);
  expect(wrong.exhausted("10.0.0.0", "c")).toBe(false);
  expect(wrong.exhausted("10.0.117.47", "c")).toBe(true);
});
