/** Runs programs for the tools, with their output on this terminal. */
import { spawn } from "node:child_process";
import { join } from "node:path";

export const root = join(import.meta.dirname, "..");

/**
 * When a program's output is shown: as it is written, or all of it when the program has ended, so that the lines of two programs that
 * run at the same time stay apart.
 */
export type Output = "live" | "at the end";

/** Runs a script with the current Node; resolves with its exit code (1 when a signal ended it). */
export function runNode(args: string[], env: Record<string, string> = {}, output: Output = "live"): Promise<number> {
  return runProgram(process.execPath, args, env, output);
}

export function runProgram(
  program: string,
  args: string[],
  env: Record<string, string> = {},
  output: Output = "live",
): Promise<number> {
  const stream = output === "live" ? "inherit" : "pipe";
  const child = spawn(program, args, {
    cwd: root,
    stdio: ["ignore", stream, stream],
    env: { ...process.env, ...env },
  });
  const kept: Buffer[] = [];
  for (const readable of [child.stdout, child.stderr]) readable?.on("data", (chunk: Buffer) => kept.push(chunk));
  const pass = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on("SIGTERM", pass).on("SIGINT", pass);
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      process.off("SIGTERM", pass).off("SIGINT", pass);
      process.stdout.write(Buffer.concat(kept));
      done(code ?? 1);
    });
  });
}
