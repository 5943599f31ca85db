import { expect, test } from "vitest";
import { formatPhoneNumber } from "./phone-number-format.ts";

test("a national number is written as it is dialled, others with country code", () => {
  expect(formatPhoneNumber("+4740012345", "NO")).toBe("400 12 345");
  expect(formatPhoneNumber("+4722334455", "NO")).toBe("22 33 44 55");
  expect(formatPhoneNumber("+46701740605", "SE")).toBe("070 174 06 05");
  expect(formatPhoneNumber("+4520123456", "DK")).toBe("20 12 34 56");
  expect(formatPhoneNumber("+4740012345", "SE")).toBe("+47 400 12 345");
  expect(formatPhoneNumber("+46701740605", null)).toBe("+46 70 174 06 05");
  expect(formatPhoneNumber("+14155552671", "NO")).toBe("+1 415 555 2671");
});

test("numbers of countries without a known grouping keep every digit", () => {
  expect(formatPhoneNumber("+3546991234", "NO")).toBe("+354 699 1234");
  expect(formatPhoneNumber("+420601123456", "CZ")).toBe("+420 601 123 456");
  expect(formatPhoneNumber("+79123456789")).toBe("+7 912 345 6789");
});

test("no digit of a number is lost in grouping", () => {
  for (const code of ["47", "45", "46", "358", "354", "44", "49", "1"]) {
    for (let length = 6; length <= 12; length++) {
      const number = `+${code}${"123456789012".slice(0, length)}`;
      expect(formatPhoneNumber(number).replace(/\s/g, "")).toBe(number);
    }
  }
});

test("a text that is no number is returned unchanged", () => {
  for (const text of ["Varsla", "2090", "", "+47", "tlf 400"]) expect(formatPhoneNumber(text, "NO")).toBe(text);
});
