/**
 * How fast a CSV becomes contacts with consent on a list, and what memory that takes.
 *
 * `npm run bench -- import [rows …]`, 100,000 and one million by default: each size into a workspace of its own, in one process;
 * give sizes in rising order, or the peaks of memory mean nothing. It runs the real code, from the stream of a file to the last merged
 * chunk, on a PostgreSQL that syncs to disk. Compared in the same run with COPY of the same file into a plain table: the least that
 * any import can cost. `once more` is the same file again, of which every row is known and unchanged.
 */
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { sql } from "kysely";
import { from as copyFrom } from "pg-copy-streams";
import pino from "pino";
import { mergeImport } from "../server/contacts/import/merge-import.ts";
import { receiveImport } from "../server/contacts/import/receive-import.ts";
import { systemClock } from "../server/kit/clock.ts";
import { longWork } from "../server/kit/connection.ts";
import { type Db, openDb } from "../server/kit/db.ts";
import { startEmbeddedPostgres } from "../server/kit/embedded-postgres.ts";
import { jobs } from "../server/kit/jobs.ts";
import { newId } from "../testing/new-id.ts";
import { prepareDatabase } from "../testing/prepare-database.ts";
import { timed } from "../testing/timing.ts";

const given = process.argv.slice(2).map(Number);
const sizes = given.length > 0 ? given : [100_000, 1_000_000];
/** Rows a second. */
const aim = 50_000;
const first = ["Åse", "Bjørn", "Ola", "Kari", "Øyvind", "Sæbjørn", "Ingrid", "Håkon", "Maja", "Nora"];
const ranges = [40, 41, 45, 46, 47, 48, 90, 91, 92, 93, 94, 95, 96, 97, 98, 99];
const last = ["Nordmann", "Ødegård", "Hansen", "Bråthen", "Næss", "Kjærstad", "Lie", "Østby"];

const directory = await mkdtemp(join(tmpdir(), "varsla-bench-import-"));
const postgres = await startEmbeddedPostgres({ directory: join(directory, "postgres") });
try {
  const workspaces = await prepareDatabase(postgres.connection);
  const db = openDb({ connection: postgres.connection, workspaces, max: 8, timeouts: longWork });
  try {
    for (const rows of sizes) await bench(db, rows);
  } finally {
    await db.close();
  }
} finally {
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

async function bench(db: Db, rows: number): Promise<void> {
  const workspaceId = newId();
  const type = newId();
  await db.inWorkspace(workspaceId, async (tx) => {
    await sql`insert into workspaces values (${workspaceId}, 'Bench', 'NO', 'Europe/Oslo', 'nb', 'o', 'h', 'c', 'i', 1, 1, now())`.execute(
      tx,
    );
    await sql`insert into subscription_types (workspace_id, id, key, name, needs_consent, bit, created_at)
      values (${workspaceId}, ${type}, 'marketing', 'Marketing', true, 0, now())`.execute(tx);
  });
  const file = join(directory, `${rows}.csv`);
  await writePeople(file, rows);
  console.log(`${rows.toLocaleString("en")} rows, ${((await stat(file)).size / 2 ** 20).toFixed(0)} MB`);
  const copied = await timed(() => plainCopy(db, file));

  let id = "";
  const services = { db, clock: systemClock, jobs, log: pino({ enabled: false }), liveUpdates: { publish: () => {} } };
  const request = { list: "Alle", subscription_type: "marketing", consent_source: "Bench", consent_date: "2026-01-01" };
  const receive = async () => {
    const stream = createReadStream(file);
    id = (await receiveImport(services, { workspaceId, createdBy: "bench", request, stream })).id;
  };
  const merge = () => mergeImport(services, { workspace_id: workspaceId, import_id: id }, new AbortController().signal);
  const perSecond = (milliseconds: number) =>
    Math.round((rows / milliseconds) * 1000)
      .toLocaleString("en")
      .padStart(9);

  const memory = watchMemory();
  const received = await timed(receive);
  const merged = await timed(merge);
  const peak = memory.stop();
  const total = received + merged;
  console.log(JSON.stringify(await result(db, workspaceId)));
  console.log(
    `import        ${perSecond(total)} rows/s   (received ${seconds(received)}, merged ${seconds(merged)}; aim: ${aim.toLocaleString("en")})`,
  );
  console.log(`plain COPY    ${perSecond(copied)} rows/s   (${seconds(copied)})`);
  console.log(`ratio         ${(copied / total).toFixed(3)}`);
  console.log(`RSS           peak ${peak} MB`);

  const again = await timed(async () => {
    await receive();
    await merge();
  });
  console.log(`once more     ${perSecond(again)} rows/s   ${JSON.stringify(await result(db, workspaceId))}\n`);
}

/** Numbers in no order, as in real files. */
async function writePeople(file: string, rows: number): Promise<void> {
  async function* lines() {
    yield "Fornavn;Etternavn;Mobil;E-post;Samtykke\n";
    let text = "";
    for (let row = 0; row < rows; row++) {
      const number = `${ranges[row % 16]}${String(((row >> 4) * 736_879) % 1_000_000).padStart(6, "0")}`;
      const mobile =
        row % 3 === 0
          ? `+47 ${number}`
          : row % 3 === 1
            ? `${number.slice(0, 3)} ${number.slice(3, 5)} ${number.slice(5)}`
            : number;
      text += `${first[row % 10]};${last[row % 8]};${mobile};person.${row}@example.no;${row % 10 === 0 ? "nei" : "ja"}\n`;
      if (text.length > 65_536) {
        yield text;
        text = "";
      }
    }
    yield text;
  }
  await pipeline(lines, createWriteStream(file));
}

async function plainCopy(db: Db, file: string): Promise<void> {
  const client = await db.pool.connect();
  try {
    await client.query("create table plain (first text, last text, mobile text, email text, consent text)");
    await pipeline(
      createReadStream(file),
      client.query(copyFrom("copy plain from stdin (format csv, header, delimiter ';')")),
    );
    await client.query("drop table plain");
  } finally {
    client.release();
  }
}

async function result(db: Db, workspaceId: string) {
  const found = await db.inWorkspace(workspaceId, (tx) =>
    sql`
      select status, rows, created, updated, unchanged, rejected, error from imports
      where workspace_id = ${workspaceId} order by id desc limit 1`.execute(tx),
  );
  return found.rows[0];
}

function watchMemory() {
  const megabytes = () => Math.round(process.memoryUsage.rss() / 2 ** 20);
  let peak = megabytes();
  const timer = setInterval(() => (peak = Math.max(peak, megabytes())), 50);
  return {
    stop() {
      clearInterval(timer);
      return peak;
    },
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
