/**
 * Checks that package-lock.json pins every package by its hash: whatever registry or cache answers, exactly the locked bytes are
 * installed. Prints a line for each entry without a hash, and exits with 1 if there are any. npm leaves out the hashes of packages for
 * other systems when it writes the file from a node_modules that lacks them; `npm install --package-lock-only` after deleting those
 * entries adds them.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";

interface Entry {
  integrity?: string;
  resolved?: string;
  link?: boolean;
  inBundle?: boolean;
  bundleDependencies?: string[] | boolean;
}

/** What is wrong with a lockfile, one sentence each. */
export function lockfileProblems(text: string): string[] {
  const { packages = {} } = JSON.parse(text) as { packages?: Record<string, Entry> };
  const entries = Object.entries(packages).filter(([path]) => path !== "");
  if (entries.length === 0) return ["package-lock.json names no packages"];
  return entries.flatMap(([path, entry]) => {
    const problems: string[] = [];
    if (entry.resolved !== undefined) problems.push(`${path} names its registry: ${entry.resolved}`);
    if (entry.link) problems.push(`${path} is a link to a directory`);
    else if (entry.inBundle) {
      // It is part of the archive of the package around it, whose hash covers it.
      if (!bundles(packages, path)) problems.push(`${path} is bundled in no package that says so`);
    } else if (!/^sha512-[A-Za-z0-9+/]{86}==$/.test(entry.integrity ?? "")) {
      problems.push(`${path} has no SHA-512 (integrity: ${entry.integrity ?? "none"})`);
    }
    return problems;
  });
}

/** Whether a package around `path` bundles it, and has a hash. */
function bundles(packages: Record<string, Entry>, path: string): boolean {
  const at = path.lastIndexOf("/node_modules/");
  if (at < 0) return false;
  const parent = packages[path.slice(0, at)];
  const name = path.slice(at + "/node_modules/".length);
  if (parent?.inBundle) return bundles(packages, path.slice(0, at));
  const { bundleDependencies = false } = parent ?? {};
  const named = bundleDependencies === true || (bundleDependencies !== false && bundleDependencies.includes(name));
  return named && parent?.integrity !== undefined;
}

if (import.meta.main) {
  const problems = lockfileProblems(readFileSync(join(import.meta.dirname, "..", "package-lock.json"), "utf8"));
  for (const problem of problems) console.error(`package-lock.json: ${problem}`);
  process.exit(problems.length === 0 ? 0 : 1);
}
