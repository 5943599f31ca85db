/**
 * A worker that submits texts to a test double of Twilio until it is killed.
 *
 *   node testing/twilio-worker.ts <connection> <url> <account sid> <auth token> <workspace>
 */
import { pino } from "pino";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";
import { newId } from "./new-id.ts";
import { twilioAt } from "./twilio-carrier.ts";

const [connection = "", url = "", account_sid = "", auth_token = "", workspace_id = ""] = process.argv.slice(2);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
const services = { clock: systemClock, liveUpdates: { publish() {}, publishSources() {} }, log };
const carriers = onlyCarriers(twilioAt({ url, account_sid, auth_token }, { workspace_id, id: newId(), db }));
await startTestPath({ ...services, pathDb: db, db, carriers }, { lease_ms: 1_500 });
// Ends with the process that started it.
process.on("disconnect", () => process.exit());
