/** Wall times in a time zone, where the clocks may skip a time or show it twice. Temporal is not in every browser yet. */
import { offsetAt } from "../../../rules/offset-at.ts";

/** What a zone's clocks make of a wall time. */
export interface WallTime {
  instant: Date;
  /** skipped: the clocks never show it, and `shown` is what they show at `instant`; twice: `instant` is the first time. */
  kind: "once" | "skipped" | "twice";
  /** The time that the clocks show then: 2026-12-24T10:00. */
  shown: string;
}

const day = 86_400_000;

/** Reads a wall time (2026-12-24T10:00) as the server does; null where it is none. */
export function readWallTime(text: string, zone: string): WallTime | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return null;
  const utc = Date.parse(`${text}:00Z`);
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 16) !== text) return null;
  const before = offsetAt(utc - day, zone);
  const offsets = [...new Set([before, offsetAt(utc + day, zone)])];
  const instants = offsets.map((offset) => utc - offset).filter((at) => wallTimeAt(new Date(at), zone) === text);
  // As long after the jump as the time is after it on a clock that was not changed.
  const instant = new Date(instants.length > 0 ? Math.min(...instants) : utc - before);
  const kind = instants.length === 0 ? "skipped" : instants.length === 1 ? "once" : "twice";
  return { instant, kind, shown: wallTimeAt(instant, zone) };
}

/** What a zone's clocks show, to the minute: 2026-12-24T10:00. */
export function wallTimeAt(instant: Date, zone: string): string {
  return new Date(instant.getTime() + offsetAt(instant.getTime(), zone)).toISOString().slice(0, 16);
}

/** A zone in words of the language, with its city: "Central European Time (Oslo)". */
export function zoneInWords(zone: string, locale: string, now: Date): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: "longGeneric" }).formatToParts(now);
  const name = parts.find(({ type }) => type === "timeZoneName")?.value ?? zone;
  const city = zone.split("/").at(-1)?.replaceAll("_", " ") ?? zone;
  return name.includes(city) ? name : `${name} (${city})`;
}
