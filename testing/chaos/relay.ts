/** The mail relay of a run: a process that is restarted when it was killed, with records that survive. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { freePorts } from "../free-ports.ts";

/** How addresses begin that the relay refuses, and whose mails it takes and returns. */
export const refused = "refused";
export const bouncing = "bouncing";

export interface RelayOptions {
  port: number;
  /** Its records. */
  file: string;
  seed: number;
  /** The SMTP port of the role `mail`. */
  returns_port: number;
}

/** A line of its records. */
export type RelayLine =
  | { copy: string; message_id: string; to: string; from: string; at: number }
  | { answered: string }
  | { returned: string };

/** A mail that came to its end; `at` in milliseconds of this machine's clock. */
export interface RelayedMail {
  message_id: string;
  to: string;
  at: number;
  /** Whether its answer left. */
  answered: boolean;
}

export interface Relay {
  /** For OUTBOUND_SMTP_URL. */
  url: string;
  /** Where it returns mails: the SMTP port of the role `mail`. */
  returns_port: number;
  /** SIGKILL; it is restarted after a while. */
  kill(): void;
  records(): Promise<RelayedMail[]>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Few, so that mails are under way for a while. */
const connections = 4;
const restartAfter = 700;

export async function startRelay(seed: number): Promise<Relay> {
  const [port = 0, returns_port = 0] = await freePorts(2);
  const directory = await mkdtemp(join(tmpdir(), "varsla-relay-"));
  const file = join(directory, "mails");
  const options: RelayOptions = { port, file, seed, returns_port };
  const program = join(import.meta.dirname, "relay-process.ts");
  let child: ChildProcess;
  let stopping = false;

  async function restart(): Promise<void> {
    if (!stopping) await delay(restartAfter);
    if (!stopping) await launch();
  }

  async function launch(): Promise<void> {
    const one = spawn(process.execPath, [program, JSON.stringify(options)], {
      stdio: ["ignore", "pipe", "inherit", "ipc"],
    });
    child = one;
    one.once("exit", () => void restart());
    const lines = createInterface(one.stdout as NodeJS.ReadableStream);
    await Promise.race([once(lines, "line"), once(one, "exit")]);
  }

  await launch();
  return {
    url: `smtp://127.0.0.1:${port}/?maxConnections=${connections}`,
    returns_port,
    kill: () => void child.kill("SIGKILL"),
    async records() {
      const lines = (await readFile(file, "utf8")).split("\n").filter((line) => line !== "");
      const copies = new Map<string, RelayedMail>();
      for (const line of lines.map((text) => JSON.parse(text) as RelayLine)) {
        if ("copy" in line) copies.set(line.copy, { ...line, answered: false });
        const answered = "answered" in line && copies.get(line.answered);
        if (answered) answered.answered = true;
      }
      return [...copies.values()];
    },
    clear: () => truncate(file),
    async stop() {
      stopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        child.disconnect();
        await once(child, "exit");
      }
      await rm(directory, { recursive: true, force: true });
    },
  };
}
