/**
 * Checks the import rules: a file imports only from folders of strictly lower rank and from its own folder. Prints a line for each
 * import that breaks a rule, and exits with 1 if there are any.
 */
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { sourceFiles } from "./source-files.ts";

/** From the bottom up. Folders of the same rank do not import each other. */
const ranks: readonly (readonly string[])[] = [
  ["rules", "contract"],
  ["server/kit"],
  ["server/workspaces", "server/activity", "server/distribution"],
  ["server/accounts"],
  ["server/quota"],
  ["server/contacts", "server/senders", "server/carriers", "server/links"],
  ["server/consent"],
  ["server/audience", "server/mail"],
  ["server/messages", "server/templates"],
  ["server/campaigns", "server/webhooks"],
  ["server/alerts", "server/bookings", "server/events"],
  ["server/analytics"],
  ["server/privacy"],
  ["server/api"],
  ["server"], // main.ts, wire.ts and varsla.ts
];

/** These folders, and test files everywhere, have no rank and may import everything. */
const outside = ["testing", "bench", "e2e", "tools"];
/** What other folders may import of the carriers: the interface of every carrier, and their personal data. Each kind has its own folder. */
const carrierInterface = ["carrier.ts", "personal-data.ts"].map((file) => `server/carriers/${file}`);
const readsEnvironment = ["server/kit/config.ts"];
/** All other files get a clock passed in; durations are measured with performance.now(). */
const readsClock = ["server/kit/clock.ts"];
/** Puts the program together. No other file names a clock, not even as a default: it gets one passed in. */
const choosesClock = ["server/wire.ts"];
const ambientTime = /\bnew Date(?:\(\s*\)|(?![\w(]))|\bDate\.now\b|(?<!new )(?<![\w.])Date\(\)|\bTemporal\.Now\b/g;

const isTest = (file: string) => /\.(test|test-support|e2e)\.tsx?$/.test(file);
const importPattern =
  /^\s*(?:import|export)\s[^'"]*?\bfrom\s+["']([^"']+)["']|^\s*import\s+["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)|^\}\s*from\s+["']([^"']+)["']/gm;

/** The rules that a file breaks, one sentence each. `file` is relative to the project. */
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
    const sentence = free ? null : importProblem(folder, target, folderOf(target), typeOnly);
    if (sentence) say(at, sentence);
  }

  const between = /^import [^;]*;\n(\/\*\*[^]*?\*\/\n)import /m.exec(text);
  if (between?.[1]) say(between.index + between[0].indexOf(between[1]), "a file's own comment is above its imports");

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

function importProblem(from: string, target: string, to: string, typeOnly: boolean): string | null {
  if (from === to) return null;
  if (outside.includes(to)) return `${from} cannot import ${to}: only tests may`;
  if (from === "web")
    return to === "rules" || to === "contract" ? null : `web imports rules and contract only, not ${to}`;
  if (to === "web") return `${from} cannot import web`;
  const [lower, upper] = [rankOf(to), rankOf(from)];
  if (from === "contract" && to === "rules") return null;
  if (from === "rules" && to === "contract" && typeOnly) return null; // types only, without their schemas
  if (lower === null || upper === null)
    return `${upper === null ? from : to} has no rank: give it one in tools/check-imports.ts`;
  if (lower >= upper) {
    return `${from} (rank ${upper}) imports ${to} (rank ${lower}); only lower ranks may be imported`;
  }
  return carrierProblem(from, target);
}

function carrierProblem(from: string, target: string): string | null {
  if (!target.startsWith("server/carriers/") || carrierInterface.includes(target)) return null;
  if (from === "server" || from === "server/carriers") return null;
  return `${from} imports the carrier ${target}; only server/wire.ts knows concrete carriers`;
}

function rankOf(folder: string): number | null {
  const rank = ranks.findIndex((folders) => folders.includes(folder));
  return rank === -1 ? null : rank;
}

/** rules, contract, web, server/<folder>; "server" for files directly in it. */
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
  console.log(`${files.length} files, ${problems.length} problems`);
  if (problems.length > 0) process.exit(1);
}
