/** Saves changes shortly after they are made, one request at a time, and keeps what could not be saved. */

/** The state shown next to the title. Unfinished: a field is being typed and can be saved once it is complete. */
export type SaveState = "saved" | "saving" | "failed" | "unfinished";

export interface SaveFailure {
  /** The field that the server refused, where it named one. */
  field: string | null;
  /** The values themselves were not wrong: a retry may help. */
  passing: boolean;
  /** The field is not wrong, only unfinished. */
  unfinished?: boolean;
  error: unknown;
}

export interface AutosaveStatus {
  state: SaveState;
  /** Why a field was refused, until it changes. */
  fieldErrors: Readonly<Record<string, unknown>>;
  /** Why nothing could be saved. */
  error: unknown;
}

export interface Autosave<V extends object> {
  change(changes: Partial<V>): void;
  /** Saves everything that is left at once; resolves when each field was tried. */
  flush(): Promise<void>;
  /** Whether a change has not reached the server. */
  isDirty(): boolean;
  /** What has not reached the server. */
  unsaved(): Partial<V>;
  /** Gives up what has not reached the server. */
  discard(): void;
  status(): AutosaveStatus;
  subscribe(listener: () => void): () => void;
  /** Retries what failed. */
  retry(): Promise<void>;
  /** Starts no further save: the page is being left. */
  stop(): void;
}

/** `save` sends some fields; `readFailure` reads what it throws. `delay` in milliseconds after the last change. */
export function createAutosave<V extends object>(options: {
  save: (changes: Partial<V>) => Promise<unknown>;
  readFailure: (error: unknown) => SaveFailure;
  delay: number;
  retryAfter: number;
}): Autosave<V> {
  type Field = keyof V & string;
  let waiting: Partial<V> = {};
  let refused: Partial<V> = {};
  /** The refused fields that are only unfinished. */
  const unfinished = new Set<Field>();
  let running: Promise<void> | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let status: AutosaveStatus = { state: "saved", fieldErrors: {}, error: null };
  const listeners = new Set<() => void>();

  const isEmpty = (values: object) => Object.keys(values).length === 0;

  function say(next: Partial<AutosaveStatus>) {
    status = { ...status, ...next };
    for (const listener of listeners) listener();
  }

  function wait(milliseconds: number) {
    clearTimeout(timer);
    timer = setTimeout(() => void run(), milliseconds);
  }

  function run(): Promise<void> {
    clearTimeout(timer);
    running ??= drain().finally(() => {
      running = null;
    });
    return running;
  }

  async function drain(): Promise<void> {
    while (!isEmpty(waiting)) {
      const batch = waiting;
      waiting = {};
      say({ state: "saving" });
      try {
        await options.save(batch);
        say({ error: null });
      } catch (error) {
        const failure = options.readFailure(error);
        const field = failure.field !== null && failure.field in batch ? (failure.field as Field) : null;
        // A newer change replaces the value that was just tried.
        waiting = { ...batch, ...waiting };
        if (field !== null && waiting[field] === batch[field]) {
          // One refused field must not hold back the others.
          refused[field] = batch[field];
          if (failure.unfinished) unfinished.add(field);
          delete waiting[field];
          say({ fieldErrors: { ...status.fieldErrors, [field]: error } });
          continue;
        }
        if (field !== null) continue;
        say({ state: "failed", error });
        if (failure.passing) wait(options.retryAfter);
        return;
      }
    }
    const wrong = (Object.keys(refused) as Field[]).some((field) => !unfinished.has(field));
    say({ state: wrong ? "failed" : isEmpty(refused) ? "saved" : "unfinished" });
  }

  return {
    change(changes) {
      waiting = { ...waiting, ...changes };
      const fieldErrors: Record<string, unknown> = { ...status.fieldErrors };
      for (const field of Object.keys(changes) as Field[]) {
        delete refused[field];
        unfinished.delete(field);
        delete fieldErrors[field];
      }
      say({ state: "saving", fieldErrors });
      wait(options.delay);
    },
    flush: run,
    retry() {
      waiting = { ...refused, ...waiting };
      refused = {};
      unfinished.clear();
      return run();
    },
    unsaved: () => ({ ...refused, ...waiting }),
    discard() {
      clearTimeout(timer);
      waiting = {};
      refused = {};
      unfinished.clear();
      say({ state: "saved", fieldErrors: {}, error: null });
    },
    isDirty: () => running !== null || !isEmpty(waiting) || !isEmpty(refused),
    status: () => status,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    stop: () => clearTimeout(timer),
  };
}
