import fc from "fast-check";
import { expect, test } from "vitest";
import { builtInStatuses } from "../contract/booking-places.ts";
import { Language } from "../contract/shapes.ts";
import { triggers } from "../contract/workflows.ts";
import { runs } from "../testing/runs.ts";
import { exampleBookingValues } from "./booking-example.ts";
import { workflowScope } from "./booking-placeholders.ts";
import { type BookingFacts, bookingValues, type Reader } from "./booking-values.ts";
import { countSegments } from "./gsm-segments.ts";

const facts: BookingFacts = {
  reference: "K7M2Q",
  status: "confirmed",
  start: new Date("2026-12-04T13:00:00Z"),
  end: new Date("2026-12-04T14:30:00Z"),
  time_zone: "Europe/Oslo",
  notes: null,
  price: { amount: 1450, currency: "NOK" },
  service: { name: "Klipp" },
  location: { name: "Løkka", address: "Markveien 35", phone: null, directions: null, remote: false },
  resources: [{ name: "Ida" }],
  manage_link: null,
  group: false,
  old: null,
};
const norwegian: Reader = { locale: null, time_zone: null, language: "nb", country: "NO" };
const reads = (reader: Partial<Reader>, of: Partial<BookingFacts> = {}) =>
  bookingValues({ ...facts, ...of }, { ...norwegian, ...reader });
const remote = { name: "Video", address: null, phone: null, directions: null, remote: true };

test("a booking is written in the reader's language and by the habits of the country", () => {
  expect(reads({}).booking).toEqual({
    reference: "K7M2Q",
    status: "bekreftet",
    date: "4. desember 2026",
    time: "14:00",
    end_time: "15:30",
    weekday: "fredag",
    duration: "1 time 30 minutter",
    notes: null,
    price: "1 450 kr",
    manage_link: null,
    yours: "timen din",
  });
  expect(reads({ locale: "sv" }).booking).toMatchObject({
    status: "bekräftad",
    date: "4 december 2026",
    time: "14:00",
    weekday: "fredag",
    duration: "1 timme 30 minuter",
  });
  expect(reads({ locale: "da-DK" }).booking).toMatchObject({ status: "bekræftet", time: "14.00", weekday: "fredag" });
  expect(reads({ locale: "de" }).booking).toMatchObject({
    status: "confirmed",
    date: "4. Dezember 2026",
    weekday: "Freitag",
    duration: "1 Stunde 30 Minuten",
  });
});

test("a language without region is written as in the workspace's country", () => {
  const time = (locale: string | null, country: string, language: Language = "en") =>
    reads({ locale, country, language }).booking.time;
  expect(time("en", "NO")).toBe("14:00");
  expect(time("en", "US")).toBe("2:00 PM");
  expect(time(null, "US")).toBe("2:00 PM");
  expect(time("en-US", "NO")).toBe("2:00 PM");
  expect(time("en", "IS")).toBe("14:00");
  expect(time("nb", "US")).toBe("14:00");
  expect(time("en", "no country")).toBe("2:00 PM");
  expect(reads({ locale: "en", country: "NO" }).booking.date).toBe("4 December 2026");
});

test("a locale that does not exist counts as none", () => {
  for (const locale of ["tlh", "xx-YY", "", "norsk (bokmål)", "*", "x".repeat(1_000)])
    expect(reads({ locale }).booking.weekday, locale).toBe("fredag");
  for (const locale of ["nb_NO", "NO", "nn", "NB-no", " no-NO "])
    expect(reads({ locale, language: "en" }).booking.date, locale).toBe("4. desember 2026");
  // Not with another calendar.
  expect(reads({ locale: "en-GB-u-ca-buddhist" }).booking.date).toBe("4 December 2026");
});

