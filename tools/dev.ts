/** `npm run dev`: the server, started again when its files change, and Vite's server before it for the web app. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { root } from "./run.ts";

const vite = join(root, "node_modules", "vite", "bin", "vite.js");
const children: ChildProcess[] = [
  ["--watch", "--watch-preserve-output", "server/main.ts"],
  [vite, "web", "--clearScreen", "false"],
].map((args) => spawn(process.execPath, args, { cwd: root, stdio: "inherit" }));

/** Where one of them ends, the other has no use. */
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
