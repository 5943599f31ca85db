/**
 * Access to PostgreSQL: pools, transactions, and the scopes of the tenant policies.
 *
 * Every query runs inside one of two kinds of transaction. `inWorkspace` sets `varsla.workspace_id`, and row-level
 * security then hides every other workspace's rows, even from a query without a condition. `asSystem` shows all rows, for work
 * that has no single workspace: routing an inbound text, leasing lanes, migrating. A query outside both sees nothing.
 *
 * The two use two roles with a pool each: the workspace role cannot see another workspace's rows, whatever SQL it runs
 * (docs/decisions/database-roles.md). Code in one kind of transaction never waits for one of the other kind.
 */
import { isDeepStrictEqual } from "node:util";
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient, sql } from "kysely";
import pg from "pg";
import { briefWork, type DbTimeouts, shortWork, withTimeouts } from "./connection.ts";
import { sendTogether } from "./pipelining.ts";

/** Tables by name. Each store declares its own with `declare module "./db.ts" { interface Tables { … } }`. */
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
   * Uses one connection outside of the pools, for short work that must not wait while a pool is exhausted; it has the short
   * timeouts of `briefWork`, whatever those of the pools.
   */
  apart: Pick<Db, "inWorkspace">;
  /** The system's, for COPY, LISTEN and cursors: the caller must set a client's scope and release it. */
  pool: pg.Pool;
  /** Of the workspace role; `pool` itself when the database has no such role. */
  workspacePool: pg.Pool;
  /** Once work under way is done. */
  close(): Promise<void>;
}

// Our bigint values are below 2^53, and JSON has no bigint.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** SQLSTATEs after which the same transaction may be retried. */
const retryable: Record<string, string> = {
  "40001": "serialization_failure",
  "40P01": "deadlock_detected",
};
const attempts = 5;

type Connection = string | pg.PoolConfig;

/**
 * Opens a pool for the system on `connection` and one for workspaces on `workspaces`, with the timeouts of short work by
 * default, and at most `max` connections in each, or `systemMax` in the first.
 */
export function openDb(options: {
  connection: Connection;
  workspaces: Connection;
  max: number;
  systemMax?: number;
  timeouts?: DbTimeouts;
}): Db {
  const { max, systemMax = max, timeouts = shortWork } = options;
  const shared = isDeepStrictEqual(options.connection, options.workspaces);
  const pool = openPool(options.connection, timeouts, { max: shared ? systemMax + max : systemMax });
  const workspacePool = shared ? pool : openPool(options.workspaces, timeouts, { max });
  // Its connection is opened on first use, and closed when it is idle.
  const single = openPool(options.workspaces, briefWork, { max: 1 });

  let closed: Promise<unknown> | null = null;

  return {
    inWorkspace: async (workspaceId, work) => transaction(workspacePool, workspaceScope(workspaceId), work),
    asSystem: (work) => transaction(pool, systemScope, work),
    apart: { inWorkspace: async (workspaceId, work) => transaction(single, workspaceScope(workspaceId), work) },
    pool,
    workspacePool,
    async close() {
      closed ??= Promise.all([...new Set([pool, workspacePool, single])].map((each) => each.end()));
      await closed;
    },
  };
}

async function transaction<T>(pool: pg.Pool, scope: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    const client = await pool.connect();
    try {
      return await transactionOver(client, scope, work);
    } catch (error) {
      const code = (error as { code?: string }).code;
      if (!code || !(code in retryable) || attempt === attempts) throw error;
    } finally {
      client.release();
    }
  }
}

function transactionOver<T>(client: pg.PoolClient, scope: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  return queriesOver(client)
    .connection()
    .execute(async (connection) => {
      try {
        await sendTogether(client, ["begin", scope]);
        const result = await work(connection as Tx);
        await sql.raw("commit").execute(connection);
        return result;
      } catch (error) {
        await sql
          .raw("rollback")
          .execute(connection)
          .catch(() => {}); // the first error says more
        throw error;
      }
    });
}

const kyselys = new WeakMap<pg.PoolClient, Kysely<Tables>>();

/** Kysely over one connection, which it neither opens nor releases. */
function queriesOver(client: pg.PoolClient): Kysely<Tables> {
  let queries = kyselys.get(client);
  if (!queries) {
    const query = (text: string, values: unknown[]) => client.query(text, values);
    const borrowed = { query, release() {} } as unknown as PostgresPoolClient;
    const pool: PostgresPool = { options: {}, connect: async () => borrowed, end: async () => {} };
    queries = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
    kyselys.set(client, queries);
  }
  return queries;
}

/** A pool for one kind of work. */
export function openPool(
  connection: Connection,
  timeouts: DbTimeouts,
  options: pg.PoolConfig & { max: number },
): pg.Pool {
  const pool = new pg.Pool({ ...withTimeouts(connection, timeouts), application_name: "varsla", ...options });
  // An idle connection that the server closes raises this; the next query opens another and reports the error.
  pool.on("error", () => {});
  // A connection lost while in use fails its next query; without a listener the event would crash the process.
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

/** The statement that shows all workspaces' rows until the transaction ends, to the system's role only. */
export const systemScope = "set local varsla.system = 'on'";

/** The statement that narrows a transaction to one workspace. */
export function workspaceScope(workspaceId: string): string {
  if (!/^[0-9a-f-]{36}$/i.test(workspaceId)) throw new Error(`not a workspace id: ${workspaceId}`);
  return `set local varsla.workspace_id = '${workspaceId}'`;
}
