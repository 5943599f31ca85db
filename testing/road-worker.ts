/**
 * A worker of the message road that kills itself with SIGKILL at a named point of a hand-over, for tests of what is left.
 *
 *   node testing/road-worker.ts <connection> before-submit|after-submit <which hand-over>
 */
import { pino } from "pino";
import { createSandbox } from "../server/carriers/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections, startMessagePath } from "../server/messages/message-path.ts";
import { onlyCarriers } from "./carriers.ts";

const [connection = "", point, which] = process.argv.slice(2);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
const services = { clock: systemClock, news: { tell() {} }, log };
const sandbox = createSandbox({ ...services, db }, { delay_ms: 0 });
let handOvers = 0;

/** SIGKILL: nothing is flushed, released or said. */
function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}

const mortal = {
  ...sandbox,
  limits: { ...sandbox.limits, batch: 10 },
  async submit(...given: Parameters<typeof sandbox.submit>) {
    const last = ++handOvers === Number(which);
    if (last && point === "before-submit") await die();
    const outcomes = await sandbox.submit(...given);
    if (last) await die();
    return outcomes;
  },
};
await startMessagePath({ ...services, pathDb: db, db, carriers: onlyCarriers(mortal) }, { lease_ms: 1_500 });
