/**
 * Holds the walls between the folders: a file imports from strictly lower ranks and from its own folder. Exits with 1 and
 * a line for each import that does not.
 */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { sourceFiles } from "./source-files.ts";

/** From the bottom up. Folders of one rank don't know each other. */
const ranks: readonly (readonly string[])[] = [
  ["rules", "contract"],
  ["server/kit"],
  ["server/workspaces", "server/distribution"],
  ["server/contacts", "server/numbers", "server/carriers", "server/links", "server/webhooks"],
  ["server/consent"],
  ["server/messages"],
  ["server/campaigns", "server/alerts"],
  ["server/analytics"],
  ["server/retention"],
  ["server/api"],
  ["server"], // main.ts, wire.ts and varsla.ts
];

/** These, and tests beside what they test, stand outside of the ranks and may import everything. */
const outside = ["testing", "bench", "e2e", "tools"];
/** The interface, what every carrier needs, and the connections' own calls; the other files of the folder are one carrier each. */
const carrierInterface = ["carrier.ts", "hand-over-gate.ts", "carriers-routes.ts"].map(
  (file) => `server/carriers/${file}`,
);
const readsEnvironment = ["server/kit/config.ts"];
/** Everybody else is passed the time; what takes how long is performance.now()'s to say. */
const readsClock = ["server/kit/clock.ts"];
/** Puts the program together; everybody else names no clock but the one that they are given, not even as a default. */
const choosesClock = ["server/wire.ts"];
const ambientTime = /\bnew Date(?:\(\s*\)|(?![\w(]))|\bDate\.now\b|(?<!new )(?<![\w.])Date\(\)|\bTemporal\.Now\b/g;

const isTest = (file: string) => /\.(test|test-support|e2e)\.tsx?$/.test(file);
const importPattern =
  /^\s*(?:import|export)\s[^'"]*?\bfrom\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|^\}\s*from\s+["']([^"']+)["']/gm;

/** What a file may not do, one sentence each. `file` is relative to the project. */
export function importProblems(file: string, text: string): string[] {
  const problems: string[] = [];
  const say = (index: number, sentence: string) => {
    problems.push(`${file}:${text.slice(0, index).split("\n").length}: ${sentence}`);
  };
  const folder = folderOf(file);
  const free = isTest(file) || outside.includes(folder) || folder === "";

  for (const match of text.matchAll(importPattern)) {
    const specifier = match[1] ?? match[2] ?? match[3] ?? match[4] ?? "";
    const at = match.index + match[0].length - specifier.length;
    if (specifier.startsWith("node:") && (folder === "rules" || folder === "contract") && !free) {
      say(at, `${folder} runs in browsers too and cannot import ${specifier}`);
    }
    if (!specifier.startsWith(".")) continue;
    const target = normalize(join(dirname(file), specifier));
    const typeOnly = /^\s*(import|export)\s+type\b/.test(match[0]);
    const sentence = free ? null : wallBetween(folder, target, folderOf(target), typeOnly);
    if (sentence) say(at, sentence);
  }

  if (!free && !readsEnvironment.includes(file)) {
    for (const match of text.matchAll(/\bprocess\.env\b/g)) {
      if (!isComment(text, match.index)) say(match.index, "only server/kit/config.ts reads process.env");
    }
  }

  const timed = folder === "server" || folder.startsWith("server/") || folder === "rules" || folder === "contract";
  if (!free && timed && !readsClock.includes(file)) {
    for (const match of text.matchAll(ambientTime)) {
      if (!isComment(text, match.index)) say(match.index, "only server/kit/clock.ts reads the time; pass a clock");
    }
    const named = choosesClock.includes(file) ? null : text.match(/\bsystemClock\b/);
    if (named) say(named.index ?? 0, "only server/wire.ts chooses the clock; pass one");
  }
  return problems;
}

function wallBetween(from: string, target: string, to: string, typeOnly: boolean): string | null {
  if (from === to) return null;
  if (outside.includes(to)) return `${from} cannot import ${to}: only tests may`;
  if (from === "web")
    return to === "rules" || to === "contract" ? null : `web imports rules and contract only, not ${to}`;
  if (to === "web") return `${from} cannot import web`;
  const [lower, upper] = [rankOf(to), rankOf(from)];
  if (from === "contract" && to === "rules") return null;
  if (from === "rules" && to === "contract" && typeOnly) return null; // names of values, without their schemas
  if (lower === null || upper === null)
    return `${upper === null ? from : to} has no rank: give it one in tools/check-imports.ts`;
  if (lower >= upper) {
    return `${from} (rank ${upper}) imports ${to} (rank ${lower}); only lower ranks may be imported`;
  }
  return carrierWall(from, target);
}

function carrierWall(from: string, target: string): string | null {
  if (!target.startsWith("server/carriers/") || carrierInterface.includes(target)) return null;
  if (from === "server" || from === "server/carriers") return null;
  return `${from} imports the carrier ${target}; only server/wire.ts knows concrete carriers`;
}

function rankOf(folder: string): number | null {
  const rank = ranks.findIndex((folders) => folders.includes(folder));
  return rank === -1 ? null : rank;
}

/** rules, contract, web, server/<folder>; "server" itself for what stands directly in it. */
function folderOf(file: string): string {
  const parts = file.split("/");
  if (parts.length === 1) return "";
  if (parts[0] !== "server") return parts[0] ?? "";
  return parts.length > 2 ? `server/${parts[1]}` : "server";
}

function isComment(text: string, index: number): boolean {
  const line = text.slice(text.lastIndexOf("\n", index) + 1, index);
  return /^\s*(\/\/|\*|\/\*)/.test(line) || line.includes("//");
}

if (import.meta.main) {
  const files = sourceFiles().filter((file) => /\.tsx?$/.test(file));
  const problems = files.flatMap((file) => importProblems(file, readFileSync(file, "utf8")));
  for (const problem of problems) console.error(problem);
  console.log(`${files.length} files, ${problems.length} imports that cross a wall`);
  if (problems.length > 0) process.exit(1);
}
