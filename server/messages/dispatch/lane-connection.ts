/**
 * Connections that a lane keeps from the claim of a batch until its record. Each holds the workspace's submit lock
 * (consent/submit-lock.ts) during that time, shared with other lanes; recording a STOP takes it exclusively, and so waits for them.
 * It is a lock of the session: when the process dies, PostgreSQL releases it.
 *
 * A suspended process keeps its sessions, and STOPs would wait until it wakes. So while the lock is held the session's `idle_session_timeout` is the length of a lease, and `keepAlive` sends a statement in each round that renews the
 * leases. A renewed lease counts from the beginning of its round, before that statement: so when PostgreSQL ends the session
 * of a suspended process, its lease is over too, and it submits nothing more when it wakes. A session that ends for any other
 * reason aborts `lost`.
 */
import pg from "pg";
import { submitLockKey } from "../../consent/submit-lock.ts";
import { type Tx, workspaceScope } from "../../kit/db.ts";
import type { Logger } from "../../kit/log.ts";
import { startPipelining, stopPipelining } from "../../kit/pipelining.ts";
import { transactionOn } from "../../kit/prepared.ts";

export interface LaneConnection {
  /** Aborted when the connection breaks, and its submit lock with it. */
  lost: AbortSignal;
  /**
   * Runs `work` in one transaction of the workspace. To `take` the submit lock waits while a STOP is being recorded and keeps
   * later ones waiting, until a transaction that is to `release` it has committed, or until `releaseSubmitLock`.
   */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>, lock?: "take" | "release"): Promise<T>;
  releaseSubmitLock(): Promise<void>;
  /** Gives the connection back to the pool; one that failed is closed. */
  release(failed?: boolean): void;
}

/** The pool of lanes' connections. */
export interface LanePool {
  take(): Promise<LaneConnection>;
  /** Whether the next to take one would have to wait. */
  isUsedUp(): boolean;
  /** Sends a statement on each connection that holds a submit lock, to show that its process is awake. */
  keepAlive(): void;
  end(): Promise<void>;
}

const release = "select pg_advisory_unlock_all(); reset idle_session_timeout";

/** Opens a pool; a submit lock whose session is idle for `lock_ms` is lost. */
export function openLanePool(options: pg.PoolConfig, lock_ms: number, log: Pick<Logger, "warn">): LanePool {
  const pool = new pg.Pool({
    ...options,
    // The same between two statements of a transaction: it may be the one that takes the lock.
    onConnect: async (client) => {
      await options.onConnect?.(client);
      await client.query(`set idle_in_transaction_session_timeout = ${lock_ms}`);
    },
  });
  pool.on("error", ({ message }) => log.warn({ reason: message }, "a connection of the dispatcher broke"));
  // A connection that breaks between two queries raises here, and the next query reports it. One that is being closed because a
  // lane failed may raise too, when the database goes down at that moment: without a listener that would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  const holding = new Set<pg.PoolClient>();
  /** Statements of `keepAlive` that are not answered yet. */
  const unanswered = new Map<pg.PoolClient, Promise<void>>();

  async function take(): Promise<LaneConnection> {
    const client = await pool.connect();
    const lost = new AbortController();
    const onLost = () => lost.abort();
    client.on("error", onLost).on("end", onLost);
    startPipelining(client);
    return {
      lost: lost.signal,
      async inWorkspace(workspaceId, work, lock) {
        const taking = lock === "take";
        // The lock is the session's, so it outlives the commit.
        const before = taking
          ? [`select pg_advisory_lock_shared(${submitLockKey(workspaceId)})`, `set idle_session_timeout = ${lock_ms}`]
          : [];
        if (taking) holding.add(client);
        const scope = workspaceScope(workspaceId);
        const result = await transactionOn(
          client,
          { before, scope, after: lock === "release" ? release : undefined },
          work,
        );
        if (lock === "release") holding.delete(client);
        return result;
      },
      async releaseSubmitLock() {
        if (holding.has(client)) await client.query(release);
        holding.delete(client);
      },
      release(failed = false) {
        holding.delete(client);
        client.off("error", onLost).off("end", onLost);
        const give = () => {
          stopPipelining(client);
          client.release(failed);
        };
        // Pipelining ends when everything is answered: of two answers that came later the second would break the connection.
        const answered = unanswered.get(client);
        if (answered && !failed) void answered.then(give);
        else give();
      },
    };
  }

  return {
    take,
    isUsedUp: () => pool.waitingCount > 0 || (pool.idleCount === 0 && pool.totalCount >= (pool.options.max ?? 0)),
    keepAlive() {
      // A connection that breaks at it raises `lost`.
      for (const client of holding) {
        const answered = client
          .query("select 1")
          .catch(() => {})
          .then(() => {
            if (unanswered.get(client) === answered) unanswered.delete(client);
          });
        unanswered.set(client, answered);
      }
    },
    end: () => pool.end(),
  };
}
