/** Sending statements before the previous ones are answered, so that many take one round trip. */
import type { Socket } from "node:net";
import type pg from "pg";

/** Parts of pg's client that its types leave out. */
interface Pipelining {
  /** Like its option of that name: a query is sent at once, without waiting for the previous answer. */
  pipeline: boolean;
  connection: { stream: Socket };
}

/** Makes the client send queries at once, until `stopPipelining`. The client must be idle for both. */
export function startPipelining(client: pg.PoolClient): void {
  (client as unknown as Pipelining).pipeline = true;
}

/** Makes the client usable for COPY and cursors again, which pipelining does not support. */
export function stopPipelining(client: pg.PoolClient): void {
  (client as unknown as Pipelining).pipeline = false;
}

/** Queries sent in one turn of the event loop are written as one packet, which wakes PostgreSQL once. */
export function send(client: pg.PoolClient, query: string | pg.QueryConfig): Promise<pg.QueryResult> {
  const { stream } = (client as unknown as Pipelining).connection;
  stream.cork();
  process.nextTick(() => stream.uncork());
  return client.query(query);
}

/**
 * Sends texts in their order, each as a message of its own: of a text with several statements, a database that is spread over
 * several servers repeats all on each server when one is SET LOCAL. Rejects with the first error, once all are answered.
 */
export async function sendEach(client: pg.PoolClient, statements: readonly string[]): Promise<void> {
  const answers = await Promise.allSettled(statements.map((statement) => send(client, statement)));
  const failed = answers.find((answer) => answer.status === "rejected");
  if (failed) throw failed.reason;
}

/** The same on a client that does not pipeline otherwise. It must be idle. */
export async function sendTogether(client: pg.PoolClient, statements: readonly string[]): Promise<void> {
  startPipelining(client);
  try {
    await sendEach(client, statements);
  } finally {
    stopPipelining(client);
  }
}
