import { defineConfig } from "vitest/config";
import { patience } from "./testing/runs.ts";

export default defineConfig({
  test: {
    // The machine's zone is nobody's business; tests that need one name it.
    env: { TZ: "UTC" },
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
          testTimeout: 120_000,
          hookTimeout: 60_000,
          // Each file runs a server, a PostgreSQL and a browser: two cores hold one of them well.
          fileParallelism: false,
        },
      },
    ],
  },
});
