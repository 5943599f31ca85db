/**
 * Kills everything that can be killed while texts are sent, then compares the books. Exits with 1 when a text was lost or
 * doubled, or a figure is wrong, and with 2 when it is asked for what it cannot do. The same seed strikes at the same moments.
 */
import { parseArgs } from "node:util";
import { databaseAway } from "./away.ts";
import { type Installation, startInstallation } from "./installation.ts";
import type { Verdict } from "./judge.ts";
import { type Network, startNetwork } from "./network.ts";
import { endure, runChaos, type RunOptions } from "./run.ts";
import { raceStops } from "./stop-race.ts";
import type { CarrierName } from "./tenant.ts";

const usage = `Kills everything that can be killed while texts are sent, then compares the books.

  npm run chaos -- [options]                  strikes everything
  npm run chaos -- stop-race [options]        recipients say STOP as their texts leave
  npm run chaos -- database-away [options]    the database is away for a while

  --seed 1               chooses the moments
  --messages 100000      texts through each carrier at least (database-away: 5000)
  --seconds 400          over which texts and blows are spread (database-away: as --away)
  --carriers a,b         of sandbox, smpp, twilio (all; stop-race: sandbox,smpp, and no others)
  --workers-killed 100   and a twentieth as many API processes
  --databases-killed 10
  --networks-cut 60
  --trials 10000         STOPs of stop-race
  --away 60              seconds of database-away
  --log-level error      of the processes
  --help

Exits with 0 when all is as it must be, with 1 when not, with 2 when it was asked for what it cannot do.`;

const ordeals = ["blows", "stop-race", "database-away"] as const;

const options = {
  seed: { type: "string", default: "1" },
  messages: { type: "string" },
  "workers-killed": { type: "string", default: "100" },
  "databases-killed": { type: "string", default: "10" },
  "networks-cut": { type: "string", default: "60" },
  seconds: { type: "string" },
  trials: { type: "string", default: "10000" },
  away: { type: "string", default: "60" },
  carriers: { type: "string" },
  "log-level": { type: "string", default: "error" },
  help: { type: "boolean", short: "h", default: false },
} as const;

function refuse(sentence: string): never {
  console.error(`${sentence}\n\n${usage}`);
  process.exit(2);
}

function readArguments() {
  try {
    return parseArgs({ allowPositionals: true, options });
  } catch (error) {
    return refuse((error as Error).message);
  }
}

const { values, positionals } = readArguments();
if (values.help) {
  console.log(usage);
  process.exit(0);
}
const [ordeal = "blows", ...others] = positionals;
if (others.length > 0 || !ordeals.some((each) => each === ordeal))
  refuse(`"${positionals.join(" ")}" is no ordeal; there are stop-race and database-away, or none.`);

const number = (name: keyof typeof values, otherwise = 0): number => {
  const value = Number(values[name] ?? otherwise);
  if (Number.isInteger(value) && value >= 0) return value;
  return refuse(`--${name} is ${values[name]}; it must be a whole number.`);
};
function carriers(): CarrierName[] {
  const there: readonly CarrierName[] = ordeal === "stop-race" ? ["sandbox", "smpp"] : ["sandbox", "smpp", "twilio"];
  const names = values.carriers?.split(",") ?? there;
  if (names.every((name): name is CarrierName => there.some((each) => each === name))) return [...new Set(names)];
  return refuse(`--carriers is ${values.carriers}; it must be of ${there.join(", ")}.`);
}

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
if (!logLevels.includes(values["log-level"]))
  refuse(`--log-level is ${values["log-level"]}; it must be of ${logLevels.join(", ")}.`);

// All of it is read before anything is started.
const isAway = ordeal === "database-away";
const asked = {
  seed: number("seed"),
  carriers: carriers(),
  messages: number("messages", isAway ? 5_000 : 100_000),
  duration: number("seconds", isAway ? number("away") : 400) * 1000,
  trials: number("trials"),
  away: number("away") * 1000,
  blows: {
    worker: number("workers-killed"),
    api: Math.ceil(number("workers-killed") / 20),
    database: number("databases-killed"),
    network: number("networks-cut"),
  },
};

async function run(installation: Installation, network: Network, runOptions: RunOptions): Promise<Verdict> {
  if (ordeal === "stop-race") return raceStops(installation, network, { ...runOptions, trials: asked.trials });
  if (isAway) {
    const violations: string[] = [];
    const away = databaseAway(installation, network, asked.away, violations);
    const { lines, violations: found } = await endure(installation, network, runOptions, away);
    return { lines, violations: [...violations, ...found] };
  }
  return runChaos(installation, network, { ...runOptions, blows: asked.blows });
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
    logLevel: values["log-level"],
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
