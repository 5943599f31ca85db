/**
 * Connections that a lane keeps from the claim of a batch until its record. Each holds the workspace's submit lock (the "gate",
 * carriers/hand-over-gate.ts) meanwhile, shared with other lanes; recording a STOP takes it exclusively, and so waits for them.
 * It is a lock of the session: when the process dies, PostgreSQL releases it.
 *
 * A suspended process keeps its sessions, and STOPs would wait for as long as it is suspended. So while the lock is held the
 * session's `idle_session_timeout` is the length of a lease, and `keepAlive` sends a statement in each round that renews the
 * leases. A renewed lease counts from the beginning of its round, before that statement: so when PostgreSQL ends the session
 * of a suspended process, its lease is over too, and it submits nothing more when it wakes. A session that ends for any other
 * reason aborts `lost`.
 */
import pg from "pg";
import { gateKey } from "../carriers/hand-over-gate.ts";
import { type Tx, workspaceScope } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import { startPipelining, stopPipelining, transactionOn } from "../kit/prepared.ts";

export interface LaneConnection {
  /** Aborted when the connection breaks, and its gate with it. */
  lost: AbortSignal;
  /**
   * Runs `work` in one transaction of the workspace. `open` waits while a STOP is being recorded and keeps later ones
   * waiting, until a transaction that is to `shut` the gate has committed, or until `shutGate`.
   */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>, gate?: "open" | "shut"): Promise<T>;
  shutGate(): Promise<void>;
  /** Gives the connection back to the pool; one that failed is closed. */
  release(failed?: boolean): void;
}

/** Where lanes take their connections from. */
export interface LanePool {
  take(): Promise<LaneConnection>;
  /** Whether the next to take one would have to wait. */
  isUsedUp(): boolean;
  /** Says on each connection with an open gate that its process is awake. */
  keepAlive(): void;
  end(): Promise<void>;
}

const shut = "select pg_advisory_unlock_all(); reset idle_session_timeout";

/** Opens a pool; a gate that is left open in silence falls after `gate_ms`. */
export function openLanePool(options: pg.PoolConfig, gate_ms: number, log: Pick<Logger, "warn">): LanePool {
  const pool = new pg.Pool({
    ...options,
    // The same between two statements of a transaction: it may be the one that opens the gate.
    onConnect: async (client) => {
      await options.onConnect?.(client);
      await client.query(`set idle_in_transaction_session_timeout = ${gate_ms}`);
    },
  });
  pool.on("error", ({ message }) => log.warn({ reason: message }, "a connection of the dispatcher broke"));
  // One that breaks between two queries raises here, and the next query reports it. One that is being closed because a
  // lane failed may raise too, when the database goes down at that moment: unheard, it would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  const open = new Set<pg.PoolClient>();

  async function take(): Promise<LaneConnection> {
    const client = await pool.connect();
    const lost = new AbortController();
    const onLost = () => lost.abort();
    client.on("error", onLost).on("end", onLost);
    startPipelining(client);
    return {
      lost: lost.signal,
      async inWorkspace(workspaceId, work, gate) {
        const opening = gate === "open";
        const timed = opening ? `; set idle_session_timeout = ${gate_ms}` : "";
        // The lock is the session's, so it outlives the commit.
        const before = opening ? `select pg_advisory_lock_shared(${gateKey(workspaceId)})` : undefined;
        if (opening) open.add(client);
        const scope = workspaceScope(workspaceId) + timed;
        const result = await transactionOn(client, { before, scope, after: gate === "shut" ? shut : undefined }, work);
        if (gate === "shut") open.delete(client);
        return result;
      },
      async shutGate() {
        if (open.has(client)) await client.query(shut);
        open.delete(client);
      },
      release(failed = false) {
        open.delete(client);
        client.off("error", onLost).off("end", onLost);
        stopPipelining(client);
        client.release(failed);
      },
    };
  }

  return {
    take,
    isUsedUp: () => pool.waitingCount > 0 || (pool.idleCount === 0 && pool.totalCount >= (pool.options.max ?? 0)),
    keepAlive() {
      // One that breaks at it is lost, and says so itself.
      for (const client of open) client.query("select 1").catch(() => {});
    },
    end: () => pool.end(),
  };
}