test("times are the place's, and say so where the reader's clock shows others", () => {
  const inNewYork = {
    time_zone: "America/New_York",
    start: new Date("2026-12-04T19:00Z"),
    end: new Date("2026-12-04T20:00Z"),
  };
  const time = (reader: Partial<Reader>, of: Partial<BookingFacts> = inNewYork) => reads(reader, of).booking.time;
  expect(time({ time_zone: "Europe/Oslo" })).toBe("14:00 (New York-tid)");
  expect(time({ time_zone: "Europe/Oslo", locale: "en" })).toBe("14:00 (New York time)");
  expect(time({ time_zone: "Europe/Oslo", locale: "sv" })).toBe("14:00 (New York-tid)");
  expect(time({ time_zone: "Europe/Oslo", locale: "de" })).toBe("14:00 (Nordamerikanische Ostküstenzeit)");
  expect(reads({ time_zone: "Europe/Oslo" }, inNewYork).booking.end_time).toBe("15:00 (New York-tid)");
  expect(time({ time_zone: "America/New_York" })).toBe("14:00");
  // Another zone with the same time then, no zone, and one that does not exist.
  expect(time({ time_zone: "America/Toronto" })).toBe("14:00");
  expect(time({})).toBe("14:00");
  expect(time({ time_zone: "Mars/Olympus" })).toBe("14:00");
  expect(time({ time_zone: "America/New_York" }, { time_zone: "Europe/Copenhagen" })).toBe("14:00 (København-tid)");
  expect(time({ time_zone: "America/New_York" }, { time_zone: "UTC" })).toBe("13:00 (UTC)");
  expect(time({ time_zone: "UTC" }, { time_zone: "America/Argentina/Buenos_Aires" })).toBe("10:00 (Buenos Aires-tid)");
});

test("zones that differ for a part of the year are told apart then only", () => {
  const phoenix = { time_zone: "America/Phoenix" };
  const inDenver = (start: string) =>
    reads(phoenix, { time_zone: "America/Denver", start: new Date(start) }).booking.time;
  expect(inDenver("2026-12-04T19:00Z")).toBe("12:00");
  expect(inDenver("2026-07-04T18:00Z")).toBe("12:00 (Denver-tid)");
});

test("who takes part from elsewhere reads the times and dates of their own clock", () => {
  const late = { location: remote, start: new Date("2026-12-04T21:00Z"), end: new Date("2026-12-04T22:00Z") };
  expect(reads({ time_zone: "Asia/Tokyo" }, late).booking).toMatchObject({
    date: "5. desember 2026",
    time: "06:00",
    weekday: "lørdag",
  });
  expect(reads({ time_zone: null }, late).booking.time).toBe("22:00");
  expect(reads({ time_zone: "nowhere" }, late).booking.time).toBe("22:00");
});

test("a duration is in words, and a night in which the clocks are changed is a day", () => {
  const lasts = (start: string, end: string, locale = "nb") =>
    reads({ locale }, { start: new Date(start), end: new Date(end) }).booking.duration;
  expect(lasts("2026-06-10T08:00Z", "2026-06-10T08:45Z")).toBe("45 minutter");
  expect(lasts("2026-06-10T08:00Z", "2026-06-10T10:00Z")).toBe("2 timer");
  expect(lasts("2026-06-10T08:00Z", "2026-06-10T08:00Z")).toBe("0 minutter");
  expect(lasts("2026-06-10T08:00Z", "2026-06-12T09:30Z", "en")).toBe("2 days 1 hour 30 minutes");
  expect(lasts("2026-03-28T11:00Z", "2026-03-29T10:00Z", "da")).toBe("1 dag");
  // Elapsed within a day.
  expect(lasts("2026-03-29T00:30Z", "2026-03-29T01:30Z")).toBe("1 time");
});

test("a price has decimals where it has some", () => {
  const costs = (amount: number, currency: string, locale = "nb") =>
    reads({ locale }, { price: { amount, currency } }).booking.price;
  expect(costs(450, "NOK")).toBe("450 kr");
  expect(costs(45.5, "NOK")).toBe("45,50 kr");
  expect(costs(99, "EUR", "en-IE")).toBe("€99");
  expect(costs(1999.9, "USD", "en-US")).toBe("$1,999.90");
  expect(costs(450, "kroner")).toBe("450 kroner");
  expect(reads({}, { price: null }).booking.price).toBeNull();
});

test("built-in statuses are in each language's words, a workspace's own names stay", () => {
  for (const language of Language.options) {
    const words = builtInStatuses.map((status) => reads({ locale: language }, { status }).booking.status);
    expect(new Set(words).size).toBe(builtInStatuses.length);
    expect(words).not.toContain("no_show");
  }
  expect(reads({}, { status: "Ankommet" }).booking.status).toBe("Ankommet");
  expect(reads({}, { status: "constructor" }).booking.status).toBe("constructor");
  expect(reads({ locale: "no" }, { status: "cancelled" }).booking.status).toBe("avlyst");
});

