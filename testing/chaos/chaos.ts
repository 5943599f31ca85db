/**
 * Kills processes, the database, the network and the mail relay while texts and mails are sent, then compares all records. Exits with
 * 1 if a text or mail was lost or doubled, or a figure is wrong, and with 2 if the arguments are wrong. The same seed injects faults at the same moments.
 */
import { type Asked, readArguments, Refusal, usage } from "./arguments.ts";
import { databaseAway } from "./database-away.ts";
import { type Installation, startInstallation } from "./installation.ts";
import type { Verdict } from "./judge.ts";
import { type Network, startNetwork } from "./network.ts";
import { remindDuring } from "./reminders.ts";
import { faultScenario, runScenario, type RunOptions } from "./run.ts";
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
  if (asked.scenario === "stop-race") return raceStops(installation, network, { ...runOptions, trials: asked.trials });
  if (asked.scenario === "database-away") {
    const violations: string[] = [];
    const away = databaseAway(installation, network, asked.away, violations);
    const { lines, violations: found } = await runScenario(installation, network, runOptions, away);
    return { lines, violations: [...violations, ...found] };
  }
  const faults = faultScenario(installation, network, { ...runOptions, faults: asked.faults });
  if (asked.scenario === "reminders")
    return remindDuring(installation, { ...runOptions, bookings: asked.bookings }, faults);
  return runScenario(installation, network, runOptions, faults);
}

const ending = new AbortController();
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"] as const)
  process.on(signal, () => ending.abort(new Error("stopped by a signal")));

const began = Date.now();
const say = (line: string) => console.log(`[${String(Math.round((Date.now() - began) / 1000)).padStart(4)} s] ${line}`);
let installation: Installation | null = null;
let network: Network | null = null;
try {
  const runOptions: RunOptions = {
    seed: asked.seed,
    carriers: asked.carriers,
    messages: asked.messages,
    mails: asked.mails,
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
    relay: network.relay,
    logLevel: asked.logLevel,
  });
  say("3 workers, 2 API processes, one for mails, PostgreSQL, an SMSC, Twilio's test double and a mail relay are up");
  const { lines, violations } = await run(installation, network, runOptions);
  for (const line of lines) say(line);
  for (const violation of violations) say(`VIOLATION ${violation}`);
  say(violations.length === 0 ? "all checks hold" : "some checks do not hold");
  process.exitCode = violations.length === 0 ? 0 : 1;
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await installation?.stop();
  await network?.stop();
}
// Timers of what was aborted must not keep the process alive.
process.exit();
