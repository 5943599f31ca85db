/** The test SMSC in a process of its own: its records survive crashes of its clients. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Behaviour } from "./smsc-behaviour.ts";
import type { Acknowledged, Counts, Taken } from "./smsc-records.ts";
import type { HandsetText } from "./smsc-texts.ts";
import type { SmscOptions } from "./smsc.ts";

export interface SmscProcess {
  port: number;
  counts(): Promise<Counts & { bound: number }>;
  /** The texts that it accepted, from an index on, `most` at most. */
  taken(from?: number, most?: number): Promise<Taken[]>;
  /** Handsets' texts, in the order of their acknowledgement. */
  acknowledged(): Promise<Acknowledged[]>;
  behave(change: Partial<Behaviour>): Promise<void>;
  disconnect(count?: number): Promise<void>;
  sendTexts(texts: HandsetText[]): Promise<void>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one; it ends with this process at the latest. */
export async function spawnSmsc(options: SmscOptions = {}): Promise<SmscProcess> {
  const program = new URL("smsc.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const { port, control } = JSON.parse(line) as { port: number; control: string };

  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${control}${path}`, {
      method,
      body: body === undefined ? null : JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  return {
    port,
    counts: () => call("GET", "/counts"),
    taken: (from = 0, most) => call("GET", `/taken?from=${from}${most === undefined ? "" : `&most=${most}`}`),
    acknowledged: () => call("GET", "/acknowledged"),
    behave: (change) => call("PUT", "/behaviour", change),
    disconnect: (count) => call("POST", "/disconnect", { count }),
    sendTexts: (texts) => call("POST", "/texts", texts),
    clear: () => call("DELETE", "/records"),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
