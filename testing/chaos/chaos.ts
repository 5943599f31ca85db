/**
 * Kills everything that can be killed while texts are sent, then compares the books. Exits with 1 when a text was lost or
 * doubled, or a figure is wrong, and with 2 when it is asked for what it cannot do. The same seed strikes at the same moments.
 */
import { type Asked, readArguments, Refusal, usage } from "./arguments.ts";
import { databaseAway } from "./away.ts";
import { type Installation, startInstallation } from "./installation.ts";
import type { Verdict } from "./judge.ts";
import { type Network, startNetwork } from "./network.ts";
import { dealBlows, endure, type RunOptions } from "./run.ts";
import { raceStops } from "./stop-race.ts";

function readArgumentsOrExit(): Asked {
  try {
    const asked = readArguments(process.argv.slice(2));
    if (asked) return asked;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    console.error(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

const asked = readArgumentsOrExit();

async function run(installation: Installation, network: Network, runOptions: RunOptions): Promise<Verdict> {
  if (asked.ordeal === "stop-race") return raceStops(installation, network, { ...runOptions, trials: asked.trials });
  if (asked.ordeal === "database-away") {
    const violations: string[] = [];
    const away = databaseAway(installation, network, asked.away, violations);
    const { lines, violations: found } = await endure(installation, network, runOptions, away);
    return { lines, violations: [...violations, ...found] };
  }
  const blows = dealBlows(installation, network, { ...runOptions, blows: asked.blows });
  return endure(installation, network, runOptions, blows);
}

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const)
  process.on(signal, () => ending.abort(new Error("it was told to stop")));

const began = Date.now();
const say = (line: string) => console.log(`[${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s] ${line}`);
let installation: Installation | null = null;
let network: Network | null = null;
try {
  const runOptions: RunOptions = {
    seed: asked.seed,
    carriers: asked.carriers,
    messages: asked.messages,
    duration: asked.duration,
    response_seconds: 5,
    say,
    signal: ending.signal,
  };
  network = await startNetwork(runOptions.seed);
  installation = await startInstallation({
    apis: 2,
    workers: 3,
    twilio_api_url: network.twilio.url,
    logLevel: asked.logLevel,
  });
  say("3 workers, 2 API processes, PostgreSQL, an SMSC and Twilio's stand-in are up");
  const { lines, violations } = await run(installation, network, runOptions);
  for (const line of lines) say(line);
  for (const violation of violations) say(`VIOLATION ${violation}`);
  say(violations.length === 0 ? "all is as it must be" : "this must not be");
  process.exitCode = violations.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await installation?.stop();
  await network?.stop();
}
// Standing timers of what was aborted have nothing left to do.
process.exit();
