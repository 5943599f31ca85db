/**
 * A worker that suspends itself (SIGSTOP) in the middle of a batch: it has submitted one text, and continues with the others after
 * SIGCONT, unless its abort signal has been triggered.
 *
 *   node testing/suspended-worker.ts <connection> <lease in ms>
 */
import { pino } from "pino";
import type { Outcome } from "../server/carriers/carrier.ts";
import { createSandbox } from "../server/carriers/sandbox/sandbox.ts";
import { systemClock } from "../server/kit/clock.ts";
import { openDb } from "../server/kit/db.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { pathConnections } from "../server/messages/dispatch/message-path.ts";
import { onlyCarriers } from "./carriers.ts";
import { startTestPath } from "./message-path.ts";

const [connection = "", lease = ""] = process.argv.slice(2);
const log = pino({ level: process.env.TEST_LOG ?? "silent" });
const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: pathConnections });
const services = { clock: systemClock, liveUpdates: { publish() {}, publishSources() {} }, log };
const sandbox = createSandbox({ ...services, db }, { delay_ms: 3_600_000 });

const oneByOne = {
  ...sandbox,
  async submit(...[texts, signal]: Parameters<typeof sandbox.submit>) {
    const outcomes: Outcome[] = [];
    for (const [i, text] of texts.entries()) {
      // It continues right here after SIGCONT, before any timer has run.
      if (i === 1) process.kill(process.pid, "SIGSTOP");
      outcomes.push(
        ...(signal.aborted ? [{ kind: "later" as const, after_ms: 0 }] : await sandbox.submit([text], signal)),
      );
    }
    console.log(JSON.stringify(outcomes.map(({ kind }) => kind)));
    return outcomes;
  },
};
await startTestPath({ ...services, pathDb: db, db, carriers: onlyCarriers(oneByOne) }, { lease_ms: Number(lease) });
// Ends with the process that started it.
process.on("disconnect", () => process.exit());
