/** A whole installation for fault injection: PostgreSQL, API processes, workers and one for mails, each a process of its own. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "../../server/kit/embedded-postgres.ts";
import { childrenOf, signalProcess } from "../../server/kit/processes.ts";
import { bareEnvironment } from "../bare-environment.ts";
import { freePorts } from "../free-ports.ts";
import { thisMachine } from "../targets.ts";
import { type Member, startMember } from "./member.ts";
import type { Relay } from "./relay.ts";

export interface Installation {
  /** URLs of the API processes. */
  urls: string[];
  connection: string;
  /** Connection of a superuser, for checks without row-level security. */
  superuser: string;
  /** The key that encrypts secrets. */
  secret_key: string;
  apis: Member[];
  workers: Member[];
  /** The process that receives mails. */
  mail: Member;
  /**
   * SIGKILL to the postmaster and all its backends; it is restarted at once. Returns the sessions that ended with it,
   * by the process ids of their backends; null: it was not running.
   */
  killDatabase(): Promise<ReadonlySet<number> | null>;
  /** Stops PostgreSQL and runs `meanwhile`; starts it again when that is done and so long has passed. */
  databaseAway(milliseconds: number, meanwhile: () => Promise<void>): Promise<void>;
  /** Stops every process as Ctrl-C does, removes the data, and returns the exit codes of the processes. */
  stop(): Promise<(number | null)[]>;
}

export interface InstallationOptions {
  apis: number;
  workers: number;
  /** The test double of Twilio, and the mail relay with the port that it returns mails to. */
  twilio_api_url: string;
  relay: Pick<Relay, "url" | "returns_port">;
  /** The lease, after which the lanes of a killed worker move. */
  lease_seconds?: number;
  logLevel?: string;
  env?: Record<string, string>;
}

/** Starts it and waits until all processes are ready. */
export async function startInstallation(options: InstallationOptions): Promise<Installation> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-chaos-"));
  const postgresAt = { directory: join(directory, "postgres"), settings: { max_connections: "300" } };
  let postgres: EmbeddedPostgres = await startEmbeddedPostgres(postgresAt);
  const ports = await freePorts(options.apis);
  const urls = ports.map((port) => `http://127.0.0.1:${port}`);
  const secret_key = "the chaos run's key of at least thirty-two characters";
  const env = {
    ...bareEnvironment,
    SMTP_PORT: String(options.relay.returns_port),
    OUTBOUND_SMTP_URL: options.relay.url,
    LOG_LEVEL: options.logLevel ?? "error",
    DATA_DIR: directory,
    SECRET_KEY: secret_key,
    // All external services are test doubles on this machine.
    TWILIO_API_URL: options.twilio_api_url,
    PUBLIC_URL: urls[0] ?? "",
    ALLOWED_PRIVATE_TARGETS: thisMachine.join(","),
    LEASE_SECONDS: String(options.lease_seconds ?? 10),
    ...options.env,
  };
  const start = (name: string, own: Record<string, string>) =>
    startMember(name, { ...env, DATABASE_URL: withName(postgres.connection, name), ...own });
  const apis = ports.map((port, i) => start(`api ${i + 1}`, { PORT: String(port), ROLES: "api" }));
  const workers = Array.from({ length: options.workers }, (_, i) =>
    start(`worker ${i + 1}`, { PORT: "0", ROLES: "worker" }),
  );
  const mail = start("mail", { PORT: "0", ROLES: "mail" });
  const members = [...apis, ...workers, mail];
  let stopped: Promise<(number | null)[]> | null = null;
  const stop = async () => {
    const codes = await Promise.all(members.map((member) => member.stop()));
    await postgres.stop();
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    return codes;
  };
  try {
    await until(() => members.every((member) => member.ready()), "the processes", 150_000);
  } catch (error) {
    await stop();
    throw error;
  }

  return {
    urls,
    connection: postgres.connection,
    superuser: postgres.superuser("varsla"),
    secret_key,
    apis,
    workers,
    mail,
    async killDatabase() {
      const file = await readFile(join(postgresAt.directory, "data", "postmaster.pid"), "utf8").catch(() => "");
      const postmaster = Number.parseInt(file, 10);
      if (!postmaster) return null;
      // Suspended first, so that it opens no session after its backends are listed.
      signalProcess(postmaster, "SIGSTOP");
      const backends = await childrenOf(postmaster);
      for (const pid of [postmaster, ...backends]) signalProcess(pid, "SIGKILL");
      return new Set(backends);
    },
    async databaseAway(milliseconds, meanwhile) {
      await postgres.stop();
      try {
        await Promise.all([delay(milliseconds), meanwhile()]);
      } finally {
        postgres = await startEmbeddedPostgres(postgresAt);
      }
    },
    stop: () => (stopped ??= stop()),
  };
}

/** Waits until a condition holds; fails after a minute and a half. */
export async function until(holds: () => boolean | Promise<boolean>, what: string, limit = 90_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}`);
    await delay(50);
  }
}

/** Names the connection, so that the database shows which process a session belongs to. */
function withName(connection: string, name: string): string {
  const url = new URL(connection);
  url.searchParams.set("application_name", name);
  return url.href;
}
