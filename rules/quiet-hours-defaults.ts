/**
 * The rules that apply until a workspace changes them. docs/decisions/quiet-hours.md says how the sources were read. For countries
 * that are not here texts may leave at any time, and so may transactional texts everywhere.
 */
import { isState } from "./area-codes.ts";
import { isAlwaysOpen, type QuietHoursRule } from "./quiet-hours.ts";

type Hours = Pick<QuietHoursRule, "from" | "to"> & Partial<Pick<QuietHoursRule, "sundays" | "holidays">>;

const marketing = (country: string, hours: Hours, source: string, source_date: string): QuietHoursRule => ({
  country,
  class: "marketing",
  sundays: true,
  holidays: true,
  ...hours,
  source,
  source_date,
});

const workingDays = { sundays: false, holidays: false };
/** Sources that are words rather than a citation; the web app shows them in the reader's language. */
export const goodPractice = "Good practice: no law of the country sets hours for texts to those who consented";
export const carriersRules = "Carriers' rules: ";
/** A collection of the states' rules for telephone sales, which also apply to texts or are read so. */
const collection = "https://www.dropcowboy.com/state-compliance";

export const defaultQuietHours: readonly QuietHoursRule[] = [
  ...["DE", "DK", "FI", "GB", "NO", "SE"].map((country) =>
    marketing(country, { from: "09:00", to: "20:00", ...workingDays }, goodPractice, "2026-12-01"),
  ),
  marketing(
    "FR",
    { from: "08:00", to: "22:00", ...workingDays },
    `${carriersRules}https://developers.brevo.com/reference/sendtransacsms`,
    "2026-12-01",
  ),
  marketing("US", { from: "08:00", to: "21:00" }, "47 CFR § 64.1200(c)(1)", "2026-12-01"),
  marketing("US-AL", { from: "08:00", to: "20:00", ...workingDays }, collection, "2025-11-01"),
  marketing("US-CT", { from: "09:00", to: "20:00" }, "Conn. Gen. Stat. § 42-288a (P.A. 23-98)", "2023-10-01"),
  marketing("US-FL", { from: "08:00", to: "20:00" }, "Fla. Stat. § 501.616(6)", "2021-07-01"),
  marketing("US-KY", { from: "10:00", to: "21:00" }, collection, "2025-11-01"),
  marketing(
    "US-LA",
    { from: "08:00", to: "20:00", ...workingDays },
    "La. Pub. Serv. Comm'n Gen. Order R-29617 § V(A)(2)",
    "2025-11-01",
  ),
  marketing("US-MA", { from: "08:00", to: "20:00" }, collection, "2025-11-01"),
  marketing("US-MD", { from: "08:00", to: "20:00" }, "Md. Code, Com. Law § 14-4502", "2024-01-01"),
  marketing("US-MI", { from: "09:00", to: "21:00" }, collection, "2025-11-01"),
  marketing("US-MN", { from: "09:00", to: "21:00" }, collection, "2025-11-01"),
  marketing("US-MS", { from: "08:00", to: "20:00", sundays: false }, collection, "2025-11-01"),
  marketing("US-NM", { from: "09:00", to: "21:00" }, collection, "2025-11-01"),
  marketing("US-NV", { from: "09:00", to: "20:00" }, collection, "2025-11-01"),
  marketing("US-OK", { from: "08:00", to: "20:00" }, "Okla. Stat. tit. 15, § 775C.3", "2022-11-01"),
  // On weekdays from 09:00 to 18:00, on Saturdays from 10:00 to 17:00: the hours that are open on all of them.
  marketing("US-RI", { from: "10:00", to: "17:00", ...workingDays }, collection, "2025-11-01"),
  // The law names weekdays; Saturdays are left open, since a rule leaves out Sundays only.
  marketing("US-SD", { from: "09:00", to: "21:00", sundays: false }, "S.D. Codified Laws § 37-30-28", "2025-11-01"),
  // On Sundays from noon to 21:00; a rule has one window, so that Sundays are left out.
  marketing("US-TX", { from: "09:00", to: "21:00", sundays: false }, "Tex. Bus. & Com. Code § 301.051", "2025-09-01"),
  marketing("US-UT", { from: "08:00", to: "21:00", ...workingDays }, "Utah Code § 13-25a-103", "2025-11-01"),
  marketing("US-WA", { from: "08:00", to: "20:00" }, "RCW 80.36.390", "2022-06-09"),
];

/** A workspace has at most so many rules of its own: two for each country and state. */
export const mostQuietHoursRules = 600;

/** Whether rules can be set for this: two letters of a country, or a state as US-FL. Whether the country exists is not checked. */
export const isPlaceOfRules = (place: string): boolean =>
  /^[A-Z]{2}$/.test(place) || (place.startsWith("US-") && isState(place.slice(3)));

/** The key of a rule: one place and class have one rule. */
export const ruleKey = ({ country, class: messageClass }: Pick<QuietHoursRule, "country" | "class">): string =>
  `${country} ${messageClass}`;

const defaults = new Map(defaultQuietHours.map((rule) => [ruleKey(rule), rule]));

/** The default of the same place and class. */
export const defaultOf = (rule: Pick<QuietHoursRule, "country" | "class">): QuietHoursRule | undefined =>
  defaults.get(ruleKey(rule));

/** Whether a rule says what applies without it: the hours of the default, or, where there is none, that texts may always leave. */
export function isLikeDefault(rule: QuietHoursRule): boolean {
  const usual = defaults.get(ruleKey(rule));
  if (!usual) return isAlwaysOpen(rule);
  return (
    (["from", "to", "sundays", "holidays"] as const).every((key) => rule[key] === usual[key]) &&
    (rule.source === null || rule.source === usual.source)
  );
}

/** A workspace's rules: its own instead of the defaults for the same place and class. In the order of places. */
export function rulesWith(own: readonly QuietHoursRule[]): QuietHoursRule[] {
  const rules = new Map([...defaultQuietHours, ...own].map((rule) => [ruleKey(rule), rule]));
  return [...rules.values()].sort((a, b) => (ruleKey(a) < ruleKey(b) ? -1 : 1));
}
