import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { type AddressType, readingsOf, senderSpelling, whichSender, whoseNumber } from "./inbound-address.ts";

const nobody = () => false;
const whose = (address: string, country: string, type: AddressType = "unknown", contacts: string[] = []) =>
  whoseNumber(address, country, type, (number) => contacts.includes(number));

describe("whose number an address is", () => {
  test.each(["DE", "GB", "US", "NO", "SE", "FR"])(
    "4915123456789 in a workspace of %s is a German mobile",
    (country) => {
      expect(whose("4915123456789", country)).toEqual({ number: "+4915123456789", others: [] });
    },
  );

  test.each([
    ["+4791000001", "NO", "unknown", "+4791000001"],
    ["004791000001", "NO", "unknown", "+4791000001"],
    ["4791000001", "NO", "unknown", "+4791000001"],
    ["91000001", "NO", "unknown", "+4791000001"],
    ["+44 (0)7400 123456", "NO", "unknown", "+447400123456"],
    ["0044 (0) 7400 123456", "NO", "unknown", "+447400123456"],
    ["(0)7400 123456", "GB", "unknown", "+447400123456"],
    ["91000001", "NO", "national", "+4791000001"],
    ["0701234567", "SE", "unknown", "+46701234567"],
    ["701234567", "SE", "national", "+46701234567"],
    ["0701234567", "SE", "national", "+46701234567"],
    ["46701234567", "NO", "unknown", "+46701234567"],
    ["2125551234", "US", "unknown", "+12125551234"],
    ["07400123456", "GB", "unknown", "+447400123456"],
    // Said to be national, and cannot be.
    ["46701234567", "NO", "national", "+46701234567"],
    // Said to be international, and cannot be.
    ["+0701234567", "SE", "unknown", "+46701234567"],
    ["+91000001", "NO", "unknown", "+4791000001"],
    ["2440", "NO", "unknown", "2440"],
    ["Varsla", "NO", "unknown", "Varsla"],
    ["", "NO", "unknown", ""],
    // Nobody's, as far as is known: with what the network says of it.
    ["59000031", "NO", "national", "+4759000031"],
    ["+4759000031", "NO", "unknown", "+4759000031"],
  ] as const)("%s in %s, said to be %s, is %s", (address, country, type, number) => {
    expect(whose(address, country, type)).toEqual({ number, others: [] });
  });

  test("a contact's number before a mere mobile, and both where both could be", () => {
    // Fayetteville, Arkansas, or a mobile of Norway; Austin, Texas, or one of Germany.
    expect(whose("4792234567", "US")).toEqual({ number: "+4792234567", others: ["+14792234567"] });
    expect(whose("15123456789", "DE")).toEqual({ number: "+15123456789", others: ["+4915123456789"] });
    expect(whose("15123456789", "DE", "unknown", ["+4915123456789"])).toEqual({
      number: "+4915123456789",
      others: ["+15123456789"],
    });
    // A landline of Lower Saxony writes no texts, unless it is somebody's here.
    expect(whose("4915123456789", "DE", "unknown", ["+494915123456789"])).toEqual({
      number: "+494915123456789",
      others: ["+4915123456789"],
    });
    // A contact whose number is in no plan that is known here.
    expect(whose("4759000031", "NO", "unknown", ["+4759000031"]).number).toBe("+4759000031");
  });

  test("whichever way a number is written, its E.164 is among the readings", () => {
    const numbers = fc.constantFrom(
      ["NO", "+47", "91000001", ""],
      ["SE", "+46", "701234567", "0"],
      ["DE", "+49", "15123456789", "0"],
      ["GB", "+44", "7400123456", "0"],
      ["US", "+1", "2125551234", "1"],
      ["DK", "+45", "30303030", ""],
    );
    const spellings = fc.constantFrom("+", "00", "bare", "national", "trunk");
    fc.assert(
      fc.property(numbers, spellings, ([country, code, national, trunk], spelling) => {
        const digits = `${code?.slice(1)}${national}`;
        const written = {
          "+": `+${digits}`,
          "00": `00${digits}`,
          bare: digits,
          national,
          trunk: `${trunk}${national}`,
        };
        const address = written[spelling] as string;
        const type = spelling === "national" || spelling === "trunk" ? "national" : "unknown";
        const e164 = `${code}${national}`;
        for (const said of [type, "unknown"] as const) {
          const found = whoseNumber(address, country as string, said, nobody);
          expect([found.number, ...found.others]).toContain(e164);
          expect(readingsOf(address, country as string, said).map((each) => each.number)).toContain(e164);
        }
      }),
    );
  });

  test("whatever an address is, it is somebody's and nothing throws", () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom("NO", "US", "IT", "XX"), (address, country) => {
        for (const type of ["unknown", "national"] as const) {
          const { number, others } = whoseNumber(address, country, type, nobody);
          expect(typeof number).toBe("string");
          expect(others).not.toContain(number);
          whichSender(address, country, type, [{ address: "+4759000030" }]);
          senderSpelling(address, country, type);
        }
      }),
      { numRuns: runs(500, 100_000) },
    );
  });
});

describe("which of our senders an address is", () => {
  const senders = ["+4759000030", "+4670000001", "26112", "0800", "Varsla", "+390236618300"].map((address) => ({
    address,
  }));
  test.each([
    ["59000030", "national", "+4759000030"],
    ["059000030", "national", "+4759000030"],
    ["59000030", "unknown", "+4759000030"],
    ["4759000030", "unknown", "+4759000030"],
    ["4759000030", "national", "+4759000030"],
    ["+4759000030", "unknown", "+4759000030"],
    ["004759000030", "unknown", "+4759000030"],
    ["+59000030", "unknown", "+4759000030"],
    ["0700000 01", "national", "+4670000001"],
    ["26112", "unknown", "26112"],
    ["+26112", "unknown", "26112"],
    ["026112", "unknown", "26112"],
    ["4726112", "unknown", "26112"],
    ["800", "unknown", "0800"],
    ["Varsla", "unknown", "Varsla"],
    ["VARSLA", "unknown", "Varsla"],
    ["0236618300", "national", "+390236618300"],
  ] as const)("%s, said to be %s, is %s", (address, type, expected) => {
    expect(whichSender(address, "NO", type, senders)?.address).toBe(expected);
  });

  test.each(["59000031", "+4559000030", "4559000030", "Varslo", "", "+"])("%s is none of them", (address) => {
    expect(whichSender(address, "NO", "unknown", senders)).toBe(null);
  });

  test("of two with the same national number the workspace's country's; a short code of those digits after it", () => {
    const alike = ["59000030", "+4559000030", "+4759000030"].map((address) => ({ address }));
    expect(whichSender("59000030", "NO", "national", alike)?.address).toBe("+4759000030");
    expect(whichSender("59000030", "DK", "national", alike)?.address).toBe("+4559000030");
    expect(whichSender("59000030", "NO", "unknown", alike)?.address).toBe("59000030");
  });

  test.each([
    ["59000031", "national", "+4759000031"],
    ["59000031", "unknown", "59000031"],
    ["4759000031", "unknown", "+4759000031"],
    ["46701234567", "unknown", "+46701234567"],
    ["+46701234567", "unknown", "+46701234567"],
    ["2440", "unknown", "2440"],
    ["+26113", "unknown", "26113"],
  ] as const)("%s, said to be %s and none of them, is called %s", (address, type, expected) => {
    expect(senderSpelling(address, "NO", type)).toBe(expected);
  });
});
