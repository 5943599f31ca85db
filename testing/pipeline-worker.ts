/**
 * A worker of the message pipeline that kills itself with SIGKILL at a given point of a submission, for tests of recovery.
 *
 *   node testing/pipeline-worker.ts <connection> before-submit|after-submit <which submission>
 */
import { pino } from "pino";
import { createSandbox } from "../server/carriers/sandbox/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";

const [connection = "", point, which] = process.argv.slice(2);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
const services = { clock: systemClock, liveUpdates: { publish() {}, publishSources() {} }, log };
const sandbox = createSandbox({ ...services, db }, { delay_ms: 0 });
let submits = 0;

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
await startTestPath({ ...services, pathDb: db, db, carriers: onlyCarriers(mortal) }, { lease_ms: 1_500 });
