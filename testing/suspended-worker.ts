/**
 * A worker that is suspended in the middle of a batch, as by SIGSTOP: it has submitted one text, and goes on with the others
 * when it wakes (SIGCONT), unless the signal that it was given is aborted.
 *
 *   node testing/suspended-worker.ts <connection> <lease in ms>
 */
import { pino } from "pino";
import type { Outcome } from "../server/carriers/carrier.ts";
import { createSandbox } from "../server/carriers/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections, startMessagePath } from "../server/messages/message-path.ts";
import { onlyCarriers } from "./carriers.ts";

const [connection = "", lease = ""] = process.argv.slice(2);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
const services = { clock: systemClock, news: { tell() {} }, log };
const sandbox = createSandbox({ ...services, db }, { delay_ms: 3_600_000 });

const oneByOne = {
  ...sandbox,
  async submit(...[texts, signal]: Parameters<typeof sandbox.submit>) {
    const outcomes: Outcome[] = [];
    for (const [i, text] of texts.entries()) {
      // At once after waking up, before any timer has run.
      if (i === 1) process.kill(process.pid, "SIGSTOP");
      outcomes.push(
        ...(signal.aborted ? [{ kind: "later" as const, after_ms: 0 }] : await sandbox.submit([text], signal)),
      );
    }
    console.log(JSON.stringify(outcomes.map(({ kind }) => kind)));
    return outcomes;
  },
};
await startMessagePath({ ...services, pathDb: db, db, carriers: onlyCarriers(oneByOne) }, { lease_ms: Number(lease) });
// Whoever started it is gone, and so is its wish.
process.on("disconnect", () => process.exit());
