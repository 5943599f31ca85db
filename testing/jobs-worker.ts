/** A process whose jobs never end, to be killed in the middle of them: `node testing/jobs-worker.ts <connection>`. */
import { openDb } from "../server/kit/db.ts";
import { runJobs } from "../server/kit/jobs.ts";
import { createLog } from "../server/kit/log.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";

const [connection = ""] = process.argv.slice(2);
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 6 });
const hang = () => {
  console.log("begun");
  return new Promise<void>(() => {});
};
await runJobs({ connection, pool: db.pool, log: createLog("error"), handlers: { "killed.hang": hang } });
console.log("ready");
