/**
 * A campaign whose texts are all parked until one minute, as quiet hours end in the morning: from that minute until the last receipt, compared in
 * the same run, in turns, with the same campaign without quiet hours. Nothing may leave early or stay behind, or the bench ends with an error.
 *
 *   npm run bench -- parked [contacts]      (200,000 unless given)
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { dueCampaigns } from "../server/campaigns/finish-campaigns.ts";
import type { Carrier } from "../server/carriers/carrier.ts";
import { openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { messagesModule } from "../server/messages/module.ts";
import { replaceRules, storeSwitch } from "../server/workspaces/quiet-hours-store.ts";
import { createContacts, finished, startCampaignWorker } from "../testing/campaign-run.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { createTestWorkspace } from "../testing/workspace.ts";

const size = Number(process.argv[2]) || 200_000;
const rounds = 3;
const zone = "Europe/Oslo";
const minute = 60_000;
/** Preparing beside nothing else takes less time than a whole campaign without quiet hours; so much more is waited for it, in milliseconds. */
const spare = 5_000;

/** A submission to the carrier, by the clock of the wall in milliseconds. */
interface Submission {
  at: number;
  texts: number;
}

interface Direct {
  /** Milliseconds from the first submission, and from Send, to the last receipt. */
  lasted: number;
  sinceSend: number;
}

interface Parked {
  /** Milliseconds from the moment to the last receipt, and to the first submission. */
  lasted: number;
  first: number;
  /** Milliseconds behind a campaign that leaves at the rate of the one without quiet hours, exceeded by a hundredth of the texts. */
  late: number;
  /** Texts that left before the moment, and that are still parked in the end. */
  early: number;
  left: number;
}

