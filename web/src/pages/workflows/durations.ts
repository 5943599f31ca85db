/** Lengths of time as people give them: a figure and a unit. */

export const units = ["minutes", "hours", "days"] as const;
export type Unit = (typeof units)[number];

export interface Duration {
  amount: number;
  unit: Unit;
}

const minutesOf: Record<Unit, number> = { minutes: 1, hours: 60, days: 1_440 };

/** Minutes in the largest unit of which they are a whole number. */
export function readDuration(minutes: number): Duration {
  const unit =
    minutes !== 0 && minutes % 1_440 === 0 ? "days" : minutes !== 0 && minutes % 60 === 0 ? "hours" : "minutes";
  return { amount: minutes / minutesOf[unit], unit };
}

export const inMinutes = ({ amount, unit }: Duration): number => amount * minutesOf[unit];

/** A whole figure that is not negative, as it was typed; undefined for anything else. */
export function readAmount(text: string): number | undefined {
  return /^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : undefined;
}
