/**
 * Transactions with prepared and pipelined statements: for hot paths, where planning a statement and waiting for its answer cost
 * more than running it for a small batch. Only for a small set of statement texts, since each connection caches a plan for each.
 */
import { hash } from "node:crypto";
import { type CompiledQuery, Kysely, PostgresDialect, type QueryResult } from "kysely";
import pg from "pg";
import { isDatabaseAway } from "./database-away.ts";
import type { Tables, Tx } from "./db.ts";
import { send, sendEach, startPipelining, stopPipelining } from "./pipelining.ts";

/** The statements that set a transaction's scope (kit/db.ts), and its settings. */
export type Scope = string | readonly string[];

/** A transaction's connection and the statements to run right before its commit. */
interface Pipeline {
  client: pg.PoolClient;
  last: (() => Promise<unknown>)[];
  /** Whether its commit has not been sent. */
  open: boolean;
}

/**
 * A plan made while a table was empty is a sequential scan, and stays cached when the table has a million rows, until its next
 * ANALYZE, which takes a minute at best. So sequential scans are disabled where an index can be used.
 */
const byIndex = "set local enable_seqscan = off";

const pipelines = new WeakMap<Tx, Pipeline>();
const transactions = new WeakMap<pg.PoolClient, Tx>();
const names = new Map<string, string>();
const unknownCommits = new WeakSet<object>();
const deadlock = "40P01";
const attempts = 5;

/** A Tx over the client that executes each text as a prepared statement, sent before `execute` returns. */
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

/** Whether statements of the transaction are sent before the ones before are answered. */
export const isPipelining = (tx: Tx): boolean => pipelines.has(tx);

/**
 * Runs several independent pieces of work in one transaction: pipelined when the transaction supports it, else one after the
 * other. The first statement of each is sent in their order.
 */
export async function pipelined<T extends unknown[]>(
  tx: Tx,
  ...things: { [K in keyof T]: () => Promise<T[K]> }
): Promise<T> {
  const results: unknown[] = [];
  if (!pipelines.has(tx)) {
    for (const thing of things) results.push(await thing());
    return results as T;
  }
  // Waits for all of them.
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
  if (errors.length > 0) throw causeOf(errors);
  return results as T;
}

const abortedAlready = "25P02";

/**
 * Of the errors of one transaction's statements, in any order, the one that the others follow from: after it the database refuses all
 * that is sent. A retry after a deadlock depends on it.
 */
export const causeOf = (errors: readonly unknown[]): unknown =>
  errors.find((error) => (error as { code?: string } | null)?.code !== abortedAlready) ?? errors[0];

/**
 * Executes one statement right before the commit, which is sent without waiting for its answer: for heavily contended rows. To
 * prevent the commit, the statement must fail. Without pipelining it runs at once.
 */
export async function atCommit(tx: Tx, statement: () => Promise<unknown>): Promise<void> {
  const pipeline = pipelines.get(tx);
  if (pipeline) pipeline.last.push(statement);
  else await statement();
}

/**
 * Whether the connection was lost between a commit and its answer: PostgreSQL may have committed, may still commit, or may have
 * rolled back. After any other error nothing was committed.
 */
export const isCommitUnknown = (error: unknown): boolean => unknownCommits.has(error as object);

/**
 * Runs one transaction on a pipelining client, retried after a deadlock. `scope` sets its tenant scope; the statements `before`
 * and `after` run before it begins and after its commit, without extra round trips.
 */
export async function transactionOn<T>(
  client: pg.PoolClient,
  statements: { before?: readonly string[]; scope: Scope; after?: string },
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  const tx = preparing(client);
  const pipeline = pipelines.get(tx) as Pipeline;
  const commit = statements.after ? `commit; ${statements.after}` : "commit";
  let before = statements.before ?? [];
  for (let attempt = 1; ; attempt++) {
    Object.assign(pipeline, { last: [], open: true });
    // Not awaited: should it fail, the statements that follow have no scope and can neither see nor write rows.
    const begun = sendEach(client, [...before, ...beginning(statements.scope)]);
    before = [];
    try {
      const [, result] = await pipelined(
        tx,
        () => begun,
        () => work(tx),
      );
      await pipelined(tx, ...pipeline.last, () => {
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

/** Settings may share a message with settings (kit/pipelining.ts), and every message costs a wake-up at both ends. */
const beginning = (scope: Scope): string[] => ["begin", [byIndex, ...[scope].flat()].join("; ")];

/** One transaction with prepared statements on a connection from the pool; `scope` as in kit/db.ts. */
export const preparedTransaction = <T>(pool: pg.Pool, scope: Scope, work: (tx: Tx) => Promise<T>): Promise<T> =>
  onPipelining(pool, (client) => transactionOn(client, { scope }, work));

async function onPipelining<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  // A connection lost between two queries raises this event; the next query reports it.
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
  scope: Scope;
  /** Executes its statement at once. */
  work(tx: Tx): Promise<T>;
  /** Called with the result once it is committed, or with the error. */
  ended(outcome: PromiseSettledResult<T>): void;
}

/**
 * Runs many small transactions one after the other on a connection from the pool, all sent before the first is answered: hundreds
 * take hardly longer than one, whatever the latency. One that fails rolls back only itself. Throws when no connection can be had.
 */
export async function eachInTransaction<T>(pool: pg.Pool, transactions: readonly SmallTransaction<T>[]): Promise<void> {
  await onPipelining(pool, async (client) => {
    const tx = preparing(client);
    const pipeline = Object.assign(pipelines.get(tx) as Pipeline, { last: [], open: true });
    const sent = transactions.map(({ scope, work, ended }) => {
      // After a statement that failed the commit is a rollback.
      const all = [sendEach(client, beginning(scope)), work(tx), send(client, "commit")] as const;
      return Promise.allSettled(all).then(([begun, worked, committed]) => {
        ended([begun, worked, committed].find((each) => each.status === "rejected") ?? worked);
      });
    });
    pipeline.open = false;
    await Promise.all(sent);
  });
}
