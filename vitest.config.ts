import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { testTimeout } from "./testing/runs.ts";

/** Slow test files that mostly wait start first, so that nothing runs alone at the end. */
const longest = ["testing/chaos/chaos.test.ts", "server/main.test.ts", "server/kit/embedded-postgres.test.ts"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((file) => moduleId.endsWith(file));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    // Tests do not depend on the machine's time zone; those that need another one set it.
    env: { TZ: "UTC" },
    sequence: { sequencer: LongestFirst },
    // Modules are loaded once per worker and not once per file, which took as long as the tests of many files: a test that changes
    // global state (a built-in module, the environment) restores it when its file is done.
    isolate: false,
    setupFiles: ["testing/fixed-cases.ts"],
    // What a test waits for comes late on a busy machine. Limits end a test that hangs; they do not judge how fast it is.
    expect: { poll: { timeout: 60_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{rules,contract,web,tools}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**"],
          // Nothing here waits, but properties are tried a thousand times, also on busy machines.
          testTimeout: testTimeout(20_000),
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["{server,testing}/**/*.test.ts"],
          globalSetup: "testing/global-setup.ts",
          setupFiles: ["testing/all-domains.ts", "testing/statement-rules/watch.ts"],
          testTimeout: testTimeout(180_000),
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: ["e2e/**/*.e2e.ts"],
          globalSetup: "testing/e2e-setup.ts",
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // A journey waits for its pages about half of the time, so two cores run two of them.
          maxWorkers: 2,
        },
      },
      // Makes the pictures of docs/tour.md; it is no part of `npm test`.
      { extends: true, test: { name: "tour", include: ["testing/tour/tour.ts"], hookTimeout: 60_000 } },
    ],
  },
});
