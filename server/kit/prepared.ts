/**
 * Transactions whose statements are prepared and need not wait for each other: for hot paths, where planning a statement
 * and waiting for its answer cost more than running it for a small batch. Only for statements whose texts are few: each
 * text's plan stays with its connection.
 */
import { hash } from "node:crypto";
import type { Socket } from "node:net";
import { type CompiledQuery, Kysely, PostgresDialect, type QueryResult } from "kysely";
import pg from "pg";
import { isDatabaseAway } from "./database-away.ts";
import type { Tables, Tx } from "./db.ts";

/** A transaction's connection and what is to happen right before its commit. */
interface Pipeline {
  client: pg.PoolClient;
  last: (() => Promise<unknown>)[];
  /** Whether its commit has not been sent. */
  open: boolean;
}

const pipelines = new WeakMap<Tx, Pipeline>();
const transactions = new WeakMap<pg.PoolClient, Tx>();
const names = new Map<string, string>();
const unknownCommits = new WeakSet<object>();
const deadlock = "40P01";
const attempts = 5;

/** Parts of pg's client that its types leave out. */
interface Pipelining {
  /** As its option of that name: a query is sent at once, not when the one before is answered. */
  pipeline: boolean;
  connection: { stream: Socket };
}

/** From here on the client's queries are sent at once; until `stopPipelining`. The client must be idle for both. */
export function startPipelining(client: pg.PoolClient): void {
  (client as unknown as Pipelining).pipeline = true;
}

/** Others may copy and open cursors with the client again, which a pipeline cannot. */
export function stopPipelining(client: pg.PoolClient): void {
  (client as unknown as Pipelining).pipeline = false;
}

/** What is sent in one turn of the event loop leaves in one packet, and wakes PostgreSQL once. */
function send(client: pg.PoolClient, query: string | pg.QueryConfig): Promise<pg.QueryResult> {
  const { stream } = (client as unknown as Pipelining).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
  return client.query(query);
}

/** A client as `sql` templates execute on it: each text a prepared statement, sent before `execute` returns. */
function preparing(client: pg.PoolClient): Tx {
  let tx = transactions.get(client);
  if (!tx) {
    const kysely = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: new pg.Pool({ max: 0 }) }) });
    const compiler = kysely.getExecutor();
    const pipeline: Pipeline = { client, last: [], open: true };
    const executor = {
      transformQuery: compiler.transformQuery.bind(compiler),
      compileQuery: compiler.compileQuery.bind(compiler),
      executeQuery: (query: CompiledQuery) => execute(pipeline, query),
    };
    tx = Object.assign(kysely, { getExecutor: () => executor }) as unknown as Tx;
    transactions.set(client, tx);
    pipelines.set(tx, pipeline);
  }
  return tx;
}

