/** The middle one of figures, the upper of two middle ones; what a benchmark says of its rounds. */
export function median(figures: readonly number[]): number {
  return figures.toSorted((a, b) => a - b)[figures.length >> 1] ?? Number.NaN;
}
