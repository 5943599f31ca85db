/** Submitting the texts of a batch to their carrier, as long as the lane may still submit. */
import type { Outcome, OutboundText } from "../../carriers/carrier.ts";
import type { Submission } from "./claim-batch.ts";
import type { LaneContext } from "./lane-context.ts";
import type { ClaimedMessage } from "./queue-store.ts";
import { outboundText } from "./reconcile-journal.ts";

/** Submits the texts and keeps the carrier's answer to each. */
export async function submit(context: LaneContext, halt: AbortSignal, submission: Submission): Promise<void> {
  const { log } = context;
  const { carrier, rows } = submission;
  // A process that was suspended since the claim must not send texts that another has reconciled by now. That they were not offered
  // can be recorded as long as the lane is ours; otherwise they are in doubt like any journalled text.
  if (halt.aborted) {
    submission.outcomes = rows.map(() => ({ kind: "later", after_ms: 0 }));
    return;
  }
  const texts = rows.map((row) => readText(context, row));
  const readable = texts.filter((text) => text !== null);
  try {
    const answers = readable.length === 0 ? [] : await carrier.submit(readable, halt);
    if (answers.length !== readable.length)
      throw new Error(`${carrier.name} answered ${answers.length} of ${readable.length} texts`);
    const next = answers.values();
    submission.outcomes = texts.map((text) => (text === null ? unreadable : (next.next().value as Outcome)));
  } catch (error) {
    log.warn(
      { err: error, carrier: carrier.name, texts: rows.length },
      "a submission failed; which texts went is unknown",
    );
    submission.outcomes = rows.map(() => ({ kind: "unknown" }));
  }
}

/** Of a text with secrets that was sealed with another SECRET_KEY: without them it would be of no use. */
const unreadable: Outcome = { kind: "refused", reason: "unknown", code: "sealed_with_another_key" };

function readText(context: LaneContext, row: ClaimedMessage): OutboundText | null {
  try {
    return outboundText(context, row);
  } catch (error) {
    context.log.warn({ err: error, message: row.message_id }, "a text with secrets cannot be read and is not sent");
    return null;
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
