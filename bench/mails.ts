/**
 * Mails from the moment they are due until the relay's answers are recorded, through a real server and its queue, to an SMTP server on
 * this machine that has every mail on disk before it answers. Compared in the same run, in turns: a bare nodemailer pool with as many
 * connections that sends the same mails to the same server, and records nothing.
 *
 *   npm run bench -- mails [mails]    (20,000 unless given)
 */
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { createTransport } from "nodemailer";
import { openDb } from "../server/kit/db.ts";
import { startPlainServer } from "../testing/bench-server.ts";
import { mailBatch, send, template } from "../testing/mail-batch.ts";

const count = Number(process.argv[2]) || 20_000;
const rounds = 2;
const warmUp = 1_000;
const connections = 16;
const chunk = 1_000;
/** Until all are queued, in milliseconds. */
const ahead = 15_000;
const subject = "Påminnelse om konserten i kveld";
const text = "Hei!\n\nDørene åpner klokken 18. Billetten din ligger ved.\n\nVel møtt!\nKonserthuset\n";
const html = `<!doctype html><html><body>${text.replaceAll("\n", "<br>")}</body></html>`;
const addresses = (n: number, round: string) => Array.from({ length: n }, (_, i) => `p${i}.${round}@example.com`);

const directory = await mkdtemp(join(tmpdir(), "varsla-mails-"));
const sink = await startSink(directory);
const server = await startPlainServer({
  OUTBOUND_SMTP_URL: `smtp://127.0.0.1:${sink.port}?maxConnections=${connections}`,
});
const db = openDb({ connection: server.connection, workspaces: server.connection, max: 4 });
try {
  const found = await server.database.query<{ workspace_id: string }>("select workspace_id from workspaces");
  const workspaceId = found.rows[0]?.workspace_id ?? "";
  await varsla(workspaceId, warmUp, "warm");
  await bare(warmUp, "warm");
  const rates: { ours: number[]; bare: number[]; queued: number[] } = { ours: [], bare: [], queued: [] };
  for (let round = 0; round < rounds; round++) {
    const each = Math.ceil(count / rounds);
    rates.bare.push(await bare(each, `b${round}`));
    const { rate, queued } = await varsla(workspaceId, each, `v${round}`);
    rates.ours.push(rate);
    rates.queued.push(queued);
  }
  const mean = (all: number[]) => Math.round(all.length / all.reduce((sum, rate) => sum + 1 / rate, 0));
  const [ours, peer] = [mean(rates.ours), mean(rates.bare)];
  console.log(`mails: ${ours}/s from due to recorded, ${count} mails (rounds ${rates.ours.join(", ")})`);
  console.log(
    `  a bare nodemailer pool: ${peer}/s (rounds ${rates.bare.join(", ")}); ratio ${(ours / peer).toFixed(2)}`,
  );
  console.log(`  queued by the door: ${mean(rates.queued)}/s in batches of ${chunk}`);
} finally {
  await db.close();
  await server.stop();
  sink.stop();
  await rm(directory, { recursive: true, force: true });
}

/** Queues mails that are due together, and waits until the last is recorded; mails a second of both. */
async function varsla(workspaceId: string, mails: number, round: string): Promise<{ rate: number; queued: number }> {
  const due = new Date(Date.now() + ahead);
  const begun = performance.now();
  const all = addresses(mails, round);
  const parts = { subject: template(subject), text: template(text), html: template(html) };
  for (let from = 0; from < mails; from += chunk) {
    const batch = mailBatch(workspaceId, all.slice(from, from + chunk), { template: parts, not_before: due });
    await send(db, batch);
  }
  const queued = Math.round((mails * 1_000) / (performance.now() - begun));
  if (Date.now() > due.getTime()) throw new Error("queueing took longer than planned");
  await delay(due.getTime() - Date.now());
  await waitUntilSent(mails);
  const rate = Math.round((mails * 1_000) / (Date.now() - due.getTime()));
  return { rate, queued };
}

async function waitUntilSent(mails: number): Promise<void> {
  for (;;) {
    const { rows } = await server.database.query("select 1 from mail_queue limit 1");
    if (rows.length === 0) break;
    await delay(20);
  }
  const { rows } = await server.database.query("select count(*)::int as n from mails where status <> 'sent'");
  if (rows[0].n > 0) throw new Error(`${rows[0].n} of ${mails} mails were not sent`);
}

/** Sends the same mails by a pool alone; mails a second. */
async function bare(mails: number, round: string): Promise<number> {
  const pool = createTransport({
    pool: true,
    host: "127.0.0.1",
    port: sink.port,
    maxConnections: connections,
    maxMessages: 1_000,
  } as never);
  const all = addresses(mails, round);
  const from = { name: "Salong Saks", address: "no-reply@sms.localhost" };
  const begun = performance.now();
  let next = 0;
  const work = async () => {
    for (let to = all[next++]; to; to = all[next++]) {
      const envelope = { from: `b-${next}@sms.localhost`, to };
      await pool.sendMail({ envelope, from, to, subject, text, html, headers: { "Auto-Submitted": "auto-generated" } });
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  const rate = Math.round((mails * 1_000) / (performance.now() - begun));
  pool.close();
  return rate;
}

async function startSink(where: string): Promise<{ port: number; stop(): void }> {
  const file = join(import.meta.dirname, "..", "testing", "smtp-sink-process.ts");
  const child = spawn(process.execPath, [file, where], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((done) => lines.once("line", (line) => done(Number(line))));
  return { port, stop: () => child.stdin.end() };
}
