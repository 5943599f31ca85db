/** Phone numbers for people to read. Small enough for every page: no numbering plan, only how digits are grouped. */

interface Grouping {
  callingCode: string;
  /** The trunk prefix. */
  prefix: string;
  /** The first pattern that matches the number without country code gives its groups of digits. */
  groups: RegExp[];
}

const northAmerica: Grouping = { callingCode: "1", prefix: "", groups: [/^(\d{3})(\d{3})(\d{4})$/] };

const groupings: Record<string, Grouping> = {
  NO: { callingCode: "47", prefix: "", groups: [/^([489]\d{2})(\d{2})(\d{3})$/, /^(\d{2})(\d{2})(\d{2})(\d{2})$/] },
  SE: {
    callingCode: "46",
    prefix: "0",
    groups: [/^(7\d)(\d{3})(\d{2})(\d{2})$/, /^(8)(\d{3})(\d{3})(\d{2})$/, /^(8)(\d{3})(\d{2})(\d{2})$/],
  },
  DK: { callingCode: "45", prefix: "", groups: [/^(\d{2})(\d{2})(\d{2})(\d{2})$/] },
  FI: { callingCode: "358", prefix: "0", groups: [/^([45]\d)(\d{3})(\d{2,5})$/] },
  GB: { callingCode: "44", prefix: "0", groups: [/^(7\d{3})(\d{6})$/, /^(20)(\d{4})(\d{4})$/] },
  US: northAmerica,
  CA: northAmerica,
};

/** Country calling codes of one and two digits (ITU-T E.164); all others have three. */
const shortCallingCodes = /^(1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/;

/**
 * An E.164 number as it is written in `country`: a national number as it is dialled there, all others with + and country
 * code. Anything but an E.164 number is returned unchanged.
 */
export function formatPhoneNumber(number: string, country?: string | null): string {
  if (!/^\+[1-9]\d{4,14}$/.test(number)) return number;
  const digits = number.slice(1);
  const own = country ? groupings[country] : undefined;
  if (own && digits.startsWith(own.callingCode)) {
    const groups = groupsOf(digits.slice(own.callingCode.length), own);
    if (groups) return own.prefix + groups.join(" ");
  }
  const callingCode = shortCallingCodes.exec(digits)?.[0] ?? digits.slice(0, 3);
  const national = digits.slice(callingCode.length);
  const grouping = Object.values(groupings).find((candidate) => candidate.callingCode === callingCode);
  const groups = (grouping && groupsOf(national, grouping)) ?? threes(national);
  return `+${callingCode} ${groups.join(" ")}`;
}

function groupsOf(national: string, { groups }: Grouping): string[] | null {
  for (const pattern of groups) {
    const match = pattern.exec(national);
    if (match) return match.slice(1);
  }
  return null;
}

/** Groups of three from the left, the last of two to four, so that no digit is alone. */
function threes(national: string): string[] {
  const groups: string[] = [];
  let rest = national;
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...groups, rest];
}