async function execute(
  { client, open }: Pipeline,
  { sql: text, parameters }: CompiledQuery,
): Promise<QueryResult<unknown>> {
  if (!open) throw new Error(`This would run after its transaction: ${text}`);
  const values = parameters as unknown[];
  const { rows, rowCount } = await send(client, { name: nameOf(text), text, values });
  return { rows, numAffectedRows: BigInt(rowCount ?? 0) };
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
 * Does several things of one transaction, of which none needs the others' answers: without waiting in between where the
 * transaction's connection can, else one after the other. The first statements of all are sent in their order.
 */
export async function inOneGo<T extends unknown[]>(
  tx: Tx,
  ...things: { [K in keyof T]: () => Promise<T[K]> }
): Promise<T> {
  const results: unknown[] = [];
  if (!pipelines.has(tx)) {
    for (const thing of things) results.push(await thing());
    return results as T;
  }
  // All of them end before the transaction does, and the first error in time is the one that the others follow from.
  const errors: unknown[] = [];
  await Promise.all(
    things.map(async (thing, i) => {
      try {
        results[i] = await thing();
      } catch (error) {
        errors.push(error);
      }
    }),
  );
  if (errors.length > 0) throw errors[0];
  return results as T;
}

/**
 * Executes one statement right before the commit, which follows without waiting for its answer: for rows that everybody
 * else wants too. What shall keep the transaction from being committed must make the statement fail. At once where
 * nothing pipelines.
 */
export async function atCommit(tx: Tx, statement: () => Promise<unknown>): Promise<void> {
  const pipeline = pipelines.get(tx);
  if (pipeline) pipeline.last.push(statement);
  else await statement();
}

/**
 * Whether the connection was lost between a commit and its answer: PostgreSQL may have done everything or nothing, or may be
 * about to. After any other error nothing was done.
 */
export const isCommitUnknown = (error: unknown): boolean => unknownCommits.has(error as object);

/**
 * One transaction on a client that pipelines, again after a deadlock. `scope` sets what it sees; `before` happens before it
 * begins and `after` once it has committed, all without a round trip of their own.
 */
export async function transactionOn<T>(
  client: pg.PoolClient,
  statements: { before?: string; scope: string; after?: string },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const tx = preparing(client);
  const pipeline = pipelines.get(tx) as Pipeline;
  const commit = statements.after ? `commit; ${statements.after}` : "commit";
  let before = statements.before ? `${statements.before}; ` : "";
  for (let attempt = 1; ; attempt++) {
    Object.assign(pipeline, { last: [], open: true });
    // Not waited for: should it fail, what follows runs without a scope, sees no row and can write none.
    const begun = send(client, `${before}begin; ${statements.scope}`);
    before = "";
    try {
      const [, result] = await inOneGo(
        tx,
        () => begun,
        () => work(tx),
      );
      await inOneGo(tx, ...pipeline.last, () => {
        pipeline.open = false;
        return send(client, commit);
      });
      return result;
    } catch (error) {
      const refused = error instanceof pg.DatabaseError && !isDatabaseAway(error);
      if (!pipeline.open && !refused) unknownCommits.add(error as object);
      await client.query("rollback").catch(() => {}); // the first error says more
      if ((error as { code?: string }).code !== deadlock || attempt === attempts) throw error;
    }
  }
}

/** One transaction with prepared statements on a connection from the pool; `scope` as in kit/db.ts. */
export const preparedTransaction = <T>(pool: pg.Pool, scope: string, work: (tx: Tx) => Promise<T>): Promise<T> =>
  onPipelining(pool, (client) => transactionOn(client, { scope }, work));

async function onPipelining<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection that breaks between two queries raises here; the next query reports it.
  const ignore = () => {};
  client.on("error", ignore);
  startPipelining(client);
  try {
    return await work(client);
  } finally {
    stopPipelining(client);
    client.off("error", ignore);
    client.release();
  }
}

/** A transaction of one statement. */
export interface SmallTransaction<T> {
  scope: string;
  /** Executes its statement at once. */
  work(tx: Tx): Promise<T>;
  /** Hears what it answered as soon as it is committed, or why it is not. */
  ended(outcome: PromiseSettledResult<T>): void;
}

/**
 * Many small transactions one after the other on a connection from the pool, all sent before the first is answered: hundreds take
 * hardly longer than one, however far away the database is. One that fails undoes itself only. Throws where nobody lets us in.
 */
export async function eachInTransaction<T>(pool: pg.Pool, transactions: readonly SmallTransaction<T>[]): Promise<void> {
  await onPipelining(pool, async (client) => {
    const tx = preparing(client);
    const pipeline = Object.assign(pipelines.get(tx) as Pipeline, { last: [], open: true });
    const sent = transactions.map(({ scope, work, ended }) => {
      // After a statement that failed the commit is a rollback.
      const all = [send(client, `begin; ${scope}`), work(tx), send(client, "commit")] as const;
      return Promise.allSettled(all).then(([begun, worked, committed]) => {
        ended([begun, worked, committed].find((each) => each.status === "rejected") ?? worked);
      });
    });
    pipeline.open = false;
    await Promise.all(sent);
  });
}
