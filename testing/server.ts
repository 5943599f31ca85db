/** A whole server as operators start it: its own process, data directory and port. For browser tests and crash tests. */
import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { childrenOf, signalProcess } from "../server/kit/processes.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { thisMachine } from "./targets.ts";

export interface TestServer {
  pid: number;
  /** Empty where it serves no API. */
  url: string;
  dataDir: string;
  /** The set-up link that it printed; null if there is a workspace already. */
  setUpLink: string | null;
  /** Everything it wrote so far. */
  output(): string;
  /** Stops it as Ctrl-C does, and removes its data directory if it was created here. Returns the exit code. */
  stop(): Promise<number | null>;
  /** kill -9, of PostgreSQL too if `postgres` is set. The data stay: start again with `dataDir`. */
  kill(options?: { postgres?: boolean }): Promise<void>;
}

const main = join(import.meta.dirname, "..", "server", "main.ts");
const startTimeout = 60_000;

/** Starts a server and waits until it is ready. Without `dataDir` it gets a fresh one, which `stop` removes. */
export async function startTestServer(
  options: {
    env?: Record<string, string>;
    dataDir?: string;
    /** A file that its output is written to. */ log?: string;
  } = {},
): Promise<TestServer> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), "varsla-server-")));
  const child = spawn(process.execPath, [main], {
    env: {
      ...bareEnvironment,
      PORT: "0",
      SMTP_PORT: "0",
      LOG_LEVEL: "warn",
      // One process, unless a test asks for others.
      ROLES: "api,worker,mail",
      DATA_DIR: dataDir,
      ALLOWED_PRIVATE_TARGETS: thisMachine.join(","),
      ...options.env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
  if (options.log) {
    const file = createWriteStream(options.log);
    for (const stream of [child.stdout, child.stderr]) stream.pipe(file, { end: false });
  }
  const exit = new Promise<number | null>((done) => child.once("close", done));

  const url = await new Promise<string>((done, fail) => {
    const give = (why: string) => fail(new Error(`The server ${why}:\n${output}`));
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      give(`was not ready within ${startTimeout / 1000} s`);
    }, startTimeout);
    child.stdout.on("data", () => {
      const ready = /^Varsla is ready(?: at (\S+)|, as .+)$/m.exec(output);
      if (!ready) return;
      clearTimeout(timer);
      done(ready[1] ?? "");
    });
    void exit.then((code) => {
      clearTimeout(timer);
      give(`ended with code ${code}`);
    });
  });

  return {
    pid: child.pid as number,
    url,
    dataDir,
    setUpLink: /^ +(\S+\/setup#token=\S+)$/m.exec(output)?.[1] ?? null,
    output: () => output,
    async stop() {
      if (isRunning(child)) child.kill("SIGINT");
      const code = await exit;
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
      return code;
    },
    async kill({ postgres = false } = {}) {
      const postmaster = postgres ? await postmasterPid(dataDir) : null;
      const backends = postmaster === null ? [] : await childrenOf(postmaster);
      child.kill("SIGKILL");
      for (const pid of postmaster === null ? [] : [postmaster, ...backends]) signalProcess(pid, "SIGKILL");
      await exit;
    },
  };
}

const isRunning = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** The process of a data directory's PostgreSQL, or null. */
export async function postmasterPid(dataDir: string): Promise<number | null> {
  const file = await readFile(join(dataDir, "postgres", "data", "postmaster.pid"), "utf8").catch(() => "");
  return Number.parseInt(file, 10) || null;
}
