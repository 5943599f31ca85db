/**
 * `npm test`: checks, then unit, integration and browser tests, all of them even if one fails. The last line is the sum.
 * With other arguments only vitest runs, with these arguments. `e2e` runs the browser tests. `long` (`npm run test:long`) runs the
 * tests of random cases with many more cases (testing/runs.ts), and then the four scenarios of `npm run chaos`. `tour` makes the pictures of docs/tour.md.
 */
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureBrowser } from "./browser.ts";
import { runChecks } from "./check.ts";
import { type Output, root, runNode } from "./run.ts";
import { makeScratch } from "./scratch.ts";
import { sourceFiles } from "./source-files.ts";

const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
const sum = { passed: 0, failed: 0 };
const scratch = await makeScratch();

async function runVitest(
  name: string,
  args: string[],
  env: Record<string, string> = {},
  output: Output = "live",
): Promise<void> {
  const results = join(scratch.directory, `${name}.json`);
  const code = await runNode(
    [vitest, "run", "--reporter=default", "--reporter=json", `--outputFile=${results}`, ...args],
    { TMPDIR: scratch.directory, ...env },
    output,
  );
  const text = await readFile(results, "utf8").catch(() => null);
  if (text === null) {
    sum.failed++; // it failed before its first test
    return;
  }
  const { numPassedTests, numFailedTests } = JSON.parse(text) as { numPassedTests: number; numFailedTests: number };
  sum.passed += numPassedTests;
  // A file that cannot be loaded, or an error outside of any test, fails the run without failing a test.
  sum.failed += code !== 0 && numFailedTests === 0 ? 1 : numFailedTests;
}

async function runBrowserTests(project: "e2e" | "tour", args: string[], output: Output = "live"): Promise<void> {
  const browser = await ensureBrowser();
  if (typeof browser === "string") {
    return runVitest(project, [`--project=${project}`, ...args], { CHROMIUM_PATH: browser }, output);
  }
  console.error(browser.problem);
  sum.failed++;
}

async function runAllButBrowserTests(): Promise<void> {
  const checked = await runChecks();
  sum.passed += checked.passed;
  sum.failed += checked.failed;
  await runVitest("unit", ["--project=unit"]);
  await runVitest("integration", ["--project=integration", "--maxWorkers=3"]);
}

/** The scenarios of `npm run chaos`: about half an hour in all. */
const scenarios = [[], ["stop-race"], ["database-away"], ["reminders"]];

async function runChaos(words: string[]): Promise<void> {
  const code = await runNode([join(root, "testing", "chaos", "chaos.ts"), ...words]);
  sum[code === 0 ? "passed" : "failed"]++;
}

/** The test files with more random cases in `npm run test:long`. */
const longTests = () =>
  sourceFiles().filter((file) => file.endsWith(".test.ts") && readFileSync(file, "utf8").includes('/runs.ts"'));

const [first, ...rest] = process.argv.slice(2);
if (first === "e2e") {
  await runBrowserTests("e2e", rest);
} else if (first === "tour") {
  await runBrowserTests("tour", rest);
} else if (first === "long") {
  await runVitest("long", rest.length > 0 ? rest : longTests(), { LONG_TESTS: "1" });
  if (rest.length === 0) for (const scenario of scenarios) await runChaos(scenario);
} else if (first !== undefined) {
  await runVitest("chosen", process.argv.slice(2));
} else {
  // Both wait a lot, for pages, databases, processes and timers: side by side they keep two cores busy.
  await Promise.all([runAllButBrowserTests(), runBrowserTests("e2e", [], "at the end")]);
}
await scratch.remove();
console.log(`${sum.passed} passed, ${sum.failed} failed`);
process.exit(sum.failed === 0 ? 0 : 1);
