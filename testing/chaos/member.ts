/** One process of the installation: kept running as a supervisor would, until it is told to stop. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface Member {
  name: string;
  /** Whether it said that it is ready, and has not ended since. */
  ready(): boolean;
  /** SIGKILL; the next one is started at once. */
  kill(): void;
  /** Lets it end by itself as Ctrl-C does; answers its exit code. */
  stop(): Promise<number | null>;
  /** Ends without a blow, by whether it had been ready; and what it said last before those while it was. */
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
    // With a channel: when we are gone, however that came, it ends too.
    child = spawn(process.execPath, [main], { env, stdio: ["ignore", "pipe", "pipe", "ipc"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = (output + text).slice(-keptOutput);
        if (/^Varsla is ready/m.test(text)) ready = true;
      });
    }
    // Once everything that it said is here.
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
