/**
 * Varsla in two processes: one answers requests, the other submits texts, does jobs and takes mail, so that two cores share the
 * work. They write to one log, start and end together, and share the database as processes on several machines would.
 *
 * The process that serves takes the port and migrates; the other loads its modules meanwhile and begins when that is done.
 */
import { type ChildProcess, fork } from "node:child_process";
import type { Logger } from "./kit/log.ts";
import type { Supervisor } from "./run-process.ts";

const rolesOfProcesses = ["api", "worker,mail"] as const;

type Message = { prepared: number } | { ready: string };

/** Starts `main` once for each part of the roles and exits when both have ended: with 0 where that was asked for, else with 1. */
export async function supervise(main: string, log: Logger): Promise<never> {
  let ending = false;
  const children: ChildProcess[] = rolesOfProcesses.map((roles) => fork(main, [roles]));
  const end = () => {
    ending = true;
    for (const child of children) child.kill("SIGTERM");
  };
  // Asked twice, the processes are asked twice, and give up what is under way.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(signal, end);

  const announcements = new Map<ChildProcess, string>();
  for (const child of children) {
    child.on("message", (message: Message) => {
      if ("prepared" in message)
        for (const other of children) if (other !== child && other.connected) other.send(message);
      if ("ready" in message) announcements.set(child, message.ready);
      const [first] = children.map((each) => announcements.get(each));
      if ("ready" in message && announcements.size === children.length) console.log(first);
    });
  }
  const codes = await Promise.all(
    children.map(
      (child, i) =>
        new Promise<number>((done) => {
          child.once("exit", (code, signal) => {
            const unasked = !ending;
            if (unasked && (signal || code === 0))
              log.fatal({ roles: rolesOfProcesses[i], code, signal }, "a process ended by itself; ending");
            if (unasked) end();
            done(unasked ? code || 1 : (code ?? 1));
          });
        }),
    ),
  );
  process.exit(Math.max(...codes));
}

/** How a process that `supervise` started speaks with it. */
export const supervisor: Supervisor = {
  prepared: (port) => void process.send?.({ prepared: port } satisfies Message),
  whenPrepared: () =>
    new Promise((done) => {
      process.on("message", (message: Message) => "prepared" in message && done(message.prepared));
    }),
  ready: (lines) => void process.send?.({ ready: lines } satisfies Message),
};
