/**
 * The timeouts of every connection to PostgreSQL: for a server that does not answer, a statement that hangs, a transaction
 * that is left open, or a peer that vanished.
 */
import type { Socket } from "node:net";
import pg from "pg";

/** The timeouts of one kind of work, in ms; 0: none. */
export interface DbTimeouts {
  statement_ms: number;
  /** Between two statements of one transaction. */
  idle_ms: number;
  /** Until a connection is open; ten seconds by default. */
  connect_ms?: number;
  /** Without data from a server that owes an answer; by default ten seconds more than `statement_ms`. */
  silence_ms?: number;
}

/** Requests and the pipeline of a text. It includes the wait of a STOP for a submission, of 35 seconds at most. */
export const shortWork: DbTimeouts = { statement_ms: 45_000, idle_ms: 60_000 };
/** Imports, retention and other jobs, which no caller waits for. */
export const longWork: DbTimeouts = { statement_ms: 2 * 3_600_000, idle_ms: 10 * 60_000 };
/** Heartbeats: a hanging connection must be replaced before their absence is noticed. */
export const briefWork: DbTimeouts = { statement_ms: 5_000, idle_ms: 10_000, connect_ms: 5_000, silence_ms: 6_000 };

const connectTimeout = 10_000;
/** How long the server's error that a statement took too long may take to arrive. */
const answerTimeout = 10_000;

/** For single connections: those that listen, migrate or hold a lock. */
export const singleConnection = {
  connectionTimeoutMillis: connectTimeout,
  // TCP keep-alive: a peer is probed after ten seconds without data, and the connection closed ten seconds later.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} satisfies pg.ClientConfig;

/** Copies settings with their password, which pg makes non-enumerable so that it is not logged. */
const copyOf = <Config extends pg.ClientConfig>(config?: Config): Config | undefined =>
  config && { ...config, password: config.password };

/** A pool's settings, to open another connection to the same database as the same role. */
export const settingsOf = (pool: pg.Pool): pg.PoolConfig => copyOf<pg.PoolConfig>(pool.options) as pg.PoolConfig;

/** The pool's own setting of this name would also limit the wait for a connection that is in use. */
const clientFor = (connectionTimeoutMillis: number) =>
  class ClientWithTimeout extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      const given = typeof config === "string" ? { connectionString: config } : copyOf(config);
      super({ ...given, ...singleConnection, connectionTimeoutMillis });
    }
  };

/** A pool's settings for work of this kind. The limits are set by a statement: poolers refuse them in the startup message. */
export function withTimeouts(connection: string | pg.PoolConfig, timeouts: DbTimeouts): pg.PoolConfig {
  const given = typeof connection === "string" ? { connectionString: connection } : connection;
  const { statement_ms, idle_ms, connect_ms = connectTimeout } = timeouts;
  const silence_ms = timeouts.silence_ms ?? (statement_ms > 0 ? statement_ms + answerTimeout : 0);
  return {
    ...given,
    Client: clientFor(connect_ms) as unknown as pg.PoolConfig["Client"],
    async onConnect(client) {
      await given.onConnect?.(client);
      await client.query(
        `set statement_timeout = ${statement_ms}; set idle_in_transaction_session_timeout = ${idle_ms}`,
      );
      watchSilence(client, silence_ms);
    },
  };
}

/** Parts of pg's client that its types leave out. */
interface Internals {
  connection: { stream: Socket };
  _getActiveQuery(): unknown;
}

const watched = new WeakSet<Socket>();

/**
 * Closes a connection whose server has owed an answer for so long (0: no limit): a working server would have reported the
 * statement timeout. For a pool opened with another pool's settings, the limit that was set last counts.
 */
function watchSilence(client: pg.ClientBase, silence_ms: number): void {
  const internals = client as unknown as Internals;
  const { stream } = internals.connection;
  stream.setTimeout(silence_ms);
  if (watched.has(stream)) return;
  watched.add(stream);
  stream.on("timeout", () => {
    const owed = internals._getActiveQuery();
    const bytesRead = stream.bytesRead;
    if (!owed) return;
    // A process that was suspended itself runs its timers first, and then reads what arrived meanwhile.
    setImmediate(() => {
      if (internals._getActiveQuery() !== owed || stream.bytesRead !== bytesRead) return;
      const silence = (stream.timeout ?? 0) / 1000;
      stream.destroy(new Error(`Connection terminated: PostgreSQL has sent nothing for ${silence} s`));
    });
  });
}
