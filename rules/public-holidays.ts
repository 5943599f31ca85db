/**
 * Public holidays, by country and computed for any year: the days on which no marketing text leaves where a rule leaves out holidays.
 * Only those of the whole country; those of a Land, an autonomous region or a town are not included.
 */

type Rule =
  /** Month and day. */
  | { on: [month: number, day: number] }
  /** Days after Easter Sunday. */
  | { easter: number }
  /** The first such weekday (0 is Sunday) on or after a date. */
  | { weekday: number; after: [month: number, day: number] }
  /** The last such weekday of a month. */
  | { weekday: number; last: number };

interface Calendar {
  days: readonly Rule[];
  /**
   * What happens to a day on a weekend. `next`: the next working day is a holiday as well; `nearest`: Friday for Saturday, Monday for
   * Sunday.
   */
  moved?: "next" | "nearest";
  source: string;
}

const on = (month: number, day: number): Rule => ({ on: [month, day] });
const easter = (days: number): Rule => ({ easter: days });
const goodFriday = easter(-2);
const easterDays = [easter(0), easter(1)];
const ascension = easter(39);
const whitsun = [easter(49), easter(50)];
const saturday = 6;
const monday = 1;

/** The holidays of each country that has a calendar here. */
export const publicHolidays: Readonly<Record<string, Calendar>> = {
  NO: {
    days: [
      on(1, 1),
      easter(-3),
      goodFriday,
      ...easterDays,
      on(5, 1),
      on(5, 17),
      ascension,
      ...whitsun,
      on(12, 25),
      on(12, 26),
    ],
    source: "Lov om helligdager og helligdagsfred (1995-02-24-12) § 2; lov om 1 og 17 mai (1947-04-26-1)",
  },
  SE: {
    days: [
      on(1, 1),
      on(1, 6),
      goodFriday,
      ...easterDays,
      on(5, 1),
      ascension,
      easter(49),
      on(6, 6),
      { weekday: saturday, after: [6, 20] },
      { weekday: saturday, after: [10, 31] },
      on(12, 25),
      on(12, 26),
    ],
    source: "Lag (1989:253) om allmänna helgdagar",
  },
  DK: {
    days: [on(1, 1), easter(-3), goodFriday, ...easterDays, ascension, ...whitsun, on(12, 25), on(12, 26)],
    source: "Folkekirkens helligdage, without store bededag (lov nr. 214 af 06/03/2023)",
  },
  FI: {
    days: [
      on(1, 1),
      on(1, 6),
      goodFriday,
      ...easterDays,
      on(5, 1),
      ascension,
      easter(49),
      { weekday: saturday, after: [6, 20] },
      { weekday: saturday, after: [10, 31] },
      on(12, 6),
      on(12, 25),
      on(12, 26),
    ],
    source: "Kirkkolaki (652/2023); laki vapunpäivästä (272/1944); laki itsenäisyyspäivästä (388/1937)",
  },
  DE: {
    days: [on(1, 1), goodFriday, easter(1), on(5, 1), ascension, easter(50), on(10, 3), on(12, 25), on(12, 26)],
    source: "Feiertagsgesetze der Länder: the nine days that all of them have",
  },
  GB: {
    days: [
      on(1, 1),
      goodFriday,
      easter(1),
      { weekday: monday, after: [5, 1] },
      { weekday: monday, last: 5 },
      { weekday: monday, last: 8 },
      on(12, 25),
      on(12, 26),
    ],
    moved: "next",
    source: "Bank holidays of England and Wales, https://www.gov.uk/bank-holidays",
  },
  FR: {
    days: [
      on(1, 1),
      easter(1),
      on(5, 1),
      on(5, 8),
      ascension,
      easter(50),
      on(7, 14),
      on(8, 15),
      on(11, 1),
      on(11, 11),
      on(12, 25),
    ],
    source: "Code du travail, art. L3133-1",
  },
  US: {
    days: [
      on(1, 1),
      { weekday: monday, after: [1, 15] },
      { weekday: monday, after: [2, 15] },
      { weekday: monday, last: 5 },
      on(6, 19),
      on(7, 4),
      { weekday: monday, after: [9, 1] },
      { weekday: monday, after: [10, 8] },
      on(11, 11),
      { weekday: 4, after: [11, 22] },
      on(12, 25),
    ],
    moved: "nearest",
    source: "5 U.S.C. § 6103",
  },
};

const millisecondsOfDay = 86_400_000;
const cached = new Map<string, ReadonlySet<number>>();

/** Whether a day is a public holiday; days are counted from 1 January 1970. False for countries without a calendar here. */
export function isHoliday(country: string, day: number): boolean {
  const calendar = publicHolidays[country];
  if (!calendar) return false;
  const year = new Date(day * millisecondsOfDay).getUTCFullYear();
  const key = `${country} ${year}`;
  let days = cached.get(key);
  if (!days) {
    if (cached.size >= 1_000) cached.clear();
    // New Year's Day on a Saturday can be kept on the last day of the year before.
    days = new Set([...holidaysOf(calendar, year), ...holidaysOf(calendar, year + 1)]);
    cached.set(key, days);
  }
  return days.has(day);
}

/** Days from 1 January 1970 to a date. */
export const dayNumber = (year: number, month: number, day: number): number =>
  Date.UTC(year, month - 1, day) / millisecondsOfDay;

/** 0 is Sunday; 1 January 1970 was a Thursday. */
export const weekdayOf = (day: number): number => (((day + 4) % 7) + 7) % 7;

function holidaysOf({ days, moved }: Calendar, year: number): number[] {
  const sunday = easterSunday(year);
  const own = days.map((rule) => {
    if ("on" in rule) return dayNumber(year, ...rule.on);
    if ("easter" in rule) return sunday + rule.easter;
    if ("after" in rule) {
      const first = dayNumber(year, ...rule.after);
      return first + ((rule.weekday - weekdayOf(first) + 7) % 7);
    }
    const end = dayNumber(year, rule.last + 1, 1) - 1;
    return end - ((weekdayOf(end) - rule.weekday + 7) % 7);
  });
  if (!moved) return own;
  const all = new Set(own);
  for (const day of own) {
    const weekday = weekdayOf(day);
    if (weekday !== 0 && weekday !== saturday) continue;
    if (moved === "nearest") all.add(weekday === 0 ? day + 1 : day - 1);
    else {
      let instead = day + 1;
      while (all.has(instead) || weekdayOf(instead) === 0 || weekdayOf(instead) === saturday) instead++;
      all.add(instead);
    }
  }
  return [...all];
}

/** Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher. */
export function easterSunday(year: number): number {
  const a = year % 19;
  const b = Math.floor(year / 100);
  const c = year % 100;
  const f = Math.floor((b + 8) / 25);
  const g = Math.floor((b - f + 1) / 3);
  const h = (19 * a + b - Math.floor(b / 4) - g + 15) % 30;
  const l = (32 + 2 * (b % 4) + 2 * Math.floor(c / 4) - h - (c % 4)) % 7;
  const m = Math.floor((a + 11 * h + 22 * l) / 451);
  const month = Math.floor((h + l - 7 * m + 114) / 31);
  return dayNumber(year, month, ((h + l - 7 * m + 114) % 31) + 1);
}
