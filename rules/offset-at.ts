/** A zone's offset by Intl, since Temporal is not in every browser yet; the server's own, which is faster, is zone-offsets.ts. */
import { remembered } from "./remembered.ts";

const formatOf = remembered<Intl.DateTimeFormat>(1_000);

/** Milliseconds that a zone, which must exist, is ahead of UTC at an instant. */
export function offsetAt(milliseconds: number, zone: string): number {
  const format = formatOf(
    zone,
    () =>
      new Intl.DateTimeFormat("en-u-hc-h23", {
        timeZone: zone,
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      }),
  );
  const parts = Object.fromEntries(format.formatToParts(milliseconds).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day: date = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, date, hour, minute, second) - Math.floor(milliseconds / 1000) * 1000;
}
