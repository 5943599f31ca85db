/** What serving a lane needs, and its state while it is held. */
import type { LiveUpdates } from "../../kit/live-updates.ts";
import type { RejectedBy } from "../send/choose-carrier.ts";
import type { LanePool } from "./lane-connection.ts";
import type { LaneHours } from "./lane-hours.ts";
import type { LaneRow } from "./lanes-store.ts";
import type { ReconcileContext } from "./reconcile-journal.ts";

/** What a lane needs to be served. */
export interface LaneContext extends Omit<ReconcileContext, "connection"> {
  pool: Pick<LanePool, "take" | "isUsedUp">;
  liveUpdates: Pick<LiveUpdates, "publish" | "publishSources">;
  /** Aborted when the lease is lost. */
  signal: AbortSignal;
  /** Whether to pause before the next batch: the program is about to end. */
  pausing(): boolean;
  /** Whether enough of the lease is left to submit: the carrier may take a while. */
  leaseHolds(): boolean;
  /** Whether other lanes wait for their turn. */
  crowded(): boolean;
  /** The length of a turn: after it a lane makes room for others. */
  quantum_ms: number;
}

/** State of a lane while it is held. */
export interface LaneState {
  /** When open journals are to be reconciled next; null: there are none; undefined: not looked for yet. */
  reconcileAt: Date | null | undefined;
  /** How often in a row the carrier answered "later". */
  throttled: number;
  nextAt: Date | null;
  rejectedBy: RejectedBy;
  /** The workspace's quiet hours, as they were read a moment ago. */
  hours: LaneHours | null;
}

export const newLaneState = (lane: LaneRow): LaneState => ({
  reconcileAt: lane.unreconciled ? undefined : null,
  throttled: 0,
  nextAt: lane.next_at,
  rejectedBy: new Map(),
  hours: null,
});
