/**
 * A connection that a lane keeps from the check of a batch until its record: the gate of the workspace is open as long as
 * the connection holds it, and falls shut by itself if the process dies.
 */
import pg from "pg";
import { gateKey } from "../carriers/hand-over-gate.ts";
import { type Tx, workspaceScope } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import { startPipelining, stopPipelining, transactionOn } from "../kit/prepared.ts";

export interface LaneConnection {
  /**
   * Runs `work` in one transaction of the workspace. `open` waits while a STOP is being recorded and keeps later ones
   * waiting, until a transaction that is to `shut` the gate has committed, or until `shutGate`.
   */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>, gate?: "open" | "shut"): Promise<T>;
  shutGate(): Promise<void>;
  /** Gives the connection back to the pool; one that failed is closed. */
  release(failed?: boolean): void;
}

const shut = "select pg_advisory_unlock_all()";

/** The pool that lanes take their connections from. */
export function openLanePool(options: pg.PoolConfig, log: Pick<Logger, "warn">): pg.Pool {
  const pool = new pg.Pool(options);
  pool.on("error", ({ message }) => log.warn({ reason: message }, "a connection of the dispatcher broke"));
  // One that breaks between two queries raises here, and the next query reports it. One that is being closed because a
  // lane failed may raise too, when the database goes down at that moment: unheard, it would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** Takes a connection from the pool. */
export async function takeConnection(pool: pg.Pool): Promise<LaneConnection> {
  const client = await pool.connect();
  /** Whether a gate may be open. */
  let open = false;
  startPipelining(client);

  return {
    async inWorkspace(workspaceId, work, gate) {
      const scope = workspaceScope(workspaceId);
      // The lock is the session's, so it outlives the commit.
      const before = gate === "open" ? `select pg_advisory_lock_shared(${gateKey(workspaceId)})` : undefined;
      open ||= gate === "open";
      const result = await transactionOn(client, { before, scope, after: gate === "shut" ? shut : undefined }, work);
      open &&= gate !== "shut";
      return result;
    },
    async shutGate() {
      if (open) await client.query(shut);
      open = false;
    },
    release(failed = false) {
      stopPipelining(client);
      client.release(failed);
    },
  };
}
