/** The arguments of `npm run chaos`. */
import { parseArgs } from "node:util";
import type { Faults } from "./plan.ts";
import type { CarrierName } from "./tenant.ts";

export const usage = `Kills everything that can be killed while texts and mails are sent, then compares the records.

  npm run chaos -- [options]                  injects faults of all kinds
  npm run chaos -- stop-race [options]        recipients send STOP while their texts are submitted
  npm run chaos -- database-away [options]    the database is stopped for a while
  npm run chaos -- reminders [options]        bookings are moved and cancelled while their reminders are due, with workers and the database killed

  --seed 1               determines the moments of the faults
  --messages 100000      texts for each carrier at least, cancelled ones included (database-away: 5000)
  --mails 10000          (database-away: 500; stop-race: none)
  --seconds 400          over which texts and faults are spread (database-away: as --away; reminders: 300)
  --carriers a,b         of sandbox, smpp, twilio (all; stop-race: sandbox,smpp, and no others)
  --workers-killed 100   and a twentieth as many API processes, and as many that receive mails (reminders: 20)
  --databases-killed 10  (reminders: 2)
  --networks-cut 60      (reminders: none)
  --relays-killed 20     how often the mail relay is killed (reminders: none)
  --trials 10000         STOPs of stop-race
  --away 60              seconds of database-away
  --bookings 20000       whose reminders are due
  --log-level error      of the processes
  --help

Exits with 0 if everything holds, with 1 if not, with 2 if the arguments are wrong.`;

const scenarios = ["faults", "stop-race", "database-away", "reminders"] as const;

const options = {
  seed: { type: "string", default: "1" },
  messages: { type: "string" },
  "workers-killed": { type: "string" },
  "databases-killed": { type: "string" },
  "networks-cut": { type: "string" },
  "relays-killed": { type: "string" },
  mails: { type: "string" },
  seconds: { type: "string" },
  trials: { type: "string", default: "10000" },
  away: { type: "string", default: "60" },
  bookings: { type: "string", default: "20000" },
  carriers: { type: "string" },
  "log-level": { type: "string", default: "error" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** A run; times are in milliseconds. */
export interface Asked {
  scenario: (typeof scenarios)[number];
  seed: number;
  carriers: CarrierName[];
  messages: number;
  mails: number;
  duration: number;
  trials: number;
  away: number;
  bookings: number;
  faults: Faults;
  logLevel: string;
}

/** Arguments that are wrong; the message is a sentence for the user. */
export class Refusal extends Error {}

/** Reads the arguments; null: print the usage. Throws a Refusal. */
export function readArguments(words: readonly string[]): Asked | null {
  const { values, positionals } = parse(words);
  if (values.help) return null;
  const [named = "faults", ...others] = positionals;
  const scenario = scenarios.find((each) => each === named);
  if (others.length > 0 || !scenario)
    throw new Refusal(`"${positionals.join(" ")}" is no scenario; give stop-race, database-away, reminders, or none.`);

  const number = (name: keyof typeof values, otherwise = 0): number => {
    const value = Number(values[name] ?? otherwise);
    if (Number.isInteger(value) && value >= 0) return value;
    throw new Refusal(`--${name} is ${values[name]}; it must be a whole number.`);
  };
  const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"];
  const isAway = scenario === "database-away";
  const isReminders = scenario === "reminders";
  const workers = number("workers-killed", isReminders ? 20 : 100);
  const asked = {
    scenario,
    seed: number("seed"),
    carriers: carriersOf(scenario, values.carriers),
    messages: number("messages", isAway ? 5_000 : 100_000),
    mails: number("mails", isAway ? 500 : 10_000),
    duration: number("seconds", isAway ? number("away") : isReminders ? 300 : 400) * 1000,
    trials: number("trials"),
    away: number("away") * 1000,
    bookings: number("bookings"),
    faults: {
      worker: workers,
      api: Math.ceil(workers / 20),
      database: number("databases-killed", isReminders ? 2 : 10),
      network: number("networks-cut", isReminders ? 0 : 60),
      mail: Math.ceil(workers / 20),
      relay: number("relays-killed", isReminders ? 0 : 20),
    },
    logLevel: values["log-level"],
  };
  if (!logLevels.includes(asked.logLevel))
    throw new Refusal(`--log-level is ${asked.logLevel}; it must be of ${logLevels.join(", ")}.`);
  return asked;
}

function parse(words: readonly string[]) {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options });
  } catch (error) {
    throw new Refusal((error as Error).message, { cause: error });
  }
}

function carriersOf(scenario: Asked["scenario"], given: string | undefined): CarrierName[] {
  const there: readonly CarrierName[] = scenario === "stop-race" ? ["sandbox", "smpp"] : ["sandbox", "smpp", "twilio"];
  const names = given?.split(",") ?? there;
  if (names.every((name): name is CarrierName => there.some((each) => each === name))) return [...new Set(names)];
  throw new Refusal(`--carriers is ${given}; it must be of ${there.join(", ")}.`);
}
