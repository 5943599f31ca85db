/**
 * Renews leases over a connection of its own, so that receipts, sweeps and requests that keep other connections busy delay none.
 *
 * A round sends the statements of all leases at once, so that hundreds take hardly longer than one, however distant the database is.
 * It waits for no lock: locked rows are tried again one by one. A connection that does not answer is given up long before a lease is
 * over, and the round continues over another.
 */
import type pg from "pg";
import { settingsOf } from "../../kit/connection.ts";
import { openPool, type Tx, workspaceScope } from "../../kit/db.ts";
import type { Logger } from "../../kit/log.ts";
import { eachInTransaction, preparedTransaction } from "../../kit/prepared.ts";
import { type LaneKey, renewFreeLease, renewLease } from "./lanes-store.ts";

/** A lease to renew. */
export interface Lease {
  lane: LaneKey;
  worker: string;
}

export interface LeaseKeeper {
  /**
   * Renews all, and calls `renewed` with each as soon as it is. Answers those that were not renewed because their rows were locked, or
   * belong to another worker by now. Those that got no answer over a second connection either are left to the next round.
   */
  renewAll<L extends Lease>(leases: readonly L[], renewed: (lease: L) => void): Promise<L[]>;
  /** Renews one, waiting a moment for its row; answers whether the lane is still ours. */
  renewOne(lease: Lease): Promise<boolean>;
  end(): Promise<void>;
}

export const keeperName = "varsla leases";

/** For leases of `lease_ms`, in the database that `pool` is open to. */
export function createLeaseKeeper(pool: pg.Pool, lease_ms: number, log: Pick<Logger, "warn">): LeaseKeeper {
  const seconds = lease_ms / 1000;
  const part = (divisor: number) => Math.ceil(lease_ms / divisor);
  const timeouts = { statement_ms: part(5), idle_ms: part(5), connect_ms: part(4), silence_ms: part(4) };
  const options = { max: 1, idleTimeoutMillis: 0, application_name: keeperName };
  const own = openPool(settingsOf(pool), timeouts, options);
  // Not synchronous: a renewal that a crash of the database loses only ends the lease a little sooner.
  const scope = ({ lane }: Lease) => [
    workspaceScope(lane.workspace_id),
    `set local lock_timeout = ${part(20)}`,
    "set local synchronous_commit = off",
  ];

  /** Returns the leases that got no answer. */
  async function tryAll<L extends Lease>(
    leases: readonly L[],
    answered: (lease: L, renewed: boolean) => void,
  ): Promise<L[]> {
    if (leases.length === 0) return [];
    const left = new Set(leases);
    let error: unknown = null;
    const asked = leases.map((lease) => ({
      scope: scope(lease),
      work: (tx: Tx) => renewFreeLease(tx, lease.lane, { ...lease, seconds }),
      ended(outcome: PromiseSettledResult<boolean>) {
        if (outcome.status === "rejected") return void (error ??= outcome.reason);
        left.delete(lease);
        answered(lease, outcome.value);
      },
    }));
    await eachInTransaction(own, asked).catch((reason: unknown) => (error = reason));
    if (left.size > 0) log.warn({ err: error, lanes: left.size }, "could not renew leases");
    return [...left];
  }

  return {
    async renewAll(leases, renewed) {
      const locked: (typeof leases)[number][] = [];
      const answered = (lease: (typeof leases)[number], was: boolean) =>
        void (was ? renewed(lease) : locked.push(lease));
      await tryAll(await tryAll(leases, answered), answered);
      return locked;
    },
    renewOne: (lease) =>
      preparedTransaction(own, scope(lease), (tx) => renewLease(tx, lease.lane, { ...lease, seconds })),
    end: () => own.end(),
  };
}
