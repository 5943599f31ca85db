/**
 * A worker that lets workflows look at changes and moments once, and kills itself with SIGKILL in or after the first
 * transaction that decides something in a workspace.
 *
 *   node testing/workflows-worker.ts <connection> <now> before-commit|after-commit <workspace>
 */
import { sql } from "kysely";
import { pino } from "pino";
import { bookingsModule } from "../server/bookings/module.ts";
import { openDb, type Tx } from "../server/kit/db.ts";
import type { DueServices } from "../server/kit/services.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { runDue } from "./due.ts";
import { mailConfig } from "./mails.ts";
import { testSeal } from "./seal.ts";

const [connection = "", now = "", point, fatal] = process.argv.slice(2);
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 4 });

/** SIGKILL: nothing is flushed, released or logged. */
function die(): Promise<never> {
  process.kill(process.pid, "SIGKILL");
  return new Promise(() => {});
}

/** Whether something has been decided in this round. */
async function hasDecided(tx: Tx): Promise<boolean> {
  const { rows } = await sql`
    select 1 from workflow_decisions where workspace_id = ${fatal} and decided_at = ${new Date(now)} limit 1`.execute(
    tx,
  );
  return rows.length > 0;
}

const mortal = {
  ...db,
  async inWorkspace<T>(workspaceId: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    let last = false;
    const done = await db.inWorkspace(workspaceId, async (tx) => {
      const inside = await work(tx);
      last = workspaceId === fatal && (await hasDecided(tx));
      if (last && point === "before-commit") await die();
      return inside;
    });
    if (last && point === "after-commit") await die();
    return done;
  },
};
const services = {
  db: mortal,
  log: pino({ enabled: false }),
  liveUpdates: { publish() {}, publishSources() {} },
  config: { ...mailConfig, link_domain: "localhost:3000" },
  seal: testSeal,
};
const works = bookingsModule
  .due(services as unknown as DueServices)
  .filter(({ name }) => name.startsWith("workflows."));
await runDue(works, new Date(now));
process.exit(3);
