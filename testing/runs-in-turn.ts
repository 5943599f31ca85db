/**
 * Runs of a property test that share one database, one after the other. A time limit of fast-check or vitest abandons the current
 * run without ending it, so it would go on among the rows of the next one. Here each run waits until the previous one has really
 * ended, and the time limit only keeps further runs from starting.
 */
export interface RunsInTurn {
  /** A runner for one test: no run starts later than `limit_ms` after the first. */
  within(limit_ms: number): (run: () => Promise<void>) => Promise<void>;
  /** Resolves when the last run has ended, so that what the runs use can be closed. */
  ended(): Promise<void>;
}

export function runsInTurn(now: () => number = Date.now): RunsInTurn {
  let last: Promise<void> = Promise.resolve();
  const ended = () =>
    last.then(
      () => {},
      () => {}, // the caller of that run gets the error
    );
  return {
    within(limit_ms) {
      let end: number | null = null;
      return (run) => {
        last = ended().then(() => {
          end ??= now() + limit_ms;
          return now() < end ? run() : undefined;
        });
        return last;
      };
    },
    ended,
  };
}
