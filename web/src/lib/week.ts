/** On which day a week begins. From the CLDR's table, since not every browser has it: a test compares it with Intl. */
const others: Record<number, string> = {
  0: "AG AS BD BR BS BT BW BZ CA CO DM DO ET GT GU HK HN ID IL IN IS JM JP KE KH KR LA MH MM MO MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW",
  5: "MV",
  6: "AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY",
};

/** The first day of the week in a country: 0 for Sunday to 6 for Saturday. Monday, where nothing else is known. */
export function firstDayOfWeek(country: string): number {
  const found = Object.entries(others).find(([, countries]) => countries.split(" ").includes(country));
  return found ? Number(found[0]) : 1;
}
