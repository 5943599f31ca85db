/** Calling codes with which a number can be begun for the person who types it; other countries begin empty. */
const codes: Record<string, string> = {
  NO: "47",
  SJ: "47",
  SE: "46",
  DK: "45",
  FI: "358",
  AX: "358",
  IS: "354",
  FO: "298",
  GL: "299",
  GB: "44",
  IE: "353",
  DE: "49",
  NL: "31",
  BE: "32",
  FR: "33",
  ES: "34",
  PT: "351",
  IT: "39",
  AT: "43",
  CH: "41",
  PL: "48",
  EE: "372",
  LV: "371",
  LT: "370",
  US: "1",
  CA: "1",
};

/** The beginning of the country's numbers, like "+47". */
export function callingCodeOf(country: string): string | null {
  const code = codes[country];
  return code === undefined ? null : `+${code}`;
}
