/**
 * A connection that a lane keeps from the check of a batch until its record: the gate of the workspace is open as long as
 * the connection holds it, and falls shut by itself if the process dies.
 */
import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import type pg from "pg";
import { gateKey } from "../carriers/hand-over-gate.ts";
import { type Tables, type Tx, workspaceScope } from "../kit/db.ts";

export interface LaneConnection {
  /**
   * Runs `work` in one transaction of the workspace; again after a deadlock. `open` waits while a STOP is being recorded and
   * keeps later ones waiting, until a transaction that is to `shut` the gate has committed, or until `shutGate`.
   */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>, gate?: "open" | "shut"): Promise<T>;
  shutGate(): Promise<void>;
  /** Gives the connection back to the pool; one that failed is closed. */
  release(failed?: boolean): void;
}

const deadlock = "40P01";
const attempts = 5;
const shut = "select pg_advisory_unlock_all()";

/** Takes a connection from the pool. */
export async function takeConnection(pool: pg.Pool): Promise<LaneConnection> {
  const client = await pool.connect();
  // A connection that breaks between two queries raises here; the next query reports it.
  const ignore = () => {};
  client.on("error", ignore);
  // Kysely over this one client, so that stores can be used in its transactions.
  const always = { query: client.query.bind(client), release() {} };
  const pretended = { connect: async () => always, end: async () => {} } as unknown as PostgresPool;
  const tx = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pretended }) }) as unknown as Tx;

  return {
    async inWorkspace(workspaceId, work, gate) {
      // Several statements in one simple query are one round trip. The lock is the session's, so it outlives the commit.
      let before = gate === "open" ? `select pg_advisory_lock_shared(${gateKey(workspaceId)}); ` : "";
      for (let attempt = 1; ; attempt++) {
        await client.query(`${before}begin; ${workspaceScope(workspaceId)}`);
        before = "";
        try {
          const result = await work(tx);
          await client.query(gate === "shut" ? `commit; ${shut}` : "commit");
          return result;
        } catch (error) {
          await client.query("rollback").catch(ignore); // the first error says more
          if ((error as { code?: string }).code !== deadlock || attempt === attempts) throw error;
        }
      }
    },
    async shutGate() {
      await client.query(shut);
    },
    release(failed = false) {
      client.off("error", ignore);
      client.release(failed);
    },
  };
}
