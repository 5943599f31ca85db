/** The country of a number and the time zones that its holder can be in (server only: it uses libphonenumber's list of countries). */
import { northAmericanArea } from "./area-codes.ts";
import { callingCodes } from "./number-lengths.ts";

/** Where a number is from. */
export interface Origin {
  /** ISO 3166-1 alpha-2; null for numbers of no country, such as +883. */
  country: string | null;
  /** The state or province of a North American area code; "" elsewhere. */
  state: string;
  /** All the zones that its holder can be in; empty where nothing is known. */
  zones: readonly string[];
  /** Whether the zones are those of an area code, so that the number says more than its country. */
  by_area: boolean;
}

/**
 * Countries whose numbers tell the zone, by the digits after the country code; "" is the rest. Longer beginnings go first. Where the
 * digits are those of a mobile that tells nothing, the zones of the whole country apply.
 */
const areas: Readonly<Record<string, { code: string; zones: Readonly<Record<string, readonly string[]>> }>> = {
  // Landlines of New South Wales, Victoria and Tasmania, Queensland, and the centre and west.
  AU: {
    code: "61",
    zones: {
      "2": ["Australia/Sydney"],
      "3": ["Australia/Melbourne"],
      "7": ["Australia/Brisbane"],
      "8": ["Australia/Adelaide", "Australia/Darwin", "Australia/Perth"],
    },
  },
  // Mobiles too begin with the area.
  BR: {
    code: "55",
    zones: {
      ...each("65 66", ["America/Cuiaba"]),
      "67": ["America/Campo_Grande"],
      "68": ["America/Rio_Branco"],
      "69": ["America/Porto_Velho"],
      "92": ["America/Manaus"],
      "95": ["America/Boa_Vista"],
      "97": ["America/Manaus", "America/Eirunepe"],
      "": ["America/Sao_Paulo"],
    },
  },
  MX: {
    code: "52",
    zones: {
      ...each("646 658 661 664 665 686", ["America/Tijuana"]),
      ...each("622 623 631 632 633 634 637 638 641 642 643 644 645 647 651 653 662", ["America/Hermosillo"]),
      ...each("311 319 323 324 325 389 612 613 615 624 667 668 669 672 673 687 694 695 696 697 698", [
        "America/Mazatlan",
      ]),
      ...each("322 327 329", ["America/Mexico_City", "America/Mazatlan"]),
      "626": ["America/Ojinaga"],
      "656": ["America/Ciudad_Juarez"],
      ...each("867 868 877 878 894 897 899", ["America/Matamoros"]),
      ...each("983 984 987 998", ["America/Cancun"]),
      "": ["America/Mexico_City"],
    },
  },
  ES: { code: "34", zones: each("822 828 922 928", ["Atlantic/Canary"]) },
  PT: { code: "351", zones: { ...each("292 295 296", ["Atlantic/Azores"]), "291": ["Atlantic/Madeira"] } },
};

/** Countries with a zone that so few live in that it does not count for numbers that tell nothing; a contact's own zone does. */
const nearlyAll: Readonly<Record<string, readonly string[]>> = {
  CL: ["America/Santiago", "America/Punta_Arenas"],
  CN: ["Asia/Shanghai"],
  DE: ["Europe/Berlin"],
  EC: ["America/Guayaquil"],
  NZ: ["Pacific/Auckland"],
  UA: ["Europe/Kyiv"],
  AU: [
    "Australia/Sydney",
    "Australia/Lord_Howe",
    "Australia/Brisbane",
    "Australia/Adelaide",
    "Australia/Darwin",
    "Australia/Perth",
  ],
};

function each(beginnings: string, zones: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(beginnings.split(" ").map((beginning) => [beginning, zones]));
}

const unknown: Origin = { country: null, state: "", zones: [], by_area: false };

/** Origins by what of a number decides them; there are some thousand at most. */
const known = new Map<string, Origin>();

/** Where an E.164 number is from. */
export function originOf(number: string): Origin {
  const decisive = decisiveDigits(number);
  let origin = known.get(decisive);
  if (!origin) {
    origin = read(decisive);
    known.set(decisive, origin);
  }
  return origin;
}

/** The main zones of a country (ISO 3166-1 alpha-2): all where the number does not tell which. */
export function zonesOfCountry(country: string): readonly string[] {
  return nearlyAll[country] ?? new Intl.Locale(`und-${country}`).getTimeZones() ?? [];
}

const lengths = new Map<string, number>();
for (const { code, zones } of Object.values(areas))
  lengths.set(code, Math.max(...Object.keys(zones).map((beginning) => beginning.length)));

function decisiveDigits(number: string): string {
  if (number.charCodeAt(0) !== 43) return "";
  if (number.charCodeAt(1) === 49) return number.slice(1, 5);
  for (let length = 1; length <= 3; length++) {
    const code = number.slice(1, 1 + length);
    if (code in callingCodes) return number.slice(1, 1 + length + (code === "7" ? 1 : (lengths.get(code) ?? 0)));
  }
  return "";
}

function read(digits: string): Origin {
  if (digits.startsWith("1")) {
    const area = northAmericanArea(digits.slice(1));
    // Toll-free and personal numbers, and codes that are newer than the table.
    if (!area) return { ...unknown, country: "US", zones: mainland };
    return { ...area, by_area: true };
  }
  if (digits.startsWith("7")) {
    const country = digits.startsWith("76") || digits.startsWith("77") ? "KZ" : "RU";
    return { ...unknown, country, zones: zonesOfCountry(country) };
  }
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    const country = callingCodes[code]?.[0];
    if (country === undefined) continue;
    if (!/^[A-Z]{2}$/.test(country)) return unknown;
    const plan = areas[country];
    if (plan) {
      const national = digits.slice(code.length);
      for (let end = national.length; end >= 0; end--) {
        const zones = plan.zones[national.slice(0, end)];
        if (zones) return { country, state: "", zones, by_area: true };
      }
    }
    return { ...unknown, country, zones: zonesOfCountry(country) };
  }
  return unknown;
}

const mainland = ["America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"];
