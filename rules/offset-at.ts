/** A zone's offset by Intl, since Temporal is not in every browser yet; the server's own, which is faster, is zone-offsets.ts. */
import { remembered } from "./remembered.ts";

const formatOf = remembered<Intl.DateTimeFormat>(1_000);

/** Milliseconds that a zone, which must exist, is ahead of UTC at an instant. */
export function offsetAt(milliseconds: number, zone: string): number {
  const format = formatOf(
    zone,
    () =>
      new Intl.DateTimeFormat("en-US-u-hc-h23", {
        timeZone: zone,
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      }),
  );
  // 12/24/2026, 10:00:00: read as a text, since formatToParts takes five times as long.
  const shown = format.format(milliseconds).match(/\d+/g)?.map(Number) ?? [];
  const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] = shown;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(milliseconds / 1000) * 1000;
}
