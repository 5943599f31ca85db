/**
 * One process of Varsla: database, migrations, then everything wired together by its roles, until it is asked to stop.
 *
 * The slow things overlap: PostgreSQL starts while the modules are loaded, and the port is taken first, so that a health
 * check gets its 503 and a port in use is reported before anything else has begun.
 */
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { headersOfData } from "./api/security-headers.ts";
import { type Config, ConfigError, withPort } from "./kit/config.ts";
import { startEmbeddedPostgres } from "./kit/embedded-postgres.ts";
import { createHttpServer } from "./kit/http-server.ts";
import type { Logger } from "./kit/log.ts";
import { MigrationError, migrate } from "./kit/migrate.ts";

const listenTries = 20; // over four seconds
const drainTimeout = 10_000; // milliseconds that running requests get when the program ends

/** What was started, to be stopped in reverse order. */
const started: { name: string; stop(): Promise<unknown> }[] = [];
let starting: Promise<void> = Promise.resolve();
let stopping: Promise<void> | null = null;
let stoppingSince = 0;
const stopRequested = Promise.withResolvers<void>();

/** The process that started this one, when it is one of several; it forwards what they wait for of each other. */
export interface Supervisor {
  /** The database is migrated, and requests come in at this port. */
  prepared(port: number): void;
  /** Resolves with that port. */
  whenPrepared(): Promise<number>;
  /** The process does what its roles say; `lines` say so to a person. */
  ready(lines: string): void;
}

/** Runs the process until a signal or an error ends it, and exits: with 0 where that was asked for, else with 1. */
export async function runProcess(config: Config, log: Logger, supervisor?: Supervisor): Promise<void> {
  /** Ends the program; a second call ends it at once and leaves PostgreSQL to the next start. */
  async function end(code: number): Promise<void> {
    if (stopping) {
      // One Ctrl-C arrives several times: from the terminal, from npm and from tools/setup.js.
      if (performance.now() - stoppingSince > 1_000) process.exit(code || 1);
      return;
    }
    stoppingSince = performance.now();
    stopRequested.resolve();
    await stop(log);
    process.exit(code);
  }
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));
  // The process that started it holds the other end of a channel: when that is killed, signals are no longer forwarded.
  process.on("disconnect", () => void end(0));
  process.on("uncaughtException", (error) => {
    log.fatal({ err: error }, "an uncaught exception; ending");
    void end(1);
  });

  starting = start(config, log, supervisor);
  try {
    await starting;
  } catch (error) {
    const known = error instanceof ConfigError || error instanceof MigrationError;
    if (known) console.error((error as Error).message);
    else log.fatal({ err: error }, "Varsla could not start");
    await end(1);
  }
}

async function start(config: Config, log: Logger, supervisor: Supervisor | undefined): Promise<void> {
  const wiring = import("./wire.ts");
  wiring.catch(() => {}); // handled where it is awaited
  const serves = config.roles.has("api");
  let handle: RequestListener = notReady(config);
  let listening = config;
  let server: Server | null = null;
  if (serves) {
    server = await listen(config, (request, response) => handle(request, response));
    listening = withPort(config, (server.address() as AddressInfo).port);
    log.debug(`listening at ${listening.public_url}`);
    // Before it serves there are no requests to drain.
    started.push({ name: "port", stop: async () => server?.close() });
  } else if (supervisor) {
    // What keeps the database from being used is then reported once, by the process that serves.
    const port = await Promise.race([supervisor.whenPrepared(), stopRequested.promise]);
    if (port === undefined) return;
    listening = withPort(config, port);
  }

  const connection = config.database_url ?? (await startOwnPostgres(config, log));
  if (stopping) return;
  const { migrateJobs } = await import("./kit/jobs.ts");
  const { openWorkspaceRole } = await import("./kit/workspace-role.ts");
  let workspaces = connection;
  const after = async (client: Client) => {
    await migrateJobs(connection);
    workspaces = await openWorkspaceRole(client, connection, log);
  };
  await migrate(connection, { log, after });
  if (serves) supervisor?.prepared(listening.port);
  const { wire } = await wiring;
  if (stopping) return;
  const wired = await wire({ config: listening, log, connection, workspaces });
  started.push({ name: "services", stop: wired.stop });
  if (server && wired.handle) {
    const serving = server;
    handle = wired.handle;
    started.push({ name: "requests", stop: () => Promise.all([drain(serving), wired.endStreams()]) });
  }
  if (stopping) return;
  // One write, so that a program that waits for the first line gets the link too.
  const next = wired.setUpLink ? `\nSet it up by this link, which works until that is done:\n  ${wired.setUpLink}` : "";
  const place = serves ? ` at ${listening.public_url}${next}` : `, as ${[...config.roles].join(" and ")}`;
  const lines = `Varsla is ready${place}`;
  if (supervisor) supervisor.ready(lines);
  else console.log(lines);
}

/** Waits for the start, then stops everything, the last started first. */
function stop(log: Logger): Promise<void> {
  stopping ??= (async () => {
    await starting.catch(() => {}); // reported by runProcess
    for (const part of started.toReversed()) {
      await part.stop().catch((error: unknown) => log.error({ err: error }, `could not stop the ${part.name}`));
    }
  })();
  return stopping;
}

async function startOwnPostgres(config: Config, log: Logger): Promise<string> {
  const postgres = await startEmbeddedPostgres({
    directory: join(config.data_dir, "postgres"),
    say: (sentence) => log.info(sentence),
  });
  started.push({ name: "database", stop: postgres.stop });
  return postgres.connection;
}

const notReady =
  (config: Config): RequestListener =>
  (_request, response) => {
    const https = config.public_url.startsWith("https://");
    const headers = {
      ...headersOfData({ https }),
      "content-type": "application/json; charset=utf-8",
      "retry-after": "1",
    };
    response.writeHead(503, headers);
    response.end('{"error":{"code":"starting","message":"Varsla is starting. Try again in a moment."}}');
  };

async function listen(config: Config, handler: RequestListener): Promise<Server> {
  const server = createHttpServer(handler);
  const attempt = () =>
    new Promise<void>((done, fail) => {
      server.once("error", fail);
      server.listen(config.port, config.host, () => {
        server.off("error", fail);
        done();
      });
    });
  for (let tries = 1; ; tries++) {
    try {
      await attempt();
      return server;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // After a restart the previous process may still be ending.
      if (code === "EADDRINUSE" && tries < listenTries && !stopping) await delay(200);
      else throw listenError(config, error as NodeJS.ErrnoException);
    }
  }
}

function listenError(config: Config, error: NodeJS.ErrnoException): Error {
  const host = `HOST is "${config.host}"; it is not an address of this machine.`;
  const why: Record<string, string> = {
    EADDRINUSE: `PORT is ${config.port}; another program listens there already. Stop it, or set PORT to another.`,
    EACCES: `PORT is ${config.port}; this user may not listen there. Set PORT to one above 1023.`,
    EADDRNOTAVAIL: host,
    ENOTFOUND: host,
  };
  return error.code && why[error.code] ? new ConfigError(why[error.code]) : error;
}

/** Accepts no more connections and lets running requests finish. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  // Keep-alive connections become idle when their last request ends; they are closed then.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const timeout = setTimeout(() => server.closeAllConnections(), drainTimeout);
  await closed;
  clearInterval(idle);
  clearTimeout(timeout);
}
