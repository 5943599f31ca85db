/**
 * Varsla, one process of it: settings, database, migrations, then everything wired together by its roles.
 *
 * The slow things overlap: PostgreSQL starts while the modules are loaded, and the port is taken first, so that a health
 * check gets its 503 and a port in use is told before anything else has begun.
 */
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Client } from "pg";
import { headersOfData } from "./api/security-headers.ts";
import { type Config, ConfigError, readConfig, withPort } from "./kit/config.ts";
import { startEmbeddedPostgres } from "./kit/embedded-postgres.ts";
import { createHttpServer } from "./kit/http-server.ts";
import { createLog, type Logger } from "./kit/log.ts";
import { MigrationError, migrate } from "./kit/migrate.ts";

const listenTries = 20; // over four seconds
const patience = 10_000; // milliseconds that requests under way get when the program is to end

/** What has been started, to be stopped in reverse order. */
const started: { name: string; stop(): Promise<unknown> }[] = [];
let stopping: Promise<void> | null = null;
let stoppingSince = 0;

async function start(config: Config, log: Logger): Promise<void> {
  const wiring = import("./wire.ts");
  wiring.catch(() => {}); // reported where it is awaited
  const serves = config.roles.has("api");
  let handle: RequestListener = notReady;
  let listening = config;
  let server: Server | null = null;
  if (serves) {
    server = await listen(config, (request, response) => handle(request, response));
    listening = withPort(config, (server.address() as AddressInfo).port);
    log.debug(`listening at ${listening.public_url}`);
    // Until it serves there is nothing to drain.
    started.push({ name: "port", stop: async () => server?.close() });
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
  // In one go, so that whoever waits for the first line has the second.
  const next = wired.setUpLink ? `\nSet it up by this link, which works until that is done:\n  ${wired.setUpLink}` : "";
  if (serves) console.log(`Varsla is ready at ${listening.public_url}${next}`);
  else console.log(`Varsla is ready, as ${[...config.roles].join(" and ")}`);
}

/** Stops everything, the last started first, once what is just being started has started. */
function stop(log: Logger): Promise<void> {
  stopping ??= (async () => {
    await starting.catch(() => {}); // reported by whoever started it
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

const notReady: RequestListener = (_request, response) => {
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
      // One of us that is just ending, after a restart.
      if (code === "EADDRINUSE" && tries < listenTries && !stopping) await delay(200);
      else throw listenError(config, error as NodeJS.ErrnoException);
    }
  }
}

function listenError(config: Config, error: NodeJS.ErrnoException): Error {
  const host = `HOST is "${config.host}"; it is no address of this machine.`;
  const why: Record<string, string> = {
    EADDRINUSE: `PORT is ${config.port}; another program listens there already. Stop it, or set PORT to another.`,
    EACCES: `PORT is ${config.port}; this user may not listen there. Set PORT to one above 1023.`,
    EADDRNOTAVAIL: host,
    ENOTFOUND: host,
  };
  return error.code && why[error.code] ? new ConfigError(why[error.code]) : error;
}

/** Takes no more connections and lets the requests under way finish. */
async function drain(server: Server): Promise<void> {
  const closed = new Promise((done) => server.close(done));
  // Connections are kept for the next request; those whose last request has just ended have none to wait for.
  const idle = setInterval(() => server.closeIdleConnections(), 50);
  const impatience = setTimeout(() => server.closeAllConnections(), patience);
  await closed;
  clearInterval(idle);
  clearTimeout(impatience);
}

function readConfigOrExit(): Config {
  try {
    return readConfig(undefined, { firstWorkspace: "later" });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

const config = readConfigOrExit();
const log = createLog(config.log_level);

/** Ends the program; asked again, at once. PostgreSQL is then left to the next start. */
async function end(code: number): Promise<void> {
  if (stopping) {
    // Ctrl-C arrives from the terminal, from npm and from tools/setup.js: these are one request.
    if (performance.now() - stoppingSince > 1_000) process.exit(code || 1);
    return;
  }
  stoppingSince = performance.now();
  await stop(log);
  process.exit(code);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void end(0));
// Started by tools/setup.js with a channel: when that is killed, nobody is left to pass signals on.
process.on("disconnect", () => void end(0));
process.on("uncaughtException", (error) => {
  log.fatal({ err: error }, "a fault that nothing caught; ending");
  void end(1);
});

const starting = start(config, log);
try {
  await starting;
} catch (error) {
  const known = error instanceof ConfigError || error instanceof MigrationError;
  if (known) console.error((error as Error).message);
  else log.fatal({ err: error }, "Varsla could not start");
  await end(1);
}
