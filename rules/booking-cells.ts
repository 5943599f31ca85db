/**
 * Dates, times and durations as people and programs write them into cells: 2026-12-04 14:00, 04.12.2026 kl. 14, 4/12-2026, Dec 4, 2026 2 PM,
 * 46360.5833 (a spreadsheet's day number). What can mean two days is refused instead of guessed.
 */

export interface CellProblem {
  code: "invalid_date" | "ambiguous_date" | "invalid_time" | "time_missing" | "invalid_duration";
  problem: string;
}

/** A wall time, the day of one that is given elsewhere, or an instant with its offset. */
export type CellMoment = { date: string; time: string | null } | { instant: string };

/** In which order a country writes day and month with slashes; `unclear`: in both. */
export type DateOrder = "day_first" | "month_first" | "unclear";

const monthFirst = new Set(["US", "AS", "FM", "GU", "MH", "MP", "PH", "PR", "PW", "UM", "VI"]);
const bothOrders = new Set(["CA", "KE", "GH"]);

export const dateOrderOf = (country: string): DateOrder =>
  monthFirst.has(country) ? "month_first" : bothOrders.has(country) ? "unclear" : "day_first";

/** The months' names in the languages of the product begin so, folded to plain letters. */
const months: readonly RegExp[] = [
  /^jan/,
  /^feb/,
  /^(mar|mrt)/,
  /^apr/,
  /^(mai|maj|may)/,
  /^jun/,
  /^jul/,
  /^aug/,
  /^sep/,
  /^o[kc]t/,
  /^nov/,
  /^de[sc]/,
];

/** The moment that a cell holds: `time` is null where it has none. */
export function readMoment(cell: string, order: DateOrder): CellMoment | CellProblem {
  const text = plain(cell);
  const instant = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?) ?(Z|[+-]\d\d(?::?\d\d)?)$/i.exec(text);
  if (instant) return { instant: `${instant[1]}T${instant[2]}${(instant[3] as string).toUpperCase()}` };
  if (/^\d{5}([.,]\d+)?$/.test(text)) return serialDay(Number(text.replace(",", ".")), cell);
  const read = readDay(text, order);
  if ("code" in read) return read;
  const rest = text.slice(read.length).replace(/^(T|[ ,]+)/i, "");
  if (rest === "") return { date: read.date, time: null };
  const time = readTime(rest);
  return typeof time === "string" ? { date: read.date, time } : time;
}

