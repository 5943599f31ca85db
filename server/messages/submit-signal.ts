/** What a carrier asks before it writes each text: whether the lane may still submit. */

/**
 * A signal that is aborted when one of `signals` is, and when `holds` answers false. `holds` is asked each time that `aborted` is
 * read, not by a timer: a process that wakes from a suspension reads from its sockets before its timers run, and would otherwise
 * submit texts of a lane that another worker has by now.
 */
export function submitSignal(signals: readonly AbortSignal[], holds: () => boolean): AbortSignal {
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
