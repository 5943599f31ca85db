/**
 * Quiet hours: when texts may leave, by country and class.
 *
 * rule    the hours of a country (or of a state of the United States) for one class
 * open    when all rules that apply to a recipient allow a text, in each zone that the recipient can be in
 */
import type { MessageClass } from "../contract/messages.ts";
import { isHoliday, weekdayOf } from "./public-holidays.ts";
import { offsetSpan } from "./zone-offsets.ts";

export interface QuietHoursRule {
  /** ISO 3166-1 alpha-2, like NO; a state of the United States as US-FL. */
  country: string;
  class: MessageClass;
  /** Texts may leave from this time of day on, HH:MM … */
  from: string;
  /** … and before this one. Before `from`: past midnight; the same as `from`: all day. */
  to: string;
  /** Whether texts may leave on Sundays. */
  sundays: boolean;
  /** Whether texts may leave on public holidays. */
  holidays: boolean;
  /** Who says so. */
  source: string | null;
  /** The date of the source, YYYY-MM-DD. */
  source_date: string | null;
}

/** A rule by the clock of one zone. */
export interface ZonedRule {
  rule: QuietHoursRule;
  /** An IANA zone that exists. */
  zone: string;
}

const minute = 60_000;
const day = 86_400_000;

/** As long as a text can be valid: later instants are not looked for. */
const horizon = 14 * day;

/**
 * The first instant, in epoch milliseconds, from `at` on at which all rules allow a text: `at` itself where they do now. Null where
 * there is none within 14 days, because the rules never allow one at the same time.
 *
 * A rule holds by what a clock on the wall shows: where an hour is skipped, the instant after it counts as late as the clock then
 * shows, and in an hour that comes twice the rule holds both times.
 */
export function nextOpen(rules: readonly ZonedRule[], at: number): number | null {
  const until = at + horizon;
  let moment = at;
  for (;;) {
    const before = moment;
    for (const each of rules) {
      const next = nextOfRule(each, moment, until);
      if (next === null) return null;
      moment = next;
    }
    if (moment === before) return moment;
  }
}

function nextOfRule({ rule, zone }: ZonedRule, at: number, until: number): number | null {
  let moment = at;
  while (moment <= until) {
    const { to, offset } = offsetSpan(zone, moment);
    const local = nextOnClock(rule, moment + offset, Math.min(to, until + 1) + offset);
    if (local !== null) return local - offset;
    moment = to;
  }
  return null;
}

/** The first time of the wall clock from `local` on and before `end`, in milliseconds as if it were UTC. */
function nextOnClock(rule: QuietHoursRule, local: number, end: number): number | null {
  const [from, to] = [minutesOf(rule.from) * minute, minutesOf(rule.to) * minute];
  for (let date = Math.floor(local / day); date * day < end; date++) {
    if (!isOpenOn(rule, date)) continue;
    const midnight = date * day;
    for (const [opens, closes] of from < to ? [[from, to] as const] : wrapped(from, to)) {
      const moment = Math.max(local, midnight + opens);
      if (moment < midnight + closes) return moment < end ? moment : null;
    }
  }
  return null;
}

const wrapped = (from: number, to: number) =>
  from === to ? [[0, day] as const] : [[0, to] as const, [from, day] as const];

function isOpenOn({ country, sundays, holidays }: QuietHoursRule, date: number): boolean {
  if (!sundays && weekdayOf(date) === 0) return false;
  return holidays || !isHoliday(country.slice(0, 2), date);
}

/** Minutes since midnight of HH:MM. */
export const minutesOf = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));

/** Whether a rule never keeps a text back. */
export const isAlwaysOpen = ({ from, to, sundays, holidays }: QuietHoursRule): boolean =>
  sundays && holidays && (minutesOf(from) === minutesOf(to) || (minutesOf(from) === 0 && minutesOf(to) === 1440));
