/**
 * PostgreSQL for everything else: a pool, transactions, and the wall between workspaces.
 *
 * Every query runs inside one of two kinds of transaction. `inWorkspace` sets `varsla.workspace_id`, and row-level
 * security then hides every other workspace's rows, whatever the query forgot. `asSystem` lifts that wall, for work
 * that has no single workspace: routing an inbound text, leasing lanes, migrating. A query outside both sees nothing.
 *
 * The two are two roles with a pool each: the one that workspaces' work logs in as cannot lift the wall, whatever SQL it is
 * given (docs/decisions/database-roles.md). Nobody waits for one of these transactions while in the other.
 */
import { isDeepStrictEqual } from "node:util";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { briefWork, type Patience, patientConnections, shortWork } from "./connection.ts";

/** Tables by name. Each store declares its own with `declare module "../kit/db.ts" { interface Tables { … } }`. */
// Filled in by the stores.
export interface Tables {}

declare const transactional: unique symbol;
/** A connection inside an open transaction. */
export type Tx = Kysely<Tables> & { readonly [transactional]: true };

/** The database as commands see it: it opens transactions and nothing else. */
export interface Db {
  /** Runs `work` in one transaction that sees one workspace. */
  inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Runs `work` in one transaction that sees every workspace. */
  asSystem<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * Over one connection apart from the pools, for the few short things that must go on while a pool is at its limit; one that
   * says nothing is given up soon (`briefWork`), whatever the patience of the pools.
   */
  apart: Pick<Db, "inWorkspace">;
  /** The system's, for COPY, LISTEN and cursors: whoever takes a client sets its scope and gives it back. */
  pool: pg.Pool;
  /** Of the role that workspaces' work logs in as; `pool` itself where the database has no such role. */
  workspacePool: pg.Pool;
  close(): Promise<void>;
}

// bigint counts stay below 2^53 here, and JSON has no bigint.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** SQLSTATEs after which the same transaction may simply be run again. */
const retryable: Record<string, string> = {
  "40001": "serialization_failure",
  "40P01": "deadlock_detected",
};
const attempts = 5;

type Connection = string | pg.PoolConfig;

/**
 * Opens a pool for the system on `connection` and one for workspaces' work on `workspaces`, for short work unless said; at most
 * `max` connections in each, or `systemMax` in the first.
 */
export function openDb(options: {
  connection: Connection;
  workspaces: Connection;
  max: number;
  systemMax?: number;
  patience?: Patience;
}): Db {
  const { max, systemMax = max, patience = shortWork } = options;
  const shared = isDeepStrictEqual(options.connection, options.workspaces);
  const pool = openPool(options.connection, patience, { max: shared ? systemMax + max : systemMax });
  const workspacePool = shared ? pool : openPool(options.workspaces, patience, { max });
  const system = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const workspaces = shared ? system : new Kysely<Tables>({ dialect: new PostgresDialect({ pool: workspacePool }) });

  // Opened when it is needed first, and closed when it has not been for a while.
  const single = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: openPool(options.workspaces, briefWork, { max: 1 }) }),
  });

  async function transaction<T>(over: Kysely<Tables>, scope: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await over.connection().execute(async (connection) => {
          // One round trip: pg sends a text without parameters as a simple query, which may hold several statements.
          await sql.raw(`begin; ${scope}`).execute(connection);
          try {
            const result = await work(connection as Tx);
            await sql.raw("commit").execute(connection);
            return result;
          } catch (error) {
            await sql
              .raw("rollback")
              .execute(connection)
              .catch(() => {});
            throw error;
          }
        });
      } catch (error) {
        const code = (error as { code?: string }).code;
        if (!code || !(code in retryable) || attempt === attempts) throw error;
      }
    }
  }

  return {
    inWorkspace: async (workspaceId, work) => transaction(workspaces, workspaceScope(workspaceId), work),
    asSystem: (work) => transaction(system, systemScope, work),
    apart: { inWorkspace: async (workspaceId, work) => transaction(single, workspaceScope(workspaceId), work) },
    pool,
    workspacePool,
    async close() {
      await Promise.all([workspaces.destroy(), single.destroy()]);
      await system.destroy();
    },
  };
}

/** A pool of its own for one kind of work. */
export function openPool(
  connection: Connection,
  patience: Patience,
  options: pg.PoolConfig & { max: number },
): pg.Pool {
  const pool = new pg.Pool({ ...patientConnections(connection, patience), application_name: "varsla", ...options });
  // An idle connection that the server drops raises here; the next query opens another and reports what is wrong.
  pool.on("error", () => {});
  // One that is lost while somebody holds it fails that somebody's next query; unheard, it would end the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** The statement that opens the wall for all workspaces until the transaction ends, for the system's role only. */
export const systemScope = "set local varsla.system = 'on'";

/** The statement that narrows a transaction to one workspace. */
export function workspaceScope(workspaceId: string): string {
  if (!/^[0-9a-f-]{36}$/i.test(workspaceId)) throw new Error(`not a workspace id: ${workspaceId}`);
  return `set local varsla.workspace_id = '${workspaceId}'`;
}
