/**
 * Transactions whose statements are prepared: for hot paths, where planning a statement costs more than running it for a
 * small batch. Only for statements whose texts are few: each text's plan stays with its connection.
 */
import { hash } from "node:crypto";
import { Kysely, PostgresDialect, type PostgresPool } from "kysely";
import type pg from "pg";
import type { Tables, Tx } from "./db.ts";

const known = new WeakMap<pg.PoolClient, Tx>();
const names = new Map<string, string>();
const deadlock = "40P01";
const attempts = 5;

/** Kysely over one client, each text a prepared statement. */
export function preparing(client: pg.PoolClient): Tx {
  let tx = known.get(client);
  if (!tx) {
    const prepared = {
      query: (text: string, values: unknown[]) => client.query({ name: nameOf(text), text, values }),
      release() {},
    };
    const pool = { connect: async () => prepared, end: async () => {} } as unknown as PostgresPool;
    tx = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) }) as unknown as Tx;
    known.set(client, tx);
  }
  return tx;
}

function nameOf(text: string): string {
  let name = names.get(text);
  if (!name) {
    name = hash("sha1", text);
    names.set(text, name);
  }
  return name;
}

/**
 * One transaction on a client, again after a deadlock. `scope` sets what it sees; `before` happens before it begins
 * and `after` once it has committed, both without a round trip of their own.
 */
export async function transactionOn<T>(
  client: pg.PoolClient,
  statements: { before?: string; scope: string; after?: string },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const tx = preparing(client);
  let before = statements.before ? `${statements.before}; ` : "";
  for (let attempt = 1; ; attempt++) {
    await client.query(`${before}begin; ${statements.scope}`);
    before = "";
    try {
      const result = await work(tx);
      await client.query(statements.after ? `commit; ${statements.after}` : "commit");
      return result;
    } catch (error) {
      await client.query("rollback").catch(() => {}); // the first error says more
      if ((error as { code?: string }).code !== deadlock || attempt === attempts) throw error;
    }
  }
}

/** One transaction with prepared statements on a connection from the pool; `scope` as in kit/db.ts. */
export async function preparedTransaction<T>(pool: pg.Pool, scope: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks between two queries raises here; the next query reports it.
  const ignore = () => {};
  client.on("error", ignore);
  try {
    return await transactionOn(client, { scope }, work);
  } finally {
    client.off("error", ignore);
    client.release();
  }
}
