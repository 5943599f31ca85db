import fc from "fast-check";
import { expect, test } from "vitest";
import { runs } from "../testing/runs.ts";
import { northAmericanCodes, readState, zonesOfState } from "./area-codes.ts";
import { defaultQuietHours, isPlaceOfRules, rulesWith } from "./quiet-hours-defaults.ts";
import type { QuietHoursRule } from "./quiet-hours.ts";
import { hoursOf, type RecipientPlace } from "./recipient-hours.ts";
import { isTimeZone } from "./time-zone.ts";
import { originOf, zonesOfCountry } from "./zone-of-number.ts";

const hours = hoursOf(defaultQuietHours, "Europe/Oslo");
const next = (recipient: RecipientPlace, at: string, find = hours) =>
  find(recipient, new Date(at))?.toISOString() ?? null;

test("a number's country decides on the hours: France has others than Norway", () => {
  expect(next({ number: "+4740000001" }, "2026-06-10T06:30:00Z")).toBe("2026-06-10T07:00:00.000Z");
  expect(next({ number: "+33612345678" }, "2026-06-10T06:30:00Z")).toBeNull();
  expect(next({ number: "+33612345678" }, "2026-06-10T20:30:00Z")).toBe("2026-06-11T06:00:00.000Z");
  // No rule, no country, no number.
  expect(next({ number: "+48512345678" }, "2026-06-10T02:00:00Z")).toBeNull();
  expect(next({ number: "+8835100012345" }, "2026-06-10T02:00:00Z")).toBeNull();
  expect(next({ number: "nonsense" }, "2026-06-10T02:00:00Z")).toBeNull();
});

test("a contact's own zone counts before the number's; one that does not exist counts as none", () => {
  const at = "2026-06-10T09:00:00Z";
  expect(next({ number: "+4740000001", time_zone: "America/New_York" }, at)).toBe("2026-06-10T13:00:00.000Z");
  expect(next({ number: "+4740000001", time_zone: "Mars/Olympus" }, at)).toBeNull();
  expect(next({ number: "+4740000001", time_zone: "" }, "2026-06-10T18:30:00Z")).toBe("2026-06-11T07:00:00.000Z");
});

test("area code, state and own zone must all allow a text to an American number", () => {
  // 20:30 in New York: the federal rule allows it, Florida's does not.
  const evening = "2026-06-11T00:30:00Z";
  expect(next({ number: "+12125550100" }, evening)).toBeNull();
  expect(next({ number: "+13055550100" }, evening)).toBe("2026-06-11T12:00:00.000Z");
  // The west of Florida is an hour behind.
  expect(next({ number: "+12125550100", state: "Florida" }, evening)).toBe("2026-06-11T13:00:00.000Z");
  expect(next({ number: "+12125550100", state: "fl" }, evening)).toBe("2026-06-11T13:00:00.000Z");
  // A number of New York whose owner lives in Los Angeles: from 08:00 there to 21:00 in New York.
  const moved = { number: "+12125550100", time_zone: "America/Los_Angeles" };
  expect(next(moved, "2026-06-10T13:00:00Z")).toBe("2026-06-10T15:00:00.000Z");
  expect(next(moved, "2026-06-11T01:30:00Z")).toBe("2026-06-11T15:00:00.000Z");
  // An address that is no state changes nothing.
  expect(next({ number: "+12125550100", state: "Ontario; drop table" }, evening)).toBeNull();
});

test("a country with several zones waits for all of them unless the number or the contact says which", () => {
  const spain = hoursOf([{ ...(defaultQuietHours[0] as QuietHoursRule), country: "ES" }], "Europe/Oslo");
  const morning = "2026-06-10T07:30:00Z";
  expect(next({ number: "+34612345678" }, morning, spain)).toBe("2026-06-10T08:00:00.000Z");
  expect(next({ number: "+34612345678", time_zone: "Europe/Madrid" }, morning, spain)).toBeNull();
  const brazil = hoursOf([{ ...(defaultQuietHours[0] as QuietHoursRule), country: "BR" }], "Europe/Oslo");
  expect(next({ number: "+5592991234567" }, "2026-06-10T12:30:00Z", brazil)).toBe("2026-06-10T13:00:00.000Z");
  expect(next({ number: "+5511991234567" }, "2026-06-10T12:30:00Z", brazil)).toBeNull();
});

