/** Writes iCalendar objects (RFC 5545): the file that goes with a booking's mail, and the feeds that calendars subscribe to. */
import type { Language } from "../../contract/shapes.ts";

/** One booking as a calendar shows it. The same `uid` with a higher `sequence` replaces what a calendar has. */
export interface CalendarEntry {
  uid: string;
  sequence: number;
  start: Date;
  end: Date;
  summary: string;
  description: string | null;
  location: string | null;
  url: string | null;
  status: "CONFIRMED" | "TENTATIVE" | "CANCELLED";
  created_at: Date;
  updated_at: Date;
}

/**
 * A calendar to add to one's own (METHOD:PUBLISH). Times are instants in UTC, which calendars show in their reader's zone, so no time
 * zone is described. Texts keep their line breaks and nothing else that could end a line; `language` is the language of the texts.
 */
export function calendarOf(
  entries: readonly CalendarEntry[],
  { name, language }: { name?: string; language: Language },
): string {
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Varsla//Bookings//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    // RFC 7986 came long after calendars had agreed on the other name, which many still read alone.
    ...(name === undefined ? [] : [`NAME:${textOf(name)}`, `X-WR-CALNAME:${textOf(name)}`]),
    ...entries.flatMap((entry) => entryLines(entry, language)),
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

function entryLines(entry: CalendarEntry, language: Language): string[] {
  const inLanguage = (property: string, text: string | null) =>
    text === null ? [] : [`${property};LANGUAGE=${language}:${textOf(text)}`];
  const url = entry.url === null ? null : URL.parse(entry.url);
  return [
    "BEGIN:VEVENT",
    `UID:${textOf(entry.uid)}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTAMP:${instant(entry.updated_at)}`,
    `CREATED:${instant(entry.created_at)}`,
    `LAST-MODIFIED:${instant(entry.updated_at)}`,
    `DTSTART:${instant(entry.start)}`,
    // An end has to be later than the start; an entry without one ends where it starts.
    ...(instant(entry.end) > instant(entry.start) ? [`DTEND:${instant(entry.end)}`] : []),
    ...inLanguage("SUMMARY", entry.summary),
    ...inLanguage("DESCRIPTION", entry.description),
    ...inLanguage("LOCATION", entry.location),
    // A URI is not escaped as a text is; the parser percent-encodes what could end the line.
    ...(url ? [`URL:${url.href}`] : []),
    `STATUS:${entry.status}`,
    `TRANSP:${entry.status === "CANCELLED" ? "TRANSPARENT" : "OPAQUE"}`,
    "END:VEVENT",
  ];
}

/** 20260314T090000Z: whole seconds in UTC. */
function instant(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** A value of type TEXT (3.3.11). Other control characters than line breaks and tabs may not stand in one. */
function textOf(value: string): string {
  return value
    .toWellFormed()
    .replace(/[\\;,]/g, "\\$&")
    .replace(/\r\n|[\r\n\u0085\u2028\u2029]/g, "\\n")
    .replace(/(?!\t)\p{Cc}/gu, "");
}

/** The longest line, in octets of UTF-8 without its break (3.1). */
const longestLine = 75;

/** Folds a line between characters, never inside of one. */
function fold(line: string): string {
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > longestLine) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
