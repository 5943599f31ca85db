import { describe, expect, test } from "vitest";
import { readSmppAddress, smppAddress } from "./address.ts";
import { pauseAfter } from "./link.ts";
import { validityPeriod } from "./submit-pdu.ts";

describe("addresses", () => {
  const auto = { ton: "auto", npi: "auto" } as const;
  test.each([
    ["+4790000001", { ton: 1, npi: 1, address: "4790000001" }],
    ["90000001234", { ton: 2, npi: 1, address: "90000001234" }],
    ["26112", { ton: 3, npi: 0, address: "26112" }],
    ["Varsla", { ton: 5, npi: 0, address: "Varsla" }],
    ["7 Sea", { ton: 5, npi: 0, address: "7 Sea" }],
  ])("%s is written with its kind", (address, written) => {
    expect(smppAddress(address, auto)).toEqual(written);
  });

  test("a setting overrides the form of the address", () => {
    expect(smppAddress("26112", { ton: 6, npi: "auto" })).toEqual({ ton: 6, npi: 0, address: "26112" });
    expect(smppAddress("+4790000001", { ton: 0, npi: 0 })).toEqual({ ton: 0, npi: 0, address: "4790000001" });
  });

  test("an international one comes back with its +, others as they are", () => {
    expect(readSmppAddress({ ton: 1, address: "4790000001" })).toBe("+4790000001");
    expect(readSmppAddress({ ton: 1, address: "+4790000001" })).toBe("+4790000001");
    expect(readSmppAddress({ ton: 1, address: "004790000001" })).toBe("+4790000001");
    expect(readSmppAddress({ ton: 0, address: "004790000001" })).toBe("+4790000001");
    expect(readSmppAddress({ ton: 0, address: "4790000001" })).toBe("4790000001");
    expect(readSmppAddress({ ton: 3, address: "26112" })).toBe("26112");
    expect(readSmppAddress({ ton: 5, address: "Varsla" })).toBe("Varsla");
  });
});

describe("validity periods (SMPP 3.4, 7.1.1)", () => {
  const now = new Date("2026-11-26T22:00:00Z");
  test.each([
    ["2026-11-26T23:30:15Z", "000000013015000R", "261126233015000+"],
    ["2026-11-29T22:00:00Z", "000003000000000R", "261129220000000+"],
    ["2026-11-26T21:00:00Z", "000000000001000R", "261126210000000+"],
    ["2027-11-26T22:00:00Z", "000030000000000R", "271126220000000+"],
  ])("%s", (at, relative, absolute) => {
    expect(validityPeriod(new Date(at), now, "relative")).toBe(relative);
    expect(validityPeriod(new Date(at), now, "absolute")).toBe(absolute);
  });

  test("none where the provider decides", () => {
    expect(validityPeriod(null, now, "relative")).toBe("");
  });
});

test("pauses between attempts to connect grow to half a minute, and are random", () => {
  expect([1, 2, 3, 4, 8, 9, 50].map((failures) => pauseAfter(failures, 1))).toEqual([
    250, 500, 1_000, 2_000, 30_000, 30_000, 30_000,
  ]);
  expect(pauseAfter(3, 0)).toBe(500);
});
