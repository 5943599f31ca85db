import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { type AddressType, addressReadings, senderSpelling, whichSender, whoseNumber } from "./inbound-address.ts";

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
    // The type is national, but the number cannot be.
    ["46701234567", "NO", "national", "+46701234567"],
    // The type is international, but the number cannot be.
    ["+0701234567", "SE", "unknown", "+46701234567"],
    ["+91000001", "NO", "unknown", "+4791000001"],
    ["2440", "NO", "unknown", "2440"],
    ["Varsla", "NO", "unknown", "Varsla"],
    ["", "NO", "unknown", ""],
    // In no known numbering plan: read by the network's type.
    ["59000031", "NO", "national", "+4759000031"],
    ["+4759000031", "NO", "unknown", "+4759000031"],
  ] as const)("%s in %s, said to be %s, is %s", (address, country, type, number) => {
    expect(whose(address, country, type)).toEqual({ number, others: [] });
  });

  test("a contact's number goes before another mobile, and both are possible senders", () => {
    // Fayetteville, Arkansas, or a mobile of Norway; Austin, Texas, or one of Germany.
    expect(whose("4792234567", "US")).toEqual({ number: "+4792234567", others: ["+14792234567"] });
    expect(whose("15123456789", "DE")).toEqual({ number: "+15123456789", others: ["+4915123456789"] });
    expect(whose("15123456789", "DE", "unknown", ["+4915123456789"])).toEqual({
      number: "+4915123456789",
      others: ["+15123456789"],
    });
    // A landline of Lower Saxony sends no texts, unless it is a contact's number.
    expect(whose("4915123456789", "DE", "unknown", ["+494915123456789"])).toEqual({
      number: "+494915123456789",
      others: ["+4915123456789"],
    });
    // A contact whose number is in no known numbering plan.
    expect(whose("4759000031", "NO", "unknown", ["+4759000031"]).number).toBe("+4759000031");
  });

  test("a contact's number is possible even where the network's type contradicts it", () => {
    expect(whose("+15123456789", "DE", "unknown", ["+4915123456789"])).toEqual({
      number: "+15123456789",
      others: ["+4915123456789"],
    });
    expect(whose("4792234567", "US", "national", ["+4792234567"])).toEqual({
      number: "+14792234567",
      others: ["+4792234567"],
    });
    expect(whose("+15123456789", "DE")).toEqual({ number: "+15123456789", others: [] });
    expect(whose("4792234567", "US", "national")).toEqual({ number: "+14792234567", others: [] });
  });

  test.each(["+5215512345678", "5215512345678", "+525512345678", "525512345678", "00525512345678"])(
    "%s is a mobile of Mexico, with or without the abolished 1",
    (address) => {
      for (const country of ["NO", "MX", "US"])
        expect(whose(address, country)).toEqual({ number: "+525512345678", others: [] });
    },
  );

  test("an Argentine mobile without its 9 is the contact's with it, and the other way round", () => {
    for (const address of ["+541123456789", "541123456789", "+5491123456789"])
      expect(whose(address, "NO", "unknown", ["+5491123456789"])).toEqual({ number: "+5491123456789", others: [] });
    expect(whose("1123456789", "AR", "national").number).toBe("+5491123456789");
    // Earlier versions stored it as a landline, and a contact's phone may still be stored as one.
    expect(whose("+5491123456789", "NO", "unknown", ["+541123456789"])).toEqual({
      number: "+541123456789",
      others: ["+5491123456789"],
    });
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
          expect(addressReadings(address, country as string, said).map((each) => each.number)).toContain(e164);
        }
      }),
    );
  });

  test("every address is attributed to a number, and none throws", () => {
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

  test("a sender of Mexico or Argentina is found with and without the mobile prefix", () => {
    const ours = ["+5215512345678", "+5491123456789"].map((address) => ({ address }));
    for (const address of ["+525512345678", "525512345678", "+5215512345678"])
      expect(whichSender(address, "NO", "unknown", ours)?.address).toBe("+5215512345678");
    for (const address of ["+541123456789", "541123456789", "5491123456789"])
      expect(whichSender(address, "NO", "unknown", ours)?.address).toBe("+5491123456789");
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
