/**
 * Stretches of what a zone's clocks show, and the instants behind them. Wall times are milliseconds as if the clock's time were UTC.
 * Exact where clocks are changed, and without a calendar, since it is asked every second.
 */
import { spansBetween } from "./zone-offsets.ts";

/** Milliseconds: after the one, until the other and including it. */
export interface Stretch {
  after: number;
  until: number;
}

/** More than any zone is from UTC, and than clocks were ever changed by. */
const furthest = 27 * 3_600_000;

/** The wall times that mean an instant of the stretch: of two instants the first, of none the one as long after the jump. */
export function wallsMeaning(zone: string, { after, until }: Stretch): Stretch[] {
  const spans = spansBetween(zone, after - furthest, until + furthest);
  return spans.flatMap(({ offset }, i) => {
    const [before, next] = [spans[i - 1], spans[i + 1]];
    return overlap(
      { after: after + offset, until: until + offset },
      {
        after: before ? before.to + Math.max(before.offset, offset) - 1 : Number.NEGATIVE_INFINITY,
        until: next ? next.from + Math.max(offset, next.offset) - 1 : Number.POSITIVE_INFINITY,
      },
    );
  });
}

/** The instants at which the clocks show a wall time of the stretch. */
export function instantsShowing(zone: string, { after, until }: Stretch): Stretch[] {
  return spansBetween(zone, after - furthest, until + furthest).flatMap(({ from, to, offset }) =>
    overlap({ after: after - offset, until: until - offset }, { after: from - 1, until: to - 1 }),
  );
}

/** The stretches in order, those that meet joined. */
export function joined(stretches: readonly Stretch[]): Stretch[] {
  const whole: Stretch[] = [];
  for (const { after, until } of stretches.toSorted((a, b) => a.after - b.after)) {
    const last = whole.at(-1);
    if (last && after <= last.until) last.until = Math.max(last.until, until);
    else whole.push({ after, until });
  }
  return whole;
}

function overlap(a: Stretch, b: Stretch): Stretch[] {
  const [after, until] = [Math.max(a.after, b.after), Math.min(a.until, b.until)];
  return after < until ? [{ after, until }] : [];
}
