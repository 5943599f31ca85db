import { defineConfig } from "vitest/config";
import { LongestFirst } from "./testing/longest-first.ts";
import { patience } from "./testing/runs.ts";

export default defineConfig({
  test: {
    // The machine's zone is nobody's business; tests that need one name it.
    env: { TZ: "UTC" },
    sequence: { sequencer: LongestFirst },
    // Modules are loaded once a worker and not once a file, which took as long as many a file's tests: a test that changes what
    // is global (a built-in module, the environment) puts it back when its file is done.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["{rules,contract,web,tools}/**/*.test.{ts,tsx}"],
          exclude: ["**/node_modules/**"],
          // Nothing here waits; properties are tried a thousand times, on machines that have other work too.
          testTimeout: patience(20_000),
        },
      },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["{server,testing}/**/*.test.ts"],
          globalSetup: "testing/global-setup.ts",
          testTimeout: patience(30_000),
          hookTimeout: 30_000,
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
          // A server, its PostgreSQL and a browser work for each: two cores hold one journey well.
          fileParallelism: false,
        },
      },
    ],
  },
});
