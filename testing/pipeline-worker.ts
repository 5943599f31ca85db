/**
 * A worker of the message pipeline that kills itself with SIGKILL at a given point, for tests of recovery; without one it works until
 * it is killed. It moves parked texts too.
 *
 *   node testing/pipeline-worker.ts <connection> [before-submit|after-submit|in-move|after-move <which submission or move>]
 *
 * in-move: a chunk of parked texts is in the queue, and the transaction is not committed; after-move: it is.
 */
import { pino } from "pino";
import { createSandbox } from "../server/carriers/sandbox/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { openDb, type Tx } from "../server/kit/db.ts";
import { repeat } from "../server/kit/repeat.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { dueParked } from "../server/messages/hold-source.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";

const [connection = "", point, which] = process.argv.slice(2);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
const services = { clock: systemClock, liveUpdates: { publish() {}, publishSources() {} }, log };
const sandbox = createSandbox({ ...services, db }, { delay_ms: 0 });
let submits = 0;
let moves = 0;

/** SIGKILL: nothing is flushed, released or logged. */
function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}

const mortal = {
  ...sandbox,
  limits: { ...sandbox.limits, batch: 10 },
  async submit(...given: Parameters<typeof sandbox.submit>) {
    const last = ++submits === Number(which);
    if (last && point === "before-submit") await die();
    const outcomes = await sandbox.submit(...given);
    if (last) await die();
    return outcomes;
  },
};
/** The mover's transactions, with its points. */
const moving = {
  ...db,
  async inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const last = ++moves === Number(which);
    const done = await db.inWorkspace(workspaceId, async (tx) => {
      const inside = await work(tx);
      if (last && point === "in-move") await die();
      return inside;
    });
    if (last && point === "after-move") await die();
    return done;
  },
};
const due = dueParked({ db: moving, log });
// Without turns: the next process need not wait until this one's is over.
const move = async () => {
  for (const work of due) await work.run({ now: new Date(), signal: new AbortController().signal });
};
repeat(20, move, () => {});
await startTestPath({ ...services, pathDb: db, db, carriers: onlyCarriers(mortal) }, { lease_ms: 1_500 });
