import fc from "fast-check";
import ICAL from "ical.js";
import { expect, test } from "vitest";
import { hostileTexts } from "../../testing/hostile.ts";
import { runs } from "../../testing/runs.ts";
import { type CalendarEntry, calendarOf } from "./icalendar.ts";

const entry: CalendarEntry = {
  uid: "0195b0a4-6c00-7000-8000-000000000001@salon.example",
  sequence: 3,
  start: new Date("2026-03-29T00:30:00Z"),
  end: new Date("2026-03-29T02:00:00Z"),
  summary: "Klipp; farge, føn",
  description: "Første linje\nAndre linje: C:\\hår",
  location: "Salong Åse, Storgata 1, 0155 Oslo",
  url: "https://salon.example/b/abc?x=1,2;y=3",
  status: "CONFIRMED",
  created_at: new Date("2026-03-01T10:00:00Z"),
  updated_at: new Date("2026-03-02T11:12:13.999Z"),
};

/** The calendar's name under both of its properties. The parser has to be told that they are texts: it knows RFC 5545 only. */
function namesOf(text: string) {
  const told = text.replaceAll("\r\n ", "").replace(/^(NAME|X-WR-CALNAME):/gm, "$1;VALUE=TEXT:");
  const calendar = new ICAL.Component(ICAL.parse(told));
  return [calendar.getFirstPropertyValue("name"), calendar.getFirstPropertyValue("x-wr-calname")];
}

/** What a calendar reads. */
function read(text: string) {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const entries = calendar.getAllSubcomponents("vevent").map((each) => {
    const value = (name: string) => each.getFirstPropertyValue(name);
    const instant = (name: string) => (value(name) as ICAL.Time | null)?.toJSDate() ?? null;
    const found: Omit<CalendarEntry, "end"> & { end: Date | null } = {
      uid: value("uid") as string,
      sequence: value("sequence") as unknown as number,
      start: instant("dtstart") as Date,
      end: instant("dtend"),
      summary: value("summary") as string,
      description: value("description") as string | null,
      location: value("location") as string | null,
      url: value("url") as string | null,
      status: value("status") as CalendarEntry["status"],
      created_at: instant("created") as Date,
      updated_at: instant("last-modified") as Date,
    };
    expect(instant("dtstamp")).toEqual(found.updated_at);
    return found;
  });
  return { calendar, entries };
}

const toSeconds = (at: Date) => new Date(Math.floor(at.getTime() / 1000) * 1000);

/** A text as it arrives: with one kind of line break and without other control characters. */
const arrived = (text: string | null) =>
  text
    ?.toWellFormed()
    .replace(/\r\n|[\r\n\u0085\u2028\u2029]/g, "\n")
    .replace(/(?![\t\n])\p{Cc}/gu, "") ?? null;

test("a calendar reads an entry as it was written", () => {
  const text = calendarOf([entry], { name: "Åse, uke 13", language: "nb" });
  const { calendar, entries } = read(text);
  expect(entries).toEqual([{ ...entry, updated_at: toSeconds(entry.updated_at) }]);
  expect(calendar.getFirstPropertyValue("method")).toBe("PUBLISH");
  expect(calendar.getFirstPropertyValue("version")).toBe("2.0");
  expect(namesOf(text)).toEqual(["Åse, uke 13", "Åse, uke 13"]);
  const summary = calendar.getFirstSubcomponent("vevent")?.getFirstProperty("summary");
  expect(summary?.getFirstParameter("language")).toBe("nb");
});

test("a cancelled entry takes no time, and keeps its identity", () => {
  const text = calendarOf([{ ...entry, status: "CANCELLED", sequence: 4 }], { language: "en" });
  expect(read(text).entries).toMatchObject([{ uid: entry.uid, sequence: 4, status: "CANCELLED" }]);
  expect(text).toContain("\r\nTRANSP:TRANSPARENT\r\n");
});

test("what is missing is left out, and so is an end that is no later than the start", () => {
  const bare = { ...entry, end: entry.start, description: null, location: null, url: null };
  const text = calendarOf([bare], { language: "sv" });
  expect(read(text).entries).toMatchObject([{ end: null, description: null, location: null, url: null }]);
  expect(text).not.toContain("NAME");
});

test("an address that is none is left out, and one that would end its line cannot", () => {
  const urlOf = (url: string) => read(calendarOf([{ ...entry, url }], { language: "da" })).entries[0]?.url;
  expect(urlOf("no address")).toBeNull();
  expect(urlOf("https://salon.example/\r\nSTATUS:CANCELLED\u2028æ b")).toBe(
    "https://salon.example/STATUS:CANCELLED%E2%80%A8%C3%A6%20b",
  );
});

test("an empty calendar is a calendar", () => {
  expect(read(calendarOf([], { language: "en" })).entries).toEqual([]);
});

/** Texts that try to leave their property, and those that fold in the middle of a character. */
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({
    unit: fc.constantFrom(
      "\r",
      "\n",
      "\t",
      " ",
      ":",
      ";",
      ",",
      "\\",
      "n",
      "N",
      '"',
      "😀",
      "é",
      "\u2028",
      "\0",
      "\ud83d",
    ),
  }),
  fc.constantFrom(
    ...hostileTexts,
    "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:stolen",
    "x\\\nSTATUS:CANCELLED",
    "👩‍👩‍👧‍👦".repeat(500),
    `${"a".repeat(9_999)}\\`,
    " ".repeat(200),
  ),
);

test("whatever the texts, a calendar reads the same values, and no line is too long", () => {
  const moments = fc.date({ min: new Date(0), max: new Date("9999-12-30T00:00:00Z"), noInvalidDate: true });
  const entries = fc.record<CalendarEntry>({
    uid: texts.filter((text) => text !== ""),
    sequence: fc.nat(),
    start: moments,
    end: moments,
    summary: texts,
    description: fc.option(texts),
    location: fc.option(texts),
    url: fc.option(fc.oneof(fc.webUrl({ withQueryParameters: true, withFragments: true }), texts)),
    status: fc.constantFrom("CONFIRMED", "TENTATIVE", "CANCELLED"),
    created_at: moments,
    updated_at: moments,
  });
  fc.assert(
    fc.property(fc.array(entries, { maxLength: 3 }), fc.option(texts, { nil: undefined }), (given, name) => {
      const text = calendarOf(given, { name, language: "nb" });
      for (const line of text.split("\r\n")) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
      expect(text.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
      expect(Buffer.from(text).toString()).toBe(text);
      expect(namesOf(text)).toEqual([arrived(name ?? null), arrived(name ?? null)]);
      expect(read(text).entries).toEqual(
        given.map((each) => ({
          ...each,
          uid: arrived(each.uid),
          summary: arrived(each.summary),
          description: arrived(each.description),
          location: arrived(each.location),
          url: each.url === null ? null : (URL.parse(each.url)?.href ?? null),
          start: toSeconds(each.start),
          end: toSeconds(each.end) > toSeconds(each.start) ? toSeconds(each.end) : null,
          created_at: toSeconds(each.created_at),
          updated_at: toSeconds(each.updated_at),
        })),
      );
    }),
    { numRuns: runs(200, 20_000) },
  );
});
