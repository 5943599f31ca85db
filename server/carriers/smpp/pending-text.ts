/** A text under way: its parts, what is known of each, and the one outcome that follows from them. */
import type { OutboundText, Outcome } from "../carrier.ts";
import type { TextPart } from "./long-text.ts";

/** The texts of one `submit`. */
export interface Batch {
  finished: Promise<void>;
  /** Texts without an outcome. */
  left: number;
  outcomes: Outcome[];
  /** No text is begun after the first, and no part written after the second. */
  begins: number;
  ends: number;
  /** Aborted: nothing more of it is written, not even the rest of a text that was begun. */
  signal: AbortSignal;
  done(): void;
}

export interface PendingText {
  batch: Batch;
  index: number;
  text: OutboundText;
  parts: TextPart[];
  /** Parts without a response. */
  open: number;
  /** A part was written. */
  begun: boolean;
  /** The provider's ids, by part. */
  ids: string[];
  /** The worst outcome of a part that was not accepted. */
  failure: Outcome | null;
  finished: boolean;
}

/** One part of a text, to be written or under way. */
export interface PendingPart {
  pending: PendingText;
  part: number;
}

const severity: Record<Outcome["kind"], number> = { accepted: 0, later: 1, refused: 2, unknown: 3 };

/** Gives a text its outcome, unless it has one. */
export function finish(pending: PendingText, outcome: Outcome): void {
  if (pending.finished) return;
  pending.finished = true;
  pending.batch.outcomes[pending.index] = outcome;
  if (--pending.batch.left === 0) pending.batch.done();
}

/** A part was accepted, or is not tried any more; the last one finishes the text. */
export function closePart(pending: PendingText): void {
  if (--pending.open > 0) return;
  const { failure } = pending;
  if (!failure) return finish(pending, { kind: "accepted", carrier_reference: pending.ids[0] as string });
  const partly = pending.ids.some((id) => id !== undefined);
  // Parts of it went: it is neither certain that it failed, nor may another carrier send it.
  if (partly && failure.kind === "later") return finish(pending, { kind: "unknown" });
  if (partly && failure.kind === "refused") delete failure.elsewhere;
  finish(pending, failure);
}

/** A part was not accepted, or it is unknown whether it was; the worst outcome of any part counts. */
export function failPart(pending: PendingText, outcome: Outcome): void {
  if (!pending.failure || severity[outcome.kind] > severity[pending.failure.kind]) pending.failure = outcome;
  closePart(pending);
}
