/**
 * Kills everything that can be killed while texts are sent, then compares the books. Exits with 1 when a text was lost or
 * doubled, or a figure is wrong. The same seed strikes at the same moments.
 *
 *   npm run chaos -- [--seed 1] [--messages 100000] [--workers-killed 100] [--databases-killed 10] [--networks-cut 60]
 *                    [--seconds 400] [--carriers sandbox,smpp] [--log-level error]
 *   npm run chaos -- stop-race [--trials 10000] [--carriers sandbox,smpp]
 *   npm run chaos -- database-away [--away 60] [--messages 5000] [--seconds 60]
 */
import { parseArgs } from "node:util";
import { databaseAway } from "./away.ts";
import { type Installation, startInstallation } from "./installation.ts";
import type { Verdict } from "./judge.ts";
import { type Network, startNetwork } from "./network.ts";
import { type CarrierName, endure, runChaos, type RunOptions } from "./run.ts";
import { raceStops } from "./stop-race.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string", default: "1" },
    messages: { type: "string" },
    "workers-killed": { type: "string", default: "100" },
    "databases-killed": { type: "string", default: "10" },
    "networks-cut": { type: "string", default: "60" },
    seconds: { type: "string" },
    trials: { type: "string", default: "10000" },
    away: { type: "string", default: "60" },
    carriers: { type: "string", default: "sandbox,smpp" },
    "log-level": { type: "string", default: "error" },
  },
});
const number = (name: keyof typeof values, otherwise = 0): number => {
  const value = Number(values[name] ?? otherwise);
  if (Number.isInteger(value) && value >= 0) return value;
  console.error(`--${name} is ${values[name]}; it must be a whole number.`);
  process.exit(2);
};
function carriers(given: string): CarrierName[] {
  const names = given.split(",");
  if (names.every((name): name is CarrierName => name === "sandbox" || name === "smpp")) return names;
  console.error(`--carriers is ${given}; it must be sandbox, smpp or both.`);
  process.exit(2);
}

const [ordeal = "blows"] = positionals;

async function run(installation: Installation, network: Network, options: RunOptions): Promise<Verdict> {
  if (ordeal === "stop-race") return raceStops(installation, network, { ...options, trials: number("trials") });
  if (ordeal === "database-away") {
    const violations: string[] = [];
    const away = databaseAway(installation, network, number("away") * 1000, violations);
    const { lines, violations: found } = await endure(installation, network, options, away);
    return { lines, violations: [...violations, ...found] };
  }
  const worker = number("workers-killed");
  const blows = {
    worker,
    api: Math.ceil(worker / 20),
    database: number("databases-killed"),
    network: number("networks-cut"),
  };
  return runChaos(installation, network, { ...options, blows });
}

if (!["blows", "stop-race", "database-away"].includes(ordeal)) {
  console.error(
    `${ordeal} is no ordeal; there are stop-race and database-away, and without a name everything is struck.`,
  );
  process.exit(2);
}

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const)
  process.on(signal, () => ending.abort(new Error("it was told to stop")));

const began = Date.now();
const say = (line: string) => console.log(`[${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s] ${line}`);
let installation: Installation | null = null;
let network: Network | null = null;
try {
  const options: RunOptions = {
    seed: number("seed"),
    carriers: carriers(values.carriers),
    messages: number("messages", ordeal === "database-away" ? 5_000 : 100_000),
    duration: number("seconds", ordeal === "database-away" ? number("away") : 400) * 1000,
    response_seconds: 5,
    say,
    signal: ending.signal,
  };
  network = await startNetwork();
  installation = await startInstallation({ apis: 2, workers: 3, logLevel: values["log-level"] });
  say("3 workers, 2 API processes, PostgreSQL and an SMSC are up");
  const { lines, violations } = await run(installation, network, options);
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
