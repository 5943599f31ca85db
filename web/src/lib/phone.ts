/** How phone numbers are grouped for reading. For display only: what is sent and stored stays E.164. */

/** Group sizes after the calling code; the last group takes what is left over. */
const plans: { code: string; begins?: RegExp; country: string; groups: number[]; trunk: string }[] = [
  // Mobiles in threes and twos, as Norwegians say them; other numbers in pairs.
  { code: "47", begins: /^[49]/, country: "NO", groups: [3, 2, 3], trunk: "" },
  { code: "47", country: "NO", groups: [2, 2, 2, 2], trunk: "" },
  { code: "45", country: "DK", groups: [2, 2, 2, 2], trunk: "" },
  { code: "46", country: "SE", groups: [2, 3, 2, 2], trunk: "0" },
  { code: "358", country: "FI", groups: [2, 3, 4], trunk: "0" },
  { code: "354", country: "IS", groups: [3, 4], trunk: "" },
  { code: "44", country: "GB", groups: [4, 6], trunk: "0" },
  { code: "49", country: "DE", groups: [3, 8], trunk: "0" },
  { code: "1", country: "US", groups: [3, 3, 4], trunk: "" },
];

/** Shorter ones are no subscriber numbers, and grouping would only hide that. */
const shortestNational = 6;

/**
 * A number in groups: "+47 912 34 567", or "912 34 567" for a reader whose workspace is in that country. Short codes and
 * alphanumeric names come back as they are.
 */
export function formatPhone(number: string, homeCountry?: string): string {
  if (!/^\+\d{6,15}$/.test(number)) return number;
  const digits = number.slice(1);
  const plan = plans.find(
    ({ code, begins }) => digits.startsWith(code) && (begins?.test(digits.slice(code.length)) ?? true),
  );
  if (!plan || digits.length < plan.code.length + shortestNational) return number;
  const national = group(digits.slice(plan.code.length), plan.groups);
  return homeCountry === plan.country ? `${plan.trunk}${national}` : `+${plan.code} ${national}`;
}

function group(digits: string, sizes: number[]): string {
  const groups: string[] = [];
  let start = 0;
  for (const [index, size] of sizes.entries()) {
    const end = index === sizes.length - 1 ? digits.length : start + size;
    if (start < digits.length) groups.push(digits.slice(start, end));
    start = end;
  }
  return groups.join(" ");
}
