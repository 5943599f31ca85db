/** Submitting the texts of a batch to their carrier, as long as the lane may still submit. */
import type { Submission } from "./claim-batch.ts";
import type { LaneContext } from "./lane-context.ts";
import { outboundText } from "./reconcile-journal.ts";

/** Submits the texts and keeps the carrier's answer to each. */
export async function submit({ lane, log }: LaneContext, halt: AbortSignal, submission: Submission): Promise<void> {
  const { carrier, rows } = submission;
  // A process that was suspended since the claim must not send texts that another has reconciled by now. That they were not offered
  // can be recorded as long as the lane is ours; otherwise they are in doubt like any journalled text.
  if (halt.aborted) {
    submission.outcomes = rows.map(() => ({ kind: "later", after_ms: 0 }));
    return;
  }
  try {
    submission.outcomes = await carrier.submit(
      rows.map((row) => outboundText(lane, row)),
      halt,
    );
    if (submission.outcomes.length !== rows.length)
      throw new Error(`${carrier.name} answered ${submission.outcomes.length} of ${rows.length} texts`);
  } catch (error) {
    log.warn(
      { err: error, carrier: carrier.name, texts: rows.length },
      "a submission failed; which texts went is unknown",
    );
    submission.outcomes = rows.map(() => ({ kind: "unknown" }));
  }
}

/**
 * A signal that is aborted when one of `signals` is, and when `holds` answers false. `holds` is called each time that `aborted` is
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
