/**
 * A campaign from Send to the last receipt through SMPP, beside two limits of the same run: what the test SMSC takes from a
 * bare node-smpp client with the same window, receipts included, and what PostgreSQL does with the same ledger rows alone.
 *
 *   npm run bench -- campaign-smpp [contacts]      (200,000 unless given)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "kysely";
import smpp, { type PDU } from "smpp";
import { SmppSettings } from "../contract/carriers.ts";
import { smppCarrier } from "../server/carriers/smpp.ts";
import { openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { createContacts, runCampaign } from "../testing/campaign-run.ts";
import { newId } from "../testing/new-id.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { rawLimit } from "../testing/raw-limit.ts";
import { type SmscProcess, spawnSmsc } from "../testing/smsc-process.ts";
import { onThisMachine } from "../testing/targets.ts";
import { createTestWorkspace } from "../testing/workspace.ts";

const size = Number(process.argv[2]) || 200_000;
const aim = 8_000;
const window = 100;
const receipt_delay_ms = 200;
const login = { system_id: "bench", password: "secret" };

const smsc = await spawnSmsc({ books: "count", ...login, behaviour: { receipt_delay_ms } });
const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
const postgres = await startEmbeddedPostgres({ directory });
try {
  const workspaces = await prepareDatabase(postgres.connection);
  const db = openDb({ connection: postgres.connection, workspaces, max: 12 });
  const workspace = await createTestWorkspace(db, { allowance: 100_000_000 });
  const list = await createContacts(db, workspace, size);
  const carrierId = newId();
  await db.asSystem((tx) =>
    sql`update senders set carrier_id = ${carrierId} where id = ${workspace.sender.id}`.execute(tx),
  );
  const settings = SmppSettings.parse({ host: "127.0.0.1", port: smsc.port, system_id: login.system_id, window });
  const connection = { workspace_id: workspace.id, id: carrierId, name: "smsc", settings, secrets: login };
  const seconds = await runCampaign(db, postgres.connection, workspace, list, size, {
    makeCarrier: (services) => smppCarrier({ targets: onThisMachine })(connection, services),
  });
  const { taken, receipts_done } = await smsc.counts();
  await db.close();
  const raw = await rawLimit(postgres.connection, workspace.id, size);
  const bare = await bareClient(smsc, Math.min(size, 100_000));
  const [rate, limit, client] = [size / seconds, size / raw, bare].map(Math.round) as [number, number, number];
  console.log(
    `campaign-smpp ${size}: ${rate} msg/s (${seconds.toFixed(1)} s), taken ${taken}, receipts ${receipts_done}`,
  );
  console.log(`  aim ≥ ${aim} msg/s: ${rate >= aim ? "met" : "not met"}`);
  console.log(`  a bare node-smpp client, same SMSC: ${client} msg/s, ratio ${(rate / client).toFixed(2)}`);
  console.log(`  the same ledger rows and nothing else: ${limit} msg/s, ratio ${(rate / limit).toFixed(2)}`);
} finally {
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
  await smsc.stop();
}

/** Texts a second by node-smpp alone: submit_sm with receipts, `window` under way, each receipt acknowledged. */
async function bareClient({ port }: SmscProcess, count: number): Promise<number> {
  const session = smpp.connect({ host: "127.0.0.1", port });
  const failed = new Promise<never>((_, fail) => session.on("error", fail));
  const done = (async () => {
    await new Promise<void>((bound) => {
      session.on("connect", () => session.send(new smpp.PDU("bind_transceiver", login), () => bound()));
    });
    const begin = performance.now();
    await new Promise<void>((all) => {
      let begun = 0;
      let receipts = 0;
      const next = () => {
        if (begun === count) return;
        const destination_addr = `479${String(begun++).padStart(7, "0")}`;
        const short_message = "Hei Navn! Denne uka er det 20 % på klipp hos Salong Kari. Bestill på salongkari.no";
        const fields = { source_addr: "4759440000", destination_addr, registered_delivery: 1, short_message };
        session.send(new smpp.PDU("submit_sm", fields), next);
      };
      session.on("deliver_sm", (pdu: PDU) => {
        session.send(pdu.response());
        if (++receipts === count) all();
      });
      for (let i = 0; i < window; i++) next();
    });
    return (count / (performance.now() - begin)) * 1000;
  })();
  const rate = await Promise.race([done, failed]);
  session.destroy();
  return rate;
}
