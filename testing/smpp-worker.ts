/**
 * A worker of the message pipeline over SMPP, which tests kill.
 *
 *   node testing/smpp-worker.ts <connection> <workspace> <carrier> <settings> <texts in a batch> [unrecorded]
 *
 * unrecorded: a submission that the provider has answered is never recorded, so that the worker can be killed between the two.
 */
import { pino } from "pino";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";
import { makeSmpp } from "./smpp-carrier.ts";

const [connection = "", workspaceId = "", carrier_id = "", settings = "{}", batch = "10", unrecorded] =
  process.argv.slice(2);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
const carrier = makeSmpp(db, workspaceId, JSON.parse(settings), { carrier_id });
const watched = {
  ...carrier,
  limits: { ...carrier.limits, batch: Number(batch) },
  async submit(...given: Parameters<typeof carrier.submit>) {
    const outcomes = await carrier.submit(...given);
    if (!unrecorded) return outcomes;
    console.log("answered");
    return new Promise<never>(() => {});
  },
};
const services = { clock: systemClock, liveUpdates: { publish() {}, publishSources() {} }, log };
await startTestPath({ ...services, pathDb: db, db, carriers: onlyCarriers(watched) }, { lease_ms: 1_500 });
// Ends with the process that started it.
process.on("disconnect", () => process.exit());
