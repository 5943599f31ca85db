/** `npm run check`: format, lint, types, imports and the lockfile. With --fix, formats and fixes what can be fixed. */
import { join } from "node:path";
import { root, runNode } from "./run.ts";

const fix = process.argv.includes("--fix");
const modules = join(root, "node_modules");

const checks = [
  { name: "format", run: [join(modules, "oxfmt", "bin", "oxfmt"), ...(fix ? [] : ["--check"])] },
  {
    name: "lint",
    run: [join(modules, "oxlint", "bin", "oxlint"), "--deny-warnings", ...(fix ? ["--fix"] : [])],
  },
  { name: "types", run: [join(modules, "typescript", "bin", "tsc"), "-p", "."] },
  { name: "imports", run: [join(root, "tools", "check-imports.ts")] },
  { name: "lockfile", run: [join(root, "tools", "check-lockfile.ts")] },
];

/** Runs all checks, also after one has failed, and prints the result of each. */
export async function runChecks(): Promise<{ passed: number; failed: number }> {
  let failed = 0;
  for (const { name, run } of checks) {
    const code = await runNode(run);
    console.log(code === 0 ? `check ${name}: ok` : `check ${name}: FAILED`);
    if (code !== 0) failed++;
  }
  return { passed: checks.length - failed, failed };
}

if (import.meta.main) {
  const { failed } = await runChecks();
  process.exit(failed === 0 ? 0 : 1);
}