const directory = await mkdtemp(join(tmpdir(), "varsla-bench-"));
const postgres = await startEmbeddedPostgres({ directory });
let peak = 0;
const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
try {
  const { connection } = postgres;
  const db = openDb({ connection, workspaces: await prepareDatabase(connection), max: 12 });
  const { id: workspaceId } = await createTestWorkspace(db, { allowance: 100_000_000, time_zone: zone });
  const list = await createContacts(db, workspaceId, size);
  let submissions: Submission[] = [];
  const noting = (sandbox: Carrier): Carrier => ({
    ...sandbox,
    submit(texts, signal) {
      submissions.push({ at: Date.now(), texts: texts.length });
      return sandbox.submit(texts, signal);
    },
  });
  const worker = await startCampaignWorker(db, connection, {
    carrier: noting,
    due: (services) => [...messagesModule.due(services), ...dueCampaigns(services)],
  });

  const direct = async (): Promise<Direct> => {
    const id = await worker.draft(workspaceId, list);
    submissions = [];
    const begun = Date.now();
    await worker.send(workspaceId, id);
    await finished(db, workspaceId, id, size);
    const end = Date.now();
    return { lasted: end - firstOf(submissions), sinceSend: end - begun };
  };
  const parked = async (compared: Direct): Promise<Parked> => {
    const now = Date.now();
    const moment = Math.ceil((now + compared.sinceSend + spare) / minute) * minute;
    await setQuietHours({ from: moment, to: now });
    const id = await worker.draft(workspaceId, list);
    submissions = [];
    await worker.send(workspaceId, id);
    while (!(await isPrepared(id))) await delay(100);
    const waiting = await countParked(moment);
    if (Date.now() >= moment)
      throw new Error(`preparing ${size} texts ended ${Date.now() - moment} ms after the moment they were parked for`);
    if (waiting !== size)
      throw new Error(`${waiting} of ${size} texts are parked until ${new Date(moment).toISOString()}`);
    await finished(db, workspaceId, id, size);
    const end = Date.now();
    await setQuietHours(null);
    return {
      lasted: end - moment,
      first: firstOf(submissions) - moment,
      late: lateness(submissions, moment, size / compared.lasted),
      early: submissions.reduce((sum, { at, texts }) => sum + (at < moment ? texts : 0), 0),
      left: await countParked(null),
    };
  };

  /** Marketing to Norway may leave from the minute of `from` until that of `to`; null: at any time. */
  async function setQuietHours(hours: { from: number; to: number } | null): Promise<void> {
    await db.inWorkspace(workspaceId, async (tx) => {
      if (hours) {
        const [from, to] = [clockOf(hours.from), clockOf(hours.to)];
        const open = { sundays: true, holidays: true, source: null, source_date: null };
        await replaceRules(tx, workspaceId, [{ country: "NO", class: "marketing", from, to, ...open }]);
      }
      await storeSwitch(tx, workspaceId, { enabled: hours !== null, changed: null });
    });
  }
  async function isPrepared(id: string): Promise<boolean> {
    const { rows } = await db.inWorkspace(workspaceId, (tx) =>
      sql<{ prepared: boolean }>`
        select prepared_at is not null as prepared from campaigns where workspace_id = ${workspaceId} and id = ${id}`.execute(
        tx,
      ),
    );
    return rows[0]?.prepared ?? false;
  }
  /** Texts that are parked until a moment, or at all. */
  async function countParked(until: number | null): Promise<number> {
    const { rows } = await db.inWorkspace(workspaceId, (tx) =>
      sql<{ n: number }>`
        select count(*) as n from parked_messages
        where workspace_id = ${workspaceId} ${until === null ? sql`` : sql`and due_at = ${new Date(until)}`}`.execute(
        tx,
      ),
    );
    return rows[0]?.n ?? 0;
  }

  const measured: { direct: Direct; parked: Parked; memory: { direct: number; parked: number } }[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      peak = 0;
      const one = await direct();
      const directPeak = peak;
      peak = 0;
      const other = await parked(one);
      measured.push({ direct: one, parked: other, memory: { direct: directPeak, parked: peak } });
    }
  } finally {
    await worker.stop();
    await db.close();
  }

  const rate = (milliseconds: number) => Math.round((size * 1_000) / milliseconds);
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`;
  const rates = measured.map((each) => rate(each.parked.lasted));
  const compared = measured.map((each) => rate(each.direct.lasted));
  const sinceSend = measured.map((each) => rate(each.direct.sinceSend));
  const ratios = measured.map((each) => each.direct.lasted / each.parked.lasted);
  const first = measured.map((each) => each.parked.first);
  const late = measured.map((each) => each.parked.late);
  const sum = (of: (each: Parked) => number) => measured.reduce((all, each) => all + of(each.parked), 0);
  const [early, left] = [sum((each) => each.early), sum((each) => each.left)];
  const most = (of: "direct" | "parked") => Math.round(Math.max(...measured.map(({ memory }) => memory[of])) / 2 ** 20);
  console.log(
    `parked ${size}: ${median(rates)} msg/s from the moment to the last receipt (rounds ${rates.join(", ")}), without quiet hours ${median(compared)} msg/s from the first submission (${compared.join(", ")}), ${median(sinceSend)} from Send (${sinceSend.join(", ")}); ratio ${median(ratios).toFixed(2)} (${ratios.map((each) => each.toFixed(2)).join(", ")})`,
  );
  console.log(
    `  the first text left ${seconds(median(first))} after the moment (${first.map(seconds).join(", ")}); behind an ideal that leaves from the moment on at the rate without quiet hours: p99 ${seconds(median(late))} (${late.map(seconds).join(", ")})`,
  );
  console.log(
    `  left before the moment: ${early}; still parked: ${left}; peak RSS ${most("parked")} MB, ${most("direct")} MB without quiet hours`,
  );
  if (early > 0 || left > 0) process.exitCode = 1;
} finally {
  clearInterval(watch);
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

/** HH:MM in the zone of the recipients. */
function clockOf(at: number): string {
  return new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(at);
}

function firstOf(submissions: readonly Submission[]): number {
  return submissions.reduce((first, { at }) => Math.min(first, at), Number.POSITIVE_INFINITY);
}

/** The p99 of how much later than its ideal each text left, in milliseconds: the k-th at `moment + k / perMillisecond`. */
function lateness(submissions: readonly Submission[], moment: number, perMillisecond: number): number {
  const late: number[] = [];
  for (const { at, texts } of submissions.toSorted((a, b) => a.at - b.at))
    for (let i = 0; i < texts; i++) late.push(at - (moment + (late.length + 1) / perMillisecond));
  return late.sort((a, b) => a - b)[Math.floor(late.length * 0.99)] ?? 0;
}

function median(of: readonly number[]): number {
  return of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;
}
