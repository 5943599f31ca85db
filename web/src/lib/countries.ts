/** ISO 3166-1 alpha-2, the officially assigned codes. */
const codes =
  "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW".split(
    " ",
  );

/** Every country by its name in the reader's language, sorted in that language. */
export function countryOptions(locale: string): { value: string; label: string }[] {
  const names = new Intl.DisplayNames(locale, { type: "region" });
  const order = new Intl.Collator(locale);
  return codes
    .map((code) => ({ value: code, label: names.of(code) ?? code }))
    .sort((one, other) => order.compare(one.label, other.label));
}

/** Time zones that identify a country; the others are too many to list for a first guess. */
const zoneCountries: Record<string, string> = {
  "Europe/Oslo": "NO",
  "Arctic/Longyearbyen": "SJ",
  "Europe/Stockholm": "SE",
  "Europe/Copenhagen": "DK",
  "Atlantic/Faroe": "FO",
  "America/Nuuk": "GL",
  "Europe/Helsinki": "FI",
  "Europe/Mariehamn": "AX",
  "Atlantic/Reykjavik": "IS",
  "Europe/London": "GB",
  "Europe/Dublin": "IE",
  "Europe/Berlin": "DE",
  "Europe/Amsterdam": "NL",
  "Europe/Brussels": "BE",
  "Europe/Paris": "FR",
  "Europe/Madrid": "ES",
  "Europe/Rome": "IT",
  "Europe/Vienna": "AT",
  "Europe/Zurich": "CH",
  "Europe/Warsaw": "PL",
};

/** A first guess at the country, by the time zone and then by the browser's languages; else Norway. */
export function guessCountry(timeZone: string, browser: readonly string[]): string {
  const byClock = zoneCountries[timeZone];
  if (byClock) return byClock;
  for (const tag of browser) {
    const region = /-([A-Z]{2})$/.exec(tag)?.[1];
    if (region && codes.includes(region)) return region;
  }
  return "NO";
}

/** Every time zone this browser knows, and `present` even if it does not. */
export function timeZoneOptions(present: string): { value: string; label: string }[] {
  const zones = Intl.supportedValuesOf("timeZone");
  if (!zones.includes(present)) zones.unshift(present);
  return zones.map((zone) => ({ value: zone, label: zone.replaceAll("_", " ") }));
}
