/** Times of day at which reminders may leave, by what a clock on the wall shows. */
import { minutesOf } from "./quiet-hours.ts";
import { offsetSpan } from "./zone-offsets.ts";

/** From this time of day to that one, both included, as HH:MM; `from` after `to`: past midnight; equal: all day. */
export interface AllowedHours {
  from: string;
  to: string;
}

const minute = 60_000;
const day = 86_400_000;

/** The last allowed instant at or before `at`, in epoch milliseconds. */
export function lastAllowed({ from, to }: AllowedHours, zone: string, at: number): number {
  const [opens, closes] = [minutesOf(from) * minute, minutesOf(to) * minute];
  if (opens === closes) return at;
  for (let moment = at; ;) {
    const span = offsetSpan(zone, moment);
    const local = moment + span.offset;
    const midnight = Math.floor(local / day) * day;
    const clock = local - midnight;
    if (isOpen(clock, opens, closes)) return moment;
    const closed = midnight + closes - (clock > closes ? 0 : day) - span.offset;
    if (closed >= span.from) return closed;
    // The clocks were changed since: before that they may have shown an allowed time.
    moment = span.from - 1;
  }
}

/** The first allowed instant at or after `at`, in epoch milliseconds. */
export function nextAllowed({ from, to }: AllowedHours, zone: string, at: number): number {
  const [opens, closes] = [minutesOf(from) * minute, minutesOf(to) * minute];
  if (opens === closes) return at;
  for (let moment = at; ;) {
    const span = offsetSpan(zone, moment);
    const local = moment + span.offset;
    const midnight = Math.floor(local / day) * day;
    const clock = local - midnight;
    if (isOpen(clock, opens, closes)) return moment;
    const opened = midnight + opens + (clock < opens ? 0 : day) - span.offset;
    if (opened < span.to) return opened;
    moment = span.to;
  }
}

const isOpen = (clock: number, opens: number, closes: number): boolean =>
  opens < closes ? opens <= clock && clock <= closes : opens <= clock || clock <= closes;
