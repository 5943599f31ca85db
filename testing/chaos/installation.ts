/** A whole installation to strike at: PostgreSQL, one API process, several workers, each a process of its own. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../server/kit/embedded-postgres.ts";
import { childrenOf, signalProcess } from "../../server/kit/processes.ts";
import { type Member, startMember } from "./member.ts";

export interface Installation {
  url: string;
  connection: string;
  /** Past row-level security, for the checks. */
  superuser: string;
  api: Member;
  workers: Member[];
  /** SIGKILL to the postmaster and all its backends; it is started again at once. False: it was between two lives. */
  killDatabase(): Promise<boolean>;
  /** Stops PostgreSQL, and starts it again after so long. */
  databaseAway(milliseconds: number): Promise<void>;
  /** Ends every process the way Ctrl-C does, and removes the data. */
  stop(): Promise<void>;
}

/** Starts it and waits until API and workers are ready. */
export async function startInstallation(options: { workers: number; logLevel?: string }): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-chaos-"));
  const postgresAt = { directory: join(directory, "postgres"), settings: { max_connections: "300" } };
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres(postgresAt);
  const port = await freePort();
  const env = {
    PATH: process.env.PATH ?? "",
    HOME: process.env.HOME ?? "",
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "varsla-compile-cache"),
    PORT: String(port),
    SMTP_PORT: "0",
    LOG_LEVEL: options.logLevel ?? "error",
    DATA_DIR: directory,
    DATABASE_URL: postgres.connection,
    SECRET_KEY: "the chaos's key of at least thirty-two characters",
  };
  const api = startMember("api", { ...env, ROLES: "api" });
  await until(() => api.ready(), "the API process");
  const workers = Array.from({ length: options.workers }, (_, i) =>
    startMember(`worker ${i + 1}`, { ...env, PORT: "0", ROLES: "worker" }),
  );
  await until(() => workers.every((worker) => worker.ready()), "the workers");

  return {
    url: `http://127.0.0.1:${port}`,
    connection: postgres.connection,
    superuser: postgres.superuser("varsla"),
    api,
    workers,
    async killDatabase() {
      const file = await readFile(join(postgresAt.directory, "data", "postmaster.pid"), "utf8").catch(() => "");
      const postmaster = Number.parseInt(file, 10);
      if (!postmaster) return false;
      const backends = await childrenOf(postmaster);
      for (const pid of [postmaster, ...backends]) signalProcess(pid, "SIGKILL");
      return true;
    },
    async databaseAway(milliseconds) {
      await postgres.stop();
      await delay(milliseconds);
      postgres = await startEmbeddedPostgres(postgresAt);
    },
    async stop() {
      await Promise.all([api, ...workers].map((member) => member.stop()));
      await postgres.stop();
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** Waits for a condition that processes bring about; fails after a minute and a half. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, limit = 90_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}`);
    await delay(50);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}
