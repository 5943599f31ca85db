/**
 * Plays of a property that share a database. A time limit of fast-check or vitest abandons the play that is running, but cannot
 * end it: it would go on among the rows of the next. Here a play begins when the one before it has ended, whoever still waits
 * for that one, and the limit is none but that no further play begins.
 */
export interface Plays {
  /** A runner for one test: nothing is played any more `limit_ms` after its first play began. */
  within(limit_ms: number): (play: () => Promise<void>) => Promise<void>;
  /** Resolves when the last play has ended; for whoever closes what they play on. */
  ended(): Promise<void>;
}

export function playsInTurn(now: () => number = Date.now): Plays {
  let last: Promise<void> = Promise.resolve();
  const ended = () =>
    last.then(
      () => {},
      () => {}, // told to whoever played it
    );
  return {
    within(limit_ms) {
      let end: number | null = null;
      return (play) => {
        last = ended().then(() => {
          end ??= now() + limit_ms;
          return now() < end ? play() : undefined;
        });
        return last;
      };
    },
    ended,
  };
}
