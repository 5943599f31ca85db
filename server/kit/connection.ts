/**
 * What every connection to PostgreSQL is opened with, so that nothing waits for ever: for a server that does not answer, a
 * statement that hangs, a transaction that somebody forgot, or a peer that vanished without a word.
 */
import type { Socket } from "node:net";
import pg from "pg";

/** How long one kind of work may take, in ms; 0: for ever. */
export interface Patience {
  statement_ms: number;
  /** Between two statements of one transaction. */
  idle_ms: number;
  /** Until a connection is open; ten seconds unless said. */
  connect_ms?: number;
  /** Without a word of a server that owes an answer; ten seconds more than a statement may take unless said. */
  silence_ms?: number;
}

/** Requests and the road of a text. A STOP waits for a hand-over of 35 seconds at most, which is in it. */
export const shortWork: Patience = { statement_ms: 45_000, idle_ms: 60_000 };
/** Imports, retention and other jobs, which nobody waits for. */
export const longWork: Patience = { statement_ms: 2 * 3_600_000, idle_ms: 10 * 60_000 };
/** Heartbeats, which others wait for: a connection that says nothing is given up before they are missed. */
export const briefWork: Patience = { statement_ms: 5_000, idle_ms: 10_000, connect_ms: 5_000, silence_ms: 6_000 };

const connectWithin = 10_000;
/** What the server's answer that a statement took too long may take itself. */
const answersWithin = 10_000;

/** For single connections: those that listen, migrate or hold a lock. */
export const singleConnection = {
  connectionTimeoutMillis: connectWithin,
  // Asked after ten seconds of silence, a peer that is gone is found out ten seconds later.
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
} satisfies pg.ClientConfig;

/** Pools hide their password from whoever copies their settings, so that no log has it: without it nobody is let in. */
const copyOf = <Config extends pg.ClientConfig>(config?: Config): Config | undefined =>
  config && { ...config, password: config.password };

/** What a pool was opened with, to open another connection to the same place as the same role. */
export const settingsOf = (pool: pg.Pool): pg.PoolConfig => copyOf<pg.PoolConfig>(pool.options) as pg.PoolConfig;

/** The pool's own setting of this name would also end the wait for a connection that others use. */
const clientFor = (connectionTimeoutMillis: number) =>
  class PatientClient extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      const given = typeof config === "string" ? { connectionString: config } : copyOf(config);
      super({ ...given, ...singleConnection, connectionTimeoutMillis });
    }
  };

/** A pool's settings for work of this kind. The limits are set by a statement: poolers refuse them in the startup message. */
export function patientConnections(connection: string | pg.PoolConfig, patience: Patience): pg.PoolConfig {
  const given = typeof connection === "string" ? { connectionString: connection } : connection;
  const { statement_ms, idle_ms, connect_ms = connectWithin } = patience;
  const silence_ms = patience.silence_ms ?? (statement_ms > 0 ? statement_ms + answersWithin : 0);
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
 * Ends a connection whose server owes an answer for so long (0: for ever): it would have said that a statement took too long.
 * Where a pool was opened with another's settings, the limit that was set last counts.
 */
function watchSilence(client: pg.ClientBase, silence_ms: number): void {
  const internals = client as unknown as Internals;
  const { stream } = internals.connection;
  stream.setTimeout(silence_ms);
  if (watched.has(stream)) return;
  watched.add(stream);
  stream.on("timeout", () => {
    const owed = internals._getActiveQuery();
    const heard = stream.bytesRead;
    if (!owed) return;
    // A process that was asleep itself runs its timers first, and then hears what was said meanwhile.
    setImmediate(() => {
      if (internals._getActiveQuery() !== owed || stream.bytesRead !== heard) return;
      const silence = (stream.timeout ?? 0) / 1000;
      stream.destroy(new Error(`Connection terminated: PostgreSQL has said nothing for ${silence} s`));
    });
  });
}
