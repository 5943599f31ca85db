/**
 * Texts from one HTTP request each to an SMSC, compared with Kannel in the same run: in alternating rounds, with the same load
 * generator, each with a test SMSC of its own (clients with the same system_id would get each other's receipts), without receipts
 * and with.
 *
 * Varsla: POST /api/v1/messages, 202 once the text is on disk (fsync on). Kannel: /cgi-bin/sendsms of smsbox, 202 once
 * bearerbox has it in its spool, which it never syncs. Both: 50 connections, 120 characters, one transceiver with a window
 * of 100. A round lasts from the first request until the SMSC has taken the last text; with receipts until it has the
 * acknowledgement of the last one, which Varsla gives once the receipt is in the ledger on disk.
 *
 * Varsla runs in two processes, as `npm start` does on several cores and Kannel with smsbox and bearerbox; with `together` in one.
 *
 *   npm run bench -- smpp [texts a round] [rounds] [together]      (10,000 and 3 unless given)
 */
import { setTimeout as delay } from "node:timers/promises";
import { type BenchServer, readWords, smscLogin, startBenchServer } from "../testing/bench-server.ts";
import { httpLoad } from "../testing/http-load.ts";
import { hasKannel, type Kannel, kannelInstall, startKannel } from "../testing/kannel.ts";
import { type SmscProcess, spawnSmsc } from "../testing/smsc-process.ts";
import { median } from "../testing/timing.ts";

const { numbers, roles } = readWords(process.argv.slice(2));
const [texts = 10_000, rounds = 3] = numbers;
const connections = 50;
const window = 100;
/** Kannel cannot match a receipt that comes before it has recorded the answer to its submit_sm. */
const receipt_delay_ms = 200;
/** Before the first round of each kind: Node compiles its hot functions while they run, and servers run for weeks. */
const warmUp = 10_000;
const text =
  "Hei Kari! Velkommen til time hos Salong Saks i morgen kl. 10.15. Ring oss om du er forhindret, så finner vi en ny tid. 12";
/** A round ends when nothing has changed for so long. */
const standstill = 20_000;

interface Round {
  rate: number;
  p50: number;
  /** Texts or receipts that never came. */
  missing: number;
}

interface System {
  name: string;
  smsc: SmscProcess;
  load(requests: number): ReturnType<typeof httpLoad>;
  prepare(): Promise<void>;
}

const options = { records: "count", ...smscLogin, behaviour: { receipt_delay_ms } } as const;
const smscs = { ours: await spawnSmsc(options), theirs: await spawnSmsc(options) };
const server = await startBenchServer(smscs.ours, window, roles);
const withKannel = await hasKannel();
let sent = 0;
let conf = "";
const number = () => `+479${String(sent++ % 10_000_000).padStart(7, "0")}`;
try {
  for (const receipts of [false, true]) {
    const kannel = withKannel
      ? await startKannel({
          smsc: { host: "127.0.0.1", port: smscs.theirs.port, ...smscLogin },
          window,
          store: "spool",
        })
      : null;
    conf = kannel?.conf ?? "";
    const systems = [varsla(server, receipts), ...(kannel ? [peer(kannel, receipts)] : [])];
    const figures = new Map<string, Round[]>(systems.map(({ name }) => [name, []]));
    for (const system of systems) {
      await system.prepare();
      await run(system, warmUp, receipts);
    }
    for (let round = 0; round < rounds; round++)
      for (const system of round % 2 === 0 ? systems : systems.toReversed()) {
        await system.prepare();
        figures.get(system.name)?.push(await run(system, texts, receipts));
      }
    await kannel?.stop();
    print(receipts, figures);
  }
  const ledger = await server.ledger();
  console.log(`  the ledger afterwards: ${JSON.stringify(ledger)}`);
  for (const line of server.warnings()) console.log(`  Varsla logged: ${line}`);
  if (withKannel) console.log(`\nKannel 1.4.5 was configured so:\n\n${conf.replaceAll(/^/gm, "  ")}`);
  else {
    console.error(kannelInstall);
    process.exitCode = 1;
  }
} finally {
  await server.stop();
  await Promise.all([smscs.ours.stop(), smscs.theirs.stop()]);
}

function varsla({ url, authorization, askForReceipts }: BenchServer, receipts: boolean): System {
  const headers = { authorization };
  return {
    name: "Varsla",
    smsc: smscs.ours,
    prepare: () => askForReceipts(receipts),
    load: (requests) =>
      httpLoad({
        url,
        connections,
        seconds: 600,
        requests,
        next: () => ({
          method: "POST",
          path: "/api/v1/messages",
          headers,
          body: JSON.stringify({ to: number(), text }),
        }),
      }),
  };
}

function peer({ url, sendPath }: Kannel, receipts: boolean): System {
  const from = server.sender;
  return {
    name: "Kannel",
    smsc: smscs.theirs,
    async prepare() {},
    load: (requests) =>
      httpLoad({
        url,
        connections,
        seconds: 600,
        requests,
        next: () => ({ method: "GET", path: sendPath({ from, to: number(), text, receipts }) }),
      }),
  };
}

async function run(system: System, count: number, receipts: boolean): Promise<Round> {
  const { smsc } = system;
  await receiptsDelivered(smsc);
  await smsc.clear();
  const begin = performance.now();
  const { p50, errors } = await system.load(count);
  if (errors > 0) throw new Error(`${system.name} answered ${errors} of ${count} requests with an error`);
  let last = begin;
  let seen = -1;
  for (;;) {
    const { taken, receipts_done } = await smsc.counts();
    const done = receipts ? Math.min(taken, receipts_done) : taken;
    if (done !== seen) last = performance.now();
    seen = done;
    if (done >= count || performance.now() - last > standstill) break;
    await delay(10);
  }
  return { rate: (seen / (last - begin)) * 1000, p50, missing: count - seen };
}

/** Waits for the receipts of the round before, so that they do not count in this one. */
async function receiptsDelivered({ counts }: SmscProcess): Promise<void> {
  const end = performance.now() + standstill;
  while ((await counts()).undelivered > 0 && performance.now() < end) await delay(50);
}

function print(receipts: boolean, figures: Map<string, Round[]>): void {
  console.log(
    `smpp, ${receipts ? "with receipts" : "without receipts"}: ${texts} texts a round, ${rounds} rounds, medians`,
  );
  const rates = new Map<string, number>();
  for (const [name, all] of figures) {
    const rate = median(all.map((round) => round.rate));
    rates.set(name, rate);
    const each = all.map((round) => Math.round(round.rate)).join(", ");
    const missing = all.reduce((sum, round) => sum + round.missing, 0);
    console.log(
      `  ${name.padEnd(8)} ${String(Math.round(rate)).padStart(6)} msg/s (${each}), p50 ${median(all.map((round) => round.p50))} ms${missing > 0 ? `, ${missing} never came` : ""}`,
    );
  }
  const [ours = 0, theirs] = rates.values();
  const aim = receipts ? 2 : 1;
  if (theirs)
    console.log(
      `  ratio    ${(ours / theirs).toFixed(2)}, aim ${receipts ? "≥ 2" : "> 1"}: ${ours / theirs >= aim ? "met" : "not met"}`,
    );
}
