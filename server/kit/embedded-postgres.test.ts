import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { childrenOf, isAlive, signalProcess } from "./processes.ts";

const quick = { fsync: "off", shared_buffers: "16MB", max_connections: "20" };

const template = await mkdtemp(join(tmpdir(), "varsla-pg-template-"));
beforeAll(async () => {
  await chmod(template, 0o755);
  await (await start(template)).stop();
}, 60_000);
afterAll(() => rm(template, { recursive: true, force: true }));

/** A directory with a cluster that was stopped; initdb takes more than a second. */
async function preparedDirectory(): Promise<string> {
  const directory = await temporaryDirectory();
  const copy = spawn("cp", ["-Rp", join(template, "postgres"), directory], { stdio: "inherit" });
  expect(await once(copy, "exit")).toEqual([0, null]);
  return directory;
}

async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "varsla-pg-"));
  onTestFinished(async () => {
    const pid = await postmaster(directory);
    if (pid) signalProcess(pid, "SIGQUIT");
    await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });
  await chmod(directory, 0o755);
  return directory;
}

async function start(directory: string, said: string[] = []): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    directory: join(directory, "postgres"),
    settings: quick,
    say: (line) => said.push(line),
  });
}

const postmaster = async (directory: string) =>
  Number.parseInt(await readFile(join(directory, "postgres", "data", "postmaster.pid"), "utf8").catch(() => ""), 10) ||
  null;

async function query(connection: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: connection });
  client.on("error", () => {}); // the server may go down under it on purpose
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end().catch(() => {});
  }
}

test("starts, keeps data over a stop, and opens its files to nobody else", async () => {
  const directory = await temporaryDirectory();
  const first = await start(directory);
  const [who] = await query(
    first.connection,
    "select current_user as name, rolsuper, rolbypassrls from pg_roles where rolname = current_user",
  );
  expect(who).toEqual({ name: "varsla", rolsuper: false, rolbypassrls: false });
  expect(await query(first.connection, "show listen_addresses")).toEqual([{ listen_addresses: "" }]);
  await query(first.connection, "create table kept as select 7 as n");
  expect((await stat(join(directory, "postgres"))).mode & 0o777).toBe(0o700);
  await first.stop();
  expect(await postmaster(directory)).toBeNull();

  const second = await start(directory);
  expect(await query(second.connection, "select n from kept")).toEqual([{ n: 7 }]);
  await second.stop();
});

test("starts at once after kill -9 of everything", async () => {
  const directory = await preparedDirectory();
  const first = await start(directory);
  await query(first.connection, "create table kept as select 7 as n");
  const pid = (await postmaster(directory)) as number;
  const everything = [pid, ...(await childrenOf(pid))];
  for (const each of everything) signalProcess(each, "SIGKILL");
  // The first start's own guard may bring it up as well; both are fine, and share it.
  const second = await start(directory);
  expect(await query(second.connection, "select n from kept")).toEqual([{ n: 7 }]);
  await Promise.all([first.stop(), second.stop()]);
  await vi.waitFor(async () => expect(await postmaster(directory)).toBeNull(), 10_000);
});

test("comes back when its postmaster dies under it", async () => {
  const directory = await preparedDirectory();
  const said: string[] = [];
  const postgres = await start(directory, said);
  signalProcess((await postmaster(directory)) as number, "SIGKILL");
  await vi.waitFor(async () => expect(await query(postgres.connection, "select 1 as n")).toEqual([{ n: 1 }]), {
    timeout: 15_000,
    interval: 100,
  });
  await vi.waitFor(() => expect(said).toContain("PostgreSQL ended unexpectedly; starting it again"));
  await postgres.stop();
});

test("two starts at once share one postmaster, which the last to stop stops", async () => {
  const directory = await temporaryDirectory();
  const [one, two] = await Promise.all([start(directory), start(directory)]);
  await query(one.connection, "create table kept as select 7 as n");
  await one.stop();
  expect(await query(two.connection, "select n from kept")).toEqual([{ n: 7 }]);
  await two.stop();
  expect(await postmaster(directory)).toBeNull();
});

test("a lock file that names somebody else's process is no obstacle", async () => {
  const directory = await preparedDirectory();
  const bystander = spawn("sleep", ["60"], { stdio: "ignore", ...userOf(await stat(join(directory, "postgres"))) });
  await once(bystander, "spawn");
  onTestFinished(() => void bystander.kill("SIGKILL"));
  const data = join(directory, "postgres", "data");
  await writeFile(
    join(data, "postmaster.pid"),
    `${bystander.pid}\n${data}\n1\n5432\n${join(directory, "postgres")}\n\n`,
  );
  const postgres = await start(directory);
  expect(await query(postgres.connection, "select 1 as n")).toEqual([{ n: 1 }]);
  expect(isAlive(bystander.pid as number)).toBe(true);
  await postgres.stop();
});

test("a path too long for a socket is no obstacle", async () => {
  const directory = await temporaryDirectory();
  const deep = join(directory, "a".repeat(60), "b".repeat(60));
  await mkdir(deep, { recursive: true });
  const postgres = await start(deep);
  expect(await query(postgres.connection, "select 1 as n")).toEqual([{ n: 1 }]);
  await postgres.stop();
});

test("a directory below one that only its owner may enter is no obstacle", async () => {
  const directory = await preparedDirectory();
  await chmod(directory, 0o700);
  const postgres = await start(directory);
  expect(await query(postgres.connection, "select 1 as n")).toEqual([{ n: 1 }]);
  await postgres.stop();
});

test("what keeps PostgreSQL from starting is told in its own words", async () => {
  const directory = await preparedDirectory();
  await rm(join(directory, "postgres", "data", "global"), { recursive: true });
  await expect(start(directory)).rejects.toThrow(/PostgreSQL does not start[^]*pg_control/);
});

/** As whom PostgreSQL runs here; the lock file of another user's process would not even be asked about. */
function userOf({ uid, gid }: { uid: number; gid: number }): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid, gid } : {};
}
