/**
 * Makes the data of a version by running it: `node testing/versions/make.ts <checkout of the version, installed> <version>`.
 *
 * The version's own program fills its tables through its API (fill.ts), and is killed in the middle of submissions. The rows are then
 * written to testing/versions/<version>/data.sql. The program is started again, finishes what was open, and does a day's work; all
 * statements that it sends to PostgreSQL are written to recorded.jsonl (record.ts). The tests in this folder check both against the
 * newest schema. The data are made once, at the release of a version.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { freePorts } from "../free-ports.ts";
import { dump } from "./dump.ts";
import { example } from "./example.ts";
import { fill, leaveHalfDone, work } from "./fill.ts";

const [checkout, version] = process.argv.slice(2);
if (!checkout || !version) throw new Error("usage: make.ts <checkout of the version, installed> <version>");
const timeout = 40_000;
const root = resolve(checkout);
const target = join(import.meta.dirname, version);
const directory = await mkdtemp(join(tmpdir(), "varsla-version-"));

// The version's own code starts its PostgreSQL.
const { startEmbeddedPostgres } = await import(join(root, "server/kit/embedded-postgres.ts"));
const postgres = await startEmbeddedPostgres({ directory: join(directory, "postgres"), say: console.log });
const client = new pg.Client({ connectionString: postgres.superuser("varsla") });
const [port = 0] = await freePorts(1);
const programs: ChildProcess[] = [];
const base = `http://127.0.0.1:${port}`;
try {
  await mkdir(target, { recursive: true });
  let program = await start();
  await client.connect();
  const until = async (statement: string) => {
    for (const began = Date.now(); (await client.query(statement)).rows[0]?.done !== true; await delay(50))
      if (Date.now() - began > timeout) throw new Error(`never true within ${timeout / 1000} s: ${statement}`);
  };
  await fill(base, until);

  // The table of the sandbox's handsets is locked, so that a journalled batch gets no answer.
  await client.query("begin; lock table sandbox_messages in access exclusive mode");
  await leaveHalfDone(base);
  await until("select count(*) > 0 as done from dispatch_journal");
  await kill(program, "SIGKILL");
  // Statements of the killed process that wait for the lock must not run after its death.
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'varsla%' and pid <> pg_backend_pid() and application_name <> 'varsla presence'",
  );
  await client.query("rollback");
  await writeFile(join(target, "data.sql"), await dump(client));

  const recorded = join(target, "recorded.jsonl");
  await rm(recorded, { force: true });
  program = await start({ RECORD_TO: recorded });
  await work(base, until);
  await kill(program, "SIGTERM");
} finally {
  for (const program of programs) program.kill("SIGKILL");
  await client.end();
  await postgres.stop();
  await rm(directory, { recursive: true, force: true });
}

async function start(more: Record<string, string> = {}): Promise<ChildProcess> {
  const record = more.RECORD_TO ? ["--import", join(import.meta.dirname, "record.ts")] : [];
  const program = spawn(process.execPath, [...record, "server/main.ts"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      ...example.settings,
      ...more,
      PORT: String(port),
      HOST: "127.0.0.1",
      DATABASE_URL: postgres.connection,
    },
  });
  programs.push(program);
  await new Promise<void>((done, fail) => {
    program.stdout.on("data", (output) => {
      process.stdout.write(output);
      if (String(output).includes("is ready")) done();
    });
    program.once("exit", (code) => fail(new Error(`${version} ended with ${code}`)));
  });
  return program;
}

async function kill(program: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(program, "exit");
  program.kill(signal);
  await ended;
}
