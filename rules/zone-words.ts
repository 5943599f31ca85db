/** A time zone in the words of a reader: "New York time". */
import { languageOf } from "./reader-locale.ts";

/** Cities of zones that have another name in Norwegian, Swedish and Danish. */
const cities: Readonly<Record<string, readonly [nb: string, sv: string, da: string]>> = {
  Athens: ["Aten", "Aten", "Athen"],
  Brussels: ["Brussel", "Bryssel", "Bruxelles"],
  Canary: ["Kanariøyene", "Kanarieöarna", "De Kanariske Øer"],
  Copenhagen: ["København", "Köpenhamn", "København"],
  Faroe: ["Færøyene", "Färöarna", "Færøerne"],
  Helsinki: ["Helsingfors", "Helsingfors", "Helsinki"],
  Lisbon: ["Lisboa", "Lissabon", "Lissabon"],
  Moscow: ["Moskva", "Moskva", "Moskva"],
  Prague: ["Praha", "Prag", "Prag"],
  Rome: ["Roma", "Rom", "Rom"],
  Vienna: ["Wien", "Wien", "Wien"],
  Warsaw: ["Warszawa", "Warszawa", "Warszawa"],
  Zurich: ["Zürich", "Zürich", "Zürich"],
};

/** By its city in our languages, by what Intl calls it in others. The zone and the locale must exist. */
export function zoneInWords(zone: string, locale: string, at: Date): string {
  const language = languageOf(locale);
  if (language === null) return zoneByIntl(zone, locale, at, "longGeneric");
  const city = cityOf(zone);
  if (city === null) return zoneByIntl(zone, locale, at, "short");
  if (language === "en") return `${city} time`;
  return `${cities[city]?.[["nb", "sv", "da"].indexOf(language)] ?? city}-tid`;
}

/** Null where a zone is no place, such as UTC and Etc/GMT+5. */
function cityOf(zone: string): string | null {
  const parts = zone.split("/");
  return parts.length < 2 || parts[0] === "Etc" ? null : (parts.at(-1)?.replaceAll("_", " ") ?? null);
}

function zoneByIntl(timeZone: string, locale: string, at: Date, timeZoneName: "short" | "longGeneric"): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName }).formatToParts(at);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? timeZone;
}
