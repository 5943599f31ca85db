/** Runs programs for the tools, with their output on this terminal. */
import { spawn } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

/** Runs a script with the current Node; resolves with its exit code (1 when a signal ended it). */
export function runNode(args: string[], env: Record<string, string> = {}): Promise<number> {
  return runProgram(process.execPath, args, env);
}

export function runProgram(program: string, args: string[], env: Record<string, string> = {}): Promise<number> {
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on("SIGTERM", pass).on("SIGINT", pass);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => {
      process.off("SIGTERM", pass).off("SIGINT", pass);
      done(code ?? 1);
    });
  });
}