test("a recipient in a country whose zones have no hour in common is not left out for ever", () => {
  const short = { ...(defaultQuietHours[0] as QuietHoursRule), country: "RU", from: "12:00", to: "14:00" };
  const russia = hoursOf([short], "Europe/Moscow");
  expect(next({ number: "+79161234567" }, "2026-06-10T08:30:00Z", russia)).toBe("2026-06-10T09:00:00.000Z");
});

test("a text that zones never allow at one time waits beyond any validity", () => {
  const short = { ...(defaultQuietHours[0] as QuietHoursRule), country: "US", from: "12:00", to: "13:00" };
  const at = new Date("2026-06-10T08:30:00Z");
  const next = hoursOf([short], "UTC")({ number: "+12125550100", time_zone: "Asia/Tokyo" }, at);
  expect(next?.getTime()).toBeGreaterThan(at.getTime() + 14 * 86_400_000);
});

test("every zone of every number exists, and states are read by code and name", () => {
  for (const code of northAmericanCodes())
    for (const zone of originOf(`+1${code}5550100`).zones) expect(zone).toSatisfy(isTimeZone);
  for (const number of [
    "+61255501234",
    "+61412345678",
    "+5511991234567",
    "+525512345678",
    "+34922123456",
    "+351296123456",
  ])
    expect(originOf(number).zones.filter((zone) => !isTimeZone(zone))).toEqual([]);
  for (const rule of defaultQuietHours) expect(rule.country).toSatisfy(isPlaceOfRules);
  for (const country of ["CL", "CN", "DE", "EC", "NZ", "UA", "AU"])
    expect(zonesOfCountry(country).filter((zone) => !isTimeZone(zone))).toEqual([]);
  expect(readState(" us-tx ")).toBe("TX");
  expect(readState("West Virginia")).toBe("WV");
  expect(readState("ZZ")).toBeNull();
  expect(zonesOfState("TX")).toEqual(expect.arrayContaining(["America/Chicago", "America/Denver"]));
  expect(originOf("+18005550100")).toMatchObject({ country: "US", by_area: false });
  expect(originOf("+17875550100").country).toBe("PR");
  expect(originOf("+77012345678").country).toBe("KZ");
});

test("whatever a contact's columns hold, there is an answer, and never one in the past", () => {
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), maxLength: 15 });
  const anywhere = fc.record({
    number: fc.oneof(
      digits.map((each) => `+${each}`),
      fc.string(),
    ),
    time_zone: fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.constantFrom("Europe/Oslo", "europe/oslo", "+02:00", "Asia/Tokyo"),
    ),
    state: fc.oneof(fc.constant(null), fc.string(), fc.constantFrom("TX", "rhode island")),
  });
  fc.assert(
    fc.property(
      anywhere,
      fc.date({ min: new Date("2020-01-01"), max: new Date("2040-01-01"), noInvalidDate: true }),
      (recipient, at) => {
        expect(hours(recipient, at)?.getTime() ?? Number.POSITIVE_INFINITY).toBeGreaterThan(at.getTime());
      },
    ),
    { numRuns: runs(500, 50_000) },
  );
});

test("a workspace's own rule replaces the default of the same place and class", () => {
  const own = { ...(defaultQuietHours[0] as QuietHoursRule), country: "NO", from: "10:00" };
  const rules = rulesWith([own, { ...own, class: "transactional" }]);
  expect(rules.filter(({ country }) => country === "NO")).toEqual([own, { ...own, class: "transactional" }]);
  expect(rules).toHaveLength(defaultQuietHours.length + 1);
});
