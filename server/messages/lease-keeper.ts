/**
 * Renews leases, over a connection of its own: receipts, sweeps and requests on a slow database must not cost lanes.
 *
 * A round asks for all leases in one go, so that hundreds cost hardly more time than one wherever the database is, and waits for
 * nobody's lock: rows that are locked at that moment are tried again one by one. A connection that says nothing is given up long
 * before a lease is over, and the round goes on over another.
 */
import type pg from "pg";
import { settingsOf } from "../kit/connection.ts";
import { openPool, type Tx, workspaceScope } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import { eachInTransaction, preparedTransaction } from "../kit/prepared.ts";
import { type LaneKey, renewFreeLease, renewLease } from "./lanes-store.ts";

/** Whose lease is to be renewed. */
export interface Lease {
  lane: LaneKey;
  worker: string;
}

export interface LeaseKeeper {
  /**
   * Renews all of them and says of each when it is. Answers those of which it is not known whether they are still ours because their
   * rows were locked; those that could not be asked for, over a second connection either, are left to the next round.
   */
  renewAll<L extends Lease>(leases: readonly L[], renewed: (lease: L) => void): Promise<L[]>;
  /** Renews one, waiting a moment for its row; answers whether the lane is still ours. */
  renewOne(lease: Lease): Promise<boolean>;
  end(): Promise<void>;
}

export const keeperName = "varsla leases";

/** Of leases that last so long, in the database that `pool` is open to. */
export function createLeaseKeeper(pool: pg.Pool, lease_ms: number, log: Pick<Logger, "warn">): LeaseKeeper {
  const seconds = lease_ms / 1000;
  const part = (divisor: number) => Math.ceil(lease_ms / divisor);
  const patience = { statement_ms: part(5), idle_ms: part(5), connect_ms: part(4), silence_ms: part(4) };
  const options = { max: 1, idleTimeoutMillis: 0, application_name: keeperName };
  const own = openPool(settingsOf(pool), patience, options);
  // A lease that a crash of the database takes back is over a little sooner, no more.
  const scope = ({ lane }: Lease) =>
    `${workspaceScope(lane.workspace_id)}; set local lock_timeout = ${part(20)}; set local synchronous_commit = off`;

  /** Answers those of which nobody said anything. */
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