test("several resources are listed, and what a booking has not is blank", () => {
  expect(reads({}, { resources: [{ name: "Ida" }, { name: "Stol 1" }, { name: "Rom 2" }] }).resource.name).toBe(
    "Ida, Stol 1 og Rom 2",
  );
  const bare = reads({}, { service: null, location: null, resources: [] });
  expect(bare.service).toEqual({ name: null });
  expect(bare.location).toEqual({ name: null, address: null, phone: null, directions: null });
  expect(bare.resource).toEqual({ name: null });
  expect(Object.values(bare.old).every((value) => value === null)).toBe(true);
});

test("how a booking was before is by the clock of where it was", () => {
  const old = {
    start: new Date("2026-12-03T15:00Z"),
    end: new Date("2026-12-03T16:00Z"),
    time_zone: "America/New_York",
    service: "Farge",
    location: "Broadway",
    resources: ["Per", "Stol 2"],
  };
  expect(reads({ time_zone: "Europe/Oslo" }, { old }).old).toEqual({
    date: "3. desember 2026",
    time: "10:00 (New York-tid)",
    end_time: "11:00 (New York-tid)",
    weekday: "torsdag",
    service: "Farge",
    location: "Broadway",
    resource: "Per og Stol 2",
  });
});

test("the example has a value for every name of a booking, in real formats", () => {
  for (const language of Language.options) {
    const values: Readonly<Record<string, unknown>> = { ...exampleBookingValues(language, "NO") };
    for (const trigger of triggers)
      for (const name of Object.keys(workflowScope(trigger))) {
        const [thing = "", field = ""] = name.split(".");
        if (thing in values) expect(values[thing], name).toHaveProperty(field, expect.stringMatching(/./));
      }
  }
  expect(exampleBookingValues("nb", "NO").booking).toMatchObject({ time: "14:00", price: "850 kr" });
  expect(exampleBookingValues("en", "US").booking).toMatchObject({ time: "2:00 PM", price: "$85" });
  // The scope's own examples are those of a Norwegian workspace.
  const scope = workflowScope("booking_changed");
  const { booking, old } = exampleBookingValues("nb", "NO");
  for (const [name, value] of [
    ...Object.entries(booking).map(([key, value]) => [`booking.${key}`, value]),
    ...Object.entries(old).map(([key, value]) => [`old.${key}`, value]),
  ] as [string, string][])
    if (!name.endsWith("location")) expect(scope[name]?.example, name).toBe(value);
});

test("property: whatever a reader's columns hold there are values, and in our languages they cost no UCS-2", () => {
  const anyReader = fc.record({
    locale: fc.oneof(
      fc.constant(null),
      fc.string(),
      fc.constantFrom("en", "nb-NO", "sv_SE", "da", "en-US", "no", "en-CA", "en-AU"),
    ),
    time_zone: fc.oneof(fc.constant(null), fc.string(), fc.constantFrom(...Intl.supportedValuesOf("timeZone"))),
    language: fc.constantFrom(...Language.options),
    country: fc.oneof(fc.string(), fc.constantFrom("NO", "SE", "DK", "GB", "US", "CA")),
  });
  const anyFacts = fc.record({
    start: fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true }),
    minutes: fc.integer({ min: 0, max: 20_160 }),
    time_zone: fc.constantFrom(
      "Europe/Oslo",
      "America/New_York",
      "UTC",
      "Mars/Olympus",
      "Etc/GMT+5",
      "Europe/Copenhagen",
    ),
    amount: fc.double({ min: 0, max: 1e7, noNaN: true }),
    currency: fc.constantFrom("NOK", "SEK", "DKK", "EUR", "GBP", "USD"),
    status: fc.constantFrom(...builtInStatuses),
    isRemote: fc.boolean(),
  });
  fc.assert(
    fc.property(anyReader, anyFacts, (reader, { start, minutes, time_zone, amount, currency, status, isRemote }) => {
      const end = new Date(start.getTime() + minutes * 60_000);
      const location = isRemote ? remote : facts.location;
      const values = bookingValues(
        { ...facts, start, end, time_zone, price: { amount, currency }, status, location },
        reader,
      );
      const { date, time, end_time, weekday, duration, price } = values.booking;
      for (const value of [date, time, end_time, weekday, duration, price]) expect(value).toMatch(/./);
      const language = /^\s*(en|nb|no|sv|da)\b/i.test(reader.locale ?? "");
      if (!language) return;
      const text = [values.booking.status, date, time, end_time, weekday, duration, price].join(" ");
      expect(countSegments(text).encoding, text).toBe("GSM-7");
    }),
    { numRuns: runs(500, 50_000) },
  );
});