/** HH:MM, with :SS where there are seconds. */
export function readTime(cell: string): string | CellProblem {
  const text = plain(cell).replace(/^(klokka|klokken|klockan|kl\.?|at|um) ?/i, "");
  const wrong: CellProblem = { code: "invalid_time", problem: `${cell} is no time of day like 14:00.` };
  const clock =
    /^(\d{1,2})(?:[:.h](\d\d)(?:[:.](\d\d)(?:[.,]\d+)?)?)? ?(?:([ap])\.?m\.?)?$/i.exec(text) ??
    /^(\d\d)(\d\d)$/.exec(text);
  // "0.25" is a spreadsheet's quarter of a day, or 25 minutes past midnight.
  if (clock && !/^0\.\d\d$/.test(text)) {
    const [, hours = "", minutes = "0", seconds = "0", half] = clock;
    let hour = Number(hours);
    if (half) {
      if (hour < 1 || hour > 12) return wrong;
      hour = (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
    }
    if (hour <= 23 && Number(minutes) <= 59 && Number(seconds) <= 59)
      return clockOf(hour * 3600 + Number(minutes) * 60 + Number(seconds));
  }
  if (!/^0?[.,]\d{3,}$/.test(text) && !/^0[.,]\d$/.test(text)) return wrong;
  return clockOf(Math.round(Number(`0${text.replace(/^0/, "").replace(",", ".")}`) * 1_440) * 60);
}

/** A time, or where a booking goes on until: 14:00–15:30. */
export function readTimes(cell: string): { start: string; end: string | null } | CellProblem {
  const parts = plain(cell).split(/ ?(?:[-\u2012-\u2015\u2212]| til | till | to | bis ) ?/i);
  const [start, end, ...more] = parts.length === 2 ? parts.map(readTime) : [readTime(cell)];
  if (start === undefined || typeof start !== "string") return start ?? readFailed(cell);
  if (end === undefined) return { start, end: null };
  return typeof end === "string" && more.length === 0 ? { start, end } : readFailed(cell);
}

const readFailed = (cell: string): CellProblem => ({
  code: "invalid_time",
  problem: `${cell} is no time of day like 14:00.`,
});

/** Minutes: 90, 1:30, 1 t 30 min, 1.5 hours, PT1H30M. */
export function readDuration(cell: string): number | CellProblem {
  const text = plain(cell).toLowerCase();
  const clock = /^(\d{1,3}):(\d\d)(?::\d\d)?$/.exec(text) ?? /^pt(?:(\d+)h)?(?:(\d+)m)?$/.exec(text);
  const words = hoursAndMinutes.exec(text);
  if (/^\d{1,5}$/.test(text)) return Number(text);
  if (clock && (clock[1] || clock[2])) return Number(clock[1] ?? 0) * 60 + Number(clock[2] ?? 0);
  if (words && (words[1] || words[2]))
    return Math.round(Number((words[1] ?? "0").replace(",", ".")) * 60) + Number(words[2] ?? 0);
  // A spreadsheet's part of a day.
  if (/^0?[.,]\d{3,}$/.test(text)) return Math.round(Number(`0${text.replace(/^0/, "").replace(",", ".")}`) * 1_440);
  return { code: "invalid_duration", problem: `${cell} is no duration like 90 (minutes) or 1:30.` };
}

const hours = "(?:h|t|hours?|hrs?|timer?|timmar|timme|tim|std|stunden?)";
const minutes = "(?:m|min|mins|minutes?|minutter|minutt|minuter|minut|minuten)";
const hoursAndMinutes = new RegExp(
  `^(?:(\\d{1,3}(?:[.,]\\d{1,2})?) ?${hours}\\.?)? ?(?:og|och|and|und)? ?(?:(\\d{1,4}) ?${minutes}\\.?)?$`,
);

/** Whether a cell looks like a date, with or without a time. */
export const looksLikeMoment = (cell: string): boolean =>
  cell.length <= 60 && /\d/.test(cell) && !("code" in readMoment(cell, "day_first"));

const clockOf = (seconds: number): string => {
  const [h, m, s] = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return [h, m, ...(s > 0 ? [s] : [])].map((part) => String(part).padStart(2, "0")).join(":");
};

/** One kind of space, and no weekday in front. */
const plain = (cell: string): string =>
  cell
    .replace(/[\s\u00a0\u2009\u202f]+/g, " ")
    .trim()
    .replace(/^\p{L}{2,9}\.?,? (?:den )?(?=[\d\p{L}])/iu, (word) => (isAClockWord(word) ? word : ""));

const isAClockWord = (word: string) => /^(kl|klokka|klokken|klockan|at|um|pt)/i.test(word) || monthOf(word) !== 0;

/** 1 to 12; 0 for a word that is no month. */
function monthOf(word: string): number {
  const letters = word
    .normalize("NFKD")
    .replace(/[^A-Za-z]/g, "")
    .toLowerCase();
  return months.findIndex((month) => month.test(letters)) + 1;
}

/** The day that a text begins with, and how many characters that takes. */
function readDay(text: string, order: DateOrder): { date: string; length: number } | CellProblem {
  const named = namedDay(text);
  if (named) return named;
  const year = /^(\d{4})([-./])(\d{1,2})\2(\d{1,2})(?!\d)/.exec(text) ?? /^(\d{4})()(\d\d)(\d\d)(?=$|[T ])/i.exec(text);
  if (year) return dayOf(text, { year: year[1], month: year[3], day: year[4], length: year[0].length });
  const short = /^(\d{1,2})([-./]) ?(\d{1,2})([-./]) ?(\d{4}|\d\d)(?!\d)/.exec(text);
  if (!short) {
    const yearless = /^\d{1,2}[-./] ?\d{1,2}[.]?(?!\d)/.test(text);
    const problem = yearless ? `${text} has no year.` : `${text} is no date like 2026-12-04.`;
    return { code: "invalid_date", problem };
  }
  const [whole, first, before, second, after, shortYear = ""] = short;
  if (shortYear.length === 2 && before === "-" && after === "-")
    return { code: "ambiguous_date", problem: `${text} can mean several days: write the year with four digits.` };
  const written = { year: shortYear.length === 2 ? `20${shortYear}` : shortYear, length: whole.length };
  // With dots, and as 4/12-2026, the day is first everywhere.
  const isDayFirst = before === "." || before !== after || order === "day_first";
  if (isDayFirst) return dayOf(text, { ...written, day: first, month: second }, "the day is read first");
  if (order === "month_first") return dayOf(text, { ...written, month: first, day: second }, "the month is read first");
  if (Number(first) > 12 || first === second) return dayOf(text, { ...written, day: first, month: second });
  if (Number(second) > 12) return dayOf(text, { ...written, month: first, day: second });
  return { code: "ambiguous_date", problem: `${text} can mean two days: write it as year-month-day.` };
}

/** 4. desember 2026, 4-Dec-2026, December 4th, 2026. */
function namedDay(text: string): { date: string; length: number } | CellProblem | null {
  const dayFirst = /^(\d{1,2})(?:st|nd|rd|th|\.)?[ -]?(\p{L}{3,10})\.?,?[ -]?(\d{4})(?!\d)/iu.exec(text);
  if (dayFirst && monthOf(dayFirst[2] as string))
    return dayOf(text, {
      year: dayFirst[3],
      month: String(monthOf(dayFirst[2] as string)),
      day: dayFirst[1],
      length: dayFirst[0].length,
    });
  const nameFirst = /^(\p{L}{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)/iu.exec(text);
  if (!nameFirst || !monthOf(nameFirst[1] as string)) return null;
  return dayOf(text, {
    year: nameFirst[3],
    month: String(monthOf(nameFirst[1] as string)),
    day: nameFirst[2],
    length: nameFirst[0].length,
  });
}

interface Written {
  year: string | undefined;
  month: string | undefined;
  day: string | undefined;
  length: number;
}

function dayOf(
  text: string,
  { year, month, day, length }: Written,
  how = "",
): { date: string; length: number } | CellProblem {
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const at = new Date(Date.UTC(y, m - 1, d));
  if (m >= 1 && m <= 12 && at.getUTCDate() === d && y >= 1900) return { date: at.toISOString().slice(0, 10), length };
  return { code: "invalid_date", problem: `${text} is no day of the calendar${how && `, where ${how}`}.` };
}

/** Day 1 of spreadsheets is 1 January 1900, and they count a 29 February of that year. */
const firstSerial = Date.UTC(1899, 11, 30);
const serials = { from: 20_000, to: 80_000 };

function serialDay(serial: number, cell: string): CellMoment | CellProblem {
  if (serial < serials.from || serial > serials.to)
    return { code: "invalid_date", problem: `${cell} is no date like 2026-12-04.` };
  const minutesOfAll = Math.round(serial * 1_440);
  const at = new Date(firstSerial + minutesOfAll * 60_000).toISOString();
  return { date: at.slice(0, 10), time: Number.isInteger(serial) ? null : at.slice(11, 16) };
}
