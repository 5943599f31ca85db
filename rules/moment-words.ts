/** When something is, in a reader's language, for texts. */
import { offsetAt } from "./offset-at.ts";
import { remembered } from "./remembered.ts";
import { zoneInWords } from "./zone-words.ts";

const styles = {
  date: { dateStyle: "long" },
  time: { timeStyle: "short" },
  weekday: { weekday: "long" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

/** Making a format takes a hundred times as long as using it. */
const momentFormat = remembered<Intl.DateTimeFormat>(1_000);

/** When something is, by the clock of `zone`, with the zone behind the times where the reader's `own` clock shows others then. */
export function momentsInWords(
  { start, end }: { start: Date; end: Date },
  zone: string,
  own: string | null,
  locale: string,
): Record<"date" | "time" | "end_time" | "weekday", string> {
  const write = (at: Date, style: keyof typeof styles) =>
    momentFormat(
      `${locale}|${zone}|${style}`,
      () => new Intl.DateTimeFormat(locale, { timeZone: zone, ...styles[style] }),
    ).format(at);
  const differs = (at: Date) =>
    own !== null && own !== zone && offsetAt(at.getTime(), own) !== offsetAt(at.getTime(), zone);
  const time = (at: Date) =>
    plain(differs(at) ? `${write(at, "time")} (${zoneInWords(zone, locale, at)})` : write(at, "time"));
  return {
    date: plain(write(start, "date")),
    time: time(start),
    end_time: time(end),
    weekday: plain(write(start, "weekday")),
  };
}

/** Without the spaces and signs of Intl that GSM-7 has not: one of them would double the price of a text. */
export const plain = (written: string): string =>
  written.replace(/[\u00a0\u2007\u2009\u202f]/g, " ").replaceAll("\u2212", "-");
