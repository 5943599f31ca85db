/** Queries the operating system about processes that are not our children. */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Sends a signal to a process that may be gone by now. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A process's command line, empty when it is gone. */
export async function commandOf(pid: number): Promise<string> {
  if (process.platform === "linux") {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ").trim();
  }
  return ps(["-o", "args=", "-p", String(pid)]);
}

/** The processes that a process started and that still run. */
export async function childrenOf(pid: number): Promise<number[]> {
  const list =
    process.platform === "linux"
      ? await readFile(`/proc/${pid}/task/${pid}/children`, "utf8").catch(() => "")
      : (await ps(["-A", "-o", "ppid=,pid="])).replaceAll(/^\s*(\d+)\s+(\d+)$/gm, (_, parent, own) =>
          Number(parent) === pid ? own : "",
        );
  return list.split(/\s+/).filter(Boolean).map(Number);
}

async function ps(args: string[]): Promise<string> {
  const child = spawn("ps", args, { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  await new Promise((done, fail) => child.once("close", done).once("error", fail));
  return output.trim();
}
