/** The arguments of `npm run chaos`, and its messages about wrong ones. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import { bareEnvironment } from "../bare-environment.ts";
import { readArguments, Refusal } from "./arguments.ts";

/** Runs the command as npm does, until it exits. */
async function chaos(...words: string[]): Promise<{ code: number; out: string; errors: string }> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/chaos.ts`, ...words], {
    env: bareEnvironment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((done) => child.once("close", (code) => done(code ?? -1)));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, errors };
}

test("--help prints the usage; a wrong option is refused with a sentence and the usage, without a stack trace", async () => {
  const [help, bogus] = await Promise.all([chaos("--help"), chaos("--bogus")]);
  expect([help.code, help.errors]).toEqual([0, ""]);
  expect(help.out).toMatch(/^Kills everything.*npm run chaos -- \[options\].*--seed/s);
  expect([bogus.code, bogus.out]).toEqual([2, ""]);
  expect(bogus.errors).toMatch(/^Unknown option '--bogus'.*npm run chaos -- \[options\]/s);
  expect(bogus.errors).not.toMatch(/^\s+at /m);
});

test("by default it injects all faults, through all carriers; the STOP race has no Twilio", () => {
  expect(readArguments([])).toMatchObject({
    scenario: "faults",
    seed: 1,
    messages: 100_000,
    duration: 400_000,
    carriers: ["sandbox", "smpp", "twilio"],
    mails: 10_000,
    faults: { worker: 100, api: 5, database: 10, network: 60, mail: 5, relay: 20 },
  });
  expect(readArguments(["stop-race", "--trials", "7"])).toMatchObject({ carriers: ["sandbox", "smpp"], trials: 7 });
  expect(readArguments(["database-away", "--away=5"])).toMatchObject({ away: 5_000, duration: 5_000, messages: 5_000 });
  expect(readArguments(["reminders"])).toMatchObject({
    bookings: 20_000,
    duration: 300_000,
    faults: { worker: 20, api: 1, database: 2, network: 0, mail: 1, relay: 0 },
  });
  expect(readArguments(["--help"])).toBeNull();
});

test.each([
  [["--bogus"], "Unknown option '--bogus'"],
  [["--seed"], "argument missing"],
  [["earthquake"], '"earthquake" is no scenario'],
  [["--messages", "many"], "--messages is many; it must be a whole number."],
  [["--workers-killed", "-1"], "ambiguous"],
  [["reminders", "--bookings", "some"], "--bookings is some; it must be a whole number."],
  [["database-away", "--away=1.5"], "--away is 1.5; it must be a whole number."],
  [["--carriers", "sandbox,pigeon"], "--carriers is sandbox,pigeon; it must be of sandbox, smpp, twilio."],
  [["stop-race", "--carriers", "twilio"], "--carriers is twilio; it must be of sandbox, smpp."],
  [["--log-level", "loud"], "--log-level is loud; it must be of "],
])("%j is refused with a sentence", (words, message) => {
  expect(() => readArguments(words)).toThrow(Refusal);
  expect(() => readArguments(words)).toThrow(message);
});
