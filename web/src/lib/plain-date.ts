/** Dates without a time, written 2026-12-24, and their arithmetic. Temporal is not in every browser yet. */

const dayLength = 86_400_000;

const utc = (date: string) => Date.parse(`${date}T00:00:00Z`);

/** Whether a text is a date that the calendar has. */
export function isPlainDate(text: string): boolean {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(utc(text)) && addDays(text, 0) === text;
}

export function addDays(date: string, days: number): string {
  return new Date(utc(date) + days * dayLength).toISOString().slice(0, 10);
}

/** How many days `to` is after `from`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((utc(to) - utc(from)) / dayLength);
}

/** The first day of a date's week; `firstDay` is 0 for Sunday to 6 for Saturday. */
export function weekStartOf(date: string, firstDay: number): string {
  return addDays(date, -((new Date(utc(date)).getUTCDay() - firstDay + 7) % 7));
}

/** A date at noon UTC, to be written in words with `timeZone: "UTC"`. */
export function noonOf(date: string): Date {
  return new Date(utc(date) + dayLength / 2);
}
