/** A limit of requests under way at once. */

export interface Turns {
  take<T>(work: () => Promise<T>): Promise<T>;
  /** Resolves when nothing is under way any more. */
  idle(): Promise<void>;
}

/** Runs at most `most` at once, in order. A finished one passes its turn on directly, so that `idle` never resolves in between. */
export function createTurns(most: number): Turns {
  const waiting: (() => void)[] = [];
  let idlers: (() => void)[] = [];
  let busy = 0;

  function pass(): void {
    const next = waiting.shift();
    if (next) return next();
    if (--busy > 0) return;
    for (const done of idlers) done();
    idlers = [];
  }

  return {
    async take(work) {
      if (busy < most) busy++;
      else await new Promise<void>((go) => waiting.push(go));
      try {
        return await work();
      } finally {
        pass();
      }
    },
    async idle() {
      if (busy > 0) await new Promise<void>((done) => idlers.push(done));
    },
  };
}
