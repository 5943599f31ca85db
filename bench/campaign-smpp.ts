/**
 * A campaign from Send to the last receipt through a whole server and SMPP, compared with two limits in the same run: what the test SMSC takes from a
 * bare node-smpp client with the same window, receipts included, and what PostgreSQL does with the same ledger rows alone.
 *
 *   npm run bench -- campaign-smpp [contacts] [together]      (200,000 unless given, in two processes)
 */
import smpp, { type PDU } from "smpp";
import { openDb } from "../server/kit/db.ts";
import { workspaceConnection } from "../server/kit/workspace-role.ts";
import { readWords, smscLogin, startBenchServer } from "../testing/bench-server.ts";
import { campaignText, createContacts, finished } from "../testing/campaign-run.ts";
import { rawLimit } from "../testing/raw-limit.ts";
import { type SmscProcess, spawnSmsc } from "../testing/smsc-process.ts";

const { numbers, roles } = readWords(process.argv.slice(2));
const [size = 200_000] = numbers;
const aim = 8_000;
const window = 100;
const receipt_delay_ms = 200;

const smsc = await spawnSmsc({ records: "count", ...smscLogin, behaviour: { receipt_delay_ms } });
const server = await startBenchServer(smsc, window, roles);
try {
  const { connection, call } = server;
  await server.askForReceipts(true);
  const db = openDb({ connection, workspaces: await workspaceConnection(connection), max: 2 });
  const { id: workspaceId } = await call("GET", "/workspace");
  const list = await createContacts(db, workspaceId, size);
  const { id } = await call("POST", "/campaigns", {
    name: "Bench",
    text: campaignText,
    subscription_type: "marketing",
    include: { lists: [list], contacts: [] },
  });
  const begin = performance.now();
  await call("POST", `/campaigns/${id}/send`);
  await finished(db, workspaceId, id, size);
  const seconds = (performance.now() - begin) / 1000;
  const { taken, receipts_done } = await smsc.counts();
  await db.close();
  const raw = await rawLimit(connection, workspaceId, size);
  const warnings = server.warnings();
  await server.stop(); // a second client with the same login would share its receipts
  const bare = await bareClient(smsc, Math.min(size, 100_000));
  const [rate, limit, client] = [size / seconds, size / raw, bare].map(Math.round) as [number, number, number];
  console.log(
    `campaign-smpp ${size}: ${rate} msg/s (${seconds.toFixed(1)} s), taken ${taken}, receipts ${receipts_done}`,
  );
  console.log(`  aim ≥ ${aim} msg/s: ${rate >= aim ? "met" : "not met"}`);
  console.log(`  a bare node-smpp client, same SMSC: ${client} msg/s, ratio ${(rate / client).toFixed(2)}`);
  console.log(`  the same ledger rows and nothing else: ${limit} msg/s, ratio ${(rate / limit).toFixed(2)}`);
  for (const line of warnings) console.log(`  Varsla said: ${line}`);
} finally {
  await server.stop();
  await smsc.stop();
}

/** Texts a second by node-smpp alone: submit_sm with receipts, `window` under way, each receipt acknowledged. */
async function bareClient({ port }: SmscProcess, count: number): Promise<number> {
  const session = smpp.connect({ host: "127.0.0.1", port });
  const failed = new Promise<never>((_, fail) => session.on("error", fail));
  const done = (async () => {
    await new Promise<void>((bound) => {
      session.on("connect", () => session.send(new smpp.PDU("bind_transceiver", smscLogin), () => bound()));
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
