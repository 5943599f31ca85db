/** One Varsla process of the installation, restarted when it ends, as by a supervisor, until it is stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface Member {
  name: string;
  /** Whether it has reported that it is ready, and has not ended since. */
  ready(): boolean;
  /** SIGKILL; it is restarted at once. */
  kill(): void;
  /** Stops it as Ctrl-C does; returns its exit code. */
  stop(): Promise<number | null>;
  /** How often it ended without being killed, before and after it was ready; and its last output in the latter cases. */
  faults(): { starting: number; serving: number; last_words: string[] };
}

const main = join(import.meta.dirname, "..", "..", "server", "main.ts");
const keptOutput = 5_000;
const restartAfter = 200;

/** Starts server/main.ts with this environment. */
export function startMember(name: string, env: Record<string, string>): Member {
  let child: ChildProcess;
  let ready = false;
  let killed = false;
  let stopping = false;
  let output = "";
  const ended = { starting: 0, serving: 0 };
  const lastWords: string[] = [];
  let exit: Promise<number | null>;

  function launch(): void {
    ready = false;
    killed = false;
    output = "";
    // With an IPC channel: it ends when this process ends, for whatever reason.
    child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-keptOutput);
        if (/^Varsla is ready/m.test(text)) ready = true;
      });
    }
    // "close" comes after all of its output.
    exit = new Promise((done) => child.once("close", (code) => done(code)));
    void exit.then(async () => {
      if (!killed && !stopping) {
        ended[ready ? "serving" : "starting"]++;
        if (ready) lastWords.push(output);
      }
      ready = false;
      if (!killed && !stopping) await delay(restartAfter);
      if (!stopping) launch();
    });
  }

  launch();
  return {
    name,
    ready: () => ready,
    kill() {
      killed = true;
      ready = false;
      child.kill("SIGKILL");
    },
    async stop() {
      stopping = true;
      child.kill("SIGINT");
      return exit;
    },
    faults: () => ({ ...ended, last_words: lastWords }),
  };
}
