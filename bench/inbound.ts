/**
 * Texts from handsets: deliver_sm over one connection, each acknowledged when it is in the ledger on disk, and published to an
 * open page. Compared in the same run with Kannel, which forwards each to an HTTP server on this machine (sms-service, get-url)
 * and is done when that server has it.
 *
 *   npm run bench -- inbound [texts a round] [rounds] [together]      (20,000 and 3 unless given, in two processes)
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { readWords, smscLogin, startBenchServer } from "../testing/bench-server.ts";
import { hasKannel, kannelInstall, startKannel } from "../testing/kannel.ts";
import { spawnSmsc } from "../testing/smsc-process.ts";
import { median } from "../testing/timing.ts";

const { numbers, roles } = readWords(process.argv.slice(2));
const [texts = 20_000, rounds = 3] = numbers;
const aim = 5_100;
const window = 100;
const standstill = 20_000;
/** The senders of the texts. They are contacts, so that an open page gets a live update. */
const handsets = Array.from({ length: 200 }, (_, i) => `47900${String(i).padStart(5, "0")}`);

const smscs = { ours: await spawnSmsc({ records: "count", ...smscLogin }) };
const server = await startBenchServer(smscs.ours, window, roles);
for (const mobile of handsets) await server.call("POST", "/contacts", { mobile: `+${mobile}` });
const liveUpdates = await openPage();
const peer = (await hasKannel()) ? await startPeer() : null;
let sent = 0;
try {
  const ours = { name: "Varsla", smsc: smscs.ours, done: async () => (await smscs.ours.counts()).texts_done };
  const systems = [ours, ...(peer ? [peer] : [])];
  const rates = new Map<string, number[]>(systems.map(({ name }) => [name, []]));
  for (const system of systems) await run(system, Math.min(texts, 3_000));
  for (let round = 0; round < rounds; round++)
    for (const system of round % 2 === 0 ? systems : systems.toReversed())
      rates.get(system.name)?.push(await run(system, texts));
  const { received } = await server.ledger();
  const [rate = 0, theirs] = [...rates.values()].map(median);
  console.log(`inbound: ${texts} texts a round, ${rounds} rounds, medians`);
  for (const [name, all] of rates)
    console.log(
      `  ${name.padEnd(8)} ${String(Math.round(median(all))).padStart(6)} msg/s (${all.map(Math.round).join(", ")})`,
    );
  console.log(`  aim ≥ ${aim} msg/s: ${rate >= aim ? "met" : "not met"}`);
  if (theirs) console.log(`  ratio ${(rate / theirs).toFixed(2)} to Kannel`);
  console.log(`  in the ledger afterwards: ${received}; events that an open page received: ${liveUpdates.received()}`);
  if (peer) console.log(`\nKannel 1.4.5 was configured so:\n\n${peer.conf.replaceAll(/^/gm, "  ")}`);
  else {
    console.error(kannelInstall);
    process.exitCode = 1;
  }
} finally {
  liveUpdates.close();
  await peer?.stop();
  await server.stop();
  await smscs.ours.stop();
}

/** Kannel in front of an SMSC of its own, and the server that it forwards texts to. */
async function startPeer() {
  let passedOn = 0;
  const sink = createServer((_request, response) => {
    passedOn++;
    response.end();
  });
  await new Promise<void>((done) => sink.listen(0, "127.0.0.1", done));
  const smsc = await spawnSmsc({ records: "count", ...smscLogin });
  const inboundUrl = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/?from=%p&to=%P&text=%a`;
  const login = { host: "127.0.0.1", port: smsc.port, ...smscLogin };
  const kannel = await startKannel({ smsc: login, window, store: "spool", inboundUrl });
  return {
    name: "Kannel",
    smsc,
    conf: kannel.conf,
    before: 0,
    done: async () => passedOn,
    async stop() {
      await kannel.stop();
      await smsc.stop();
      sink.closeAllConnections();
      sink.close();
    },
  };
}

type System = { name: string; smsc: typeof smscs.ours; done(): Promise<number> };

/** Texts a second from the first until the last is done. */
async function run({ name, smsc, done }: System, count: number): Promise<number> {
  const before = await done();
  const to = server.sender.replace("+", "");
  const all = Array.from({ length: count }, () => ({
    from: handsets[sent++ % handsets.length] as string,
    to,
    text: `Hei, kan jeg flytte timen min til klokka tre i morgen? Hilsen kunde ${sent}`,
  }));
  const begin = performance.now();
  await smsc.sendTexts(all);
  let last = begin;
  let seen = -1;
  for (;;) {
    const now = (await done()) - before;
    if (now !== seen) last = performance.now();
    seen = now;
    if (seen >= count) return (count / (last - begin)) * 1000;
    if (performance.now() - last > standstill) throw new Error(`${name} took ${seen} of ${count} texts and no more`);
    await delay(10);
  }
}

/** Listens to the workspace's live updates as an open page does. */
async function openPage() {
  const away = new AbortController();
  const response = await fetch(`${server.url}/api/v1/news`, {
    headers: { authorization: server.authorization },
    signal: away.signal,
  });
  if (!response.ok) throw new Error(`GET /news: ${response.status}`);
  let received = 0;
  const reading = (async () => {
    for await (const chunk of response.body ?? []) received += Buffer.from(chunk).toString().split("event:").length - 1;
  })();
  reading.catch(() => {}); // it ends when the page is closed
  return { received: () => received, close: () => away.abort() };
}
