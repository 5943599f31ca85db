/** `npm run dev`: the server, restarted when its files change, and Vite's server in front of it for the web app. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./run.ts";

const vite = join(root, "node_modules", "vite", "bin", "vite.js");
// In one process: Node watches the files that this one has loaded and not those of its children.
const env = { ...process.env, ROLES: process.env.ROLES || "api,worker,mail" };
const children: ChildProcess[] = [
  ["--watch", "--watch-preserve-output", "server/main.ts"],
  [vite, "web", "--clearScreen", "false"],
].map((args) => spawn(process.execPath, args, { cwd: root, stdio: "inherit", env }));

/** Stops both when one of them ends. */
let ending = false;
function end(): void {
  if (ending) return;
  ending = true;
  for (const child of children) child.kill("SIGTERM");
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(signal, end);
const codes = await Promise.all(
  children.map((child) => new Promise<number>((done) => child.once("exit", (code) => (end(), done(code ?? 0))))),
);
process.exit(Math.max(...codes));
