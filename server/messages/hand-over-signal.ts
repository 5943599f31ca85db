/** What a carrier looks at before each text that it writes: whether the lane may still hand anything over. */

/**
 * A signal that is aborted with any of these, and as soon as `holds` says no. Its `aborted` asks that itself, because a
 * process that wakes up hears from its sockets before its timers run: whoever waited for an abort event would send what is
 * another's by now.
 */
export function handOverSignal(signals: readonly AbortSignal[], holds: () => boolean): AbortSignal {
  const own = new AbortController();
  const signal = AbortSignal.any([...signals, own.signal]);
  const aborted = () => Reflect.get(AbortSignal.prototype, "aborted", signal) as boolean;
  return Object.defineProperty(signal, "aborted", {
    get() {
      if (!aborted() && !holds()) own.abort();
      return aborted();
    },
  });
}
