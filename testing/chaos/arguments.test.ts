/** What `npm run chaos` says before it starts anything. */
import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";

/** The command as npm runs it, to its end. */
async function chaos(...words: string[]): Promise<{ code: number; out: string; errors: string }> {
  const child = spawn(process.execPath, [`${import.meta.dirname}/chaos.ts`, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = new Promise<number>((done) => child.once("close", (code) => done(code ?? -1)));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, errors };
}

test("it explains itself when asked", async () => {
  const { code, out, errors } = await chaos("--help");
  expect([code, errors]).toEqual([0, ""]);
  expect(out).toMatch(/^Kills everything.*npm run chaos -- \[options\].*--seed/s);
}, 60_000);

test.each([
  [["--bogus"], "Unknown option '--bogus'"],
  [["--seed"], "argument missing"],
  [["earthquake"], '"earthquake" is no ordeal'],
  [["--messages", "many"], "--messages is many; it must be a whole number."],
  [["--workers-killed", "-1"], "ambiguous"],
  [["database-away", "--away=1.5"], "--away is 1.5; it must be a whole number."],
  [["--carriers", "sandbox,pigeon"], "--carriers is sandbox,pigeon; it must be of sandbox, smpp, twilio."],
  [["stop-race", "--carriers", "twilio"], "--carriers is twilio; it must be of sandbox, smpp."],
  [["--log-level", "loud"], "--log-level is loud; it must be of "],
])(
  "%j is refused with a sentence and the usage, and without a stack trace",
  async (words, said) => {
    const { code, out, errors } = await chaos(...words);
    expect([code, out]).toEqual([2, ""]);
    expect(errors).toContain(said);
    expect(errors).toContain("npm run chaos -- [options]");
    expect(errors).not.toMatch(/^\s+at /m);
  },
  60_000,
);
