/** Sorts the carriers' outcomes of a batch: recorded now, offered again, or unknown until a lookup is possible. */
import type { Outcome } from "../../carriers/carrier.ts";
import { noteRejection } from "../send/choose-carrier.ts";
import type { Batch } from "./claim-batch.ts";
import type { LaneContext, LaneState } from "./lane-context.ts";
import type { Claimed } from "./queue-store.ts";
import type { JournalRest, Result, TextResult } from "./record-outcomes.ts";

/** Pause while every carrier of a text is disabled or removed. */
const noCarrierPause = 5_000;

export interface SortedOutcomes {
  results: TextResult[];
  journals: JournalRest[];
  /** Texts that are offered again; `busy`: no carrier takes some of them before `after_ms`. */
  later: number;
  busy: boolean;
  after_ms: number;
  /** Milliseconds until unknown outcomes may be looked up, or null. */
  reconcileAfter: number | null;
}

export function sortOutcomes(
  { carriers, lane }: LaneContext,
  { rejectedBy }: LaneState,
  batch: Batch,
  at: Date,
): SortedOutcomes {
  const { submissions, stopped, waiting } = batch;
  const sorted: SortedOutcomes = {
    results: [...stopped],
    journals: [],
    later: waiting.length,
    busy: waiting.length > 0,
    after_ms: waiting.length > 0 ? noCarrierPause : 0,
    reconcileAfter: null,
  };
  for (const { carrier, journal, rows, outcomes } of submissions) {
    const unknown: Claimed[] = [];
    for (const [i, row] of rows.entries()) {
      const outcome = outcomes[i] as Outcome;
      const record = (result: Result) => sorted.results.push({ row, result, carrier: carrier.name });
      if (outcome.kind === "accepted") {
        record({ status: "sent", carrier_reference: outcome.carrier_reference, at });
      } else if (outcome.kind === "refused") {
        const { reason, code, elsewhere } = outcome;
        if (elsewhere && noteRejection(carriers, lane, row, carrier, rejectedBy)) sorted.later++;
        else record({ status: "failed", reason, code });
      } else if (outcome.kind === "later") {
        sorted.later++;
        sorted.busy = true;
        sorted.after_ms = Math.max(sorted.after_ms, outcome.after_ms);
      } else unknown.push(row);
    }
    sorted.journals.push({ id: journal, unknown });
    if (unknown.length > 0)
      sorted.reconcileAfter = Math.max(sorted.reconcileAfter ?? 0, carrier.limits.reconcile_after_ms);
  }
  for (const { row } of sorted.results) rejectedBy.delete(row.message_id);
  return sorted;
}
