import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { until } from "../../testing/until.ts";
import { locateBinaries } from "./embedded-postgres-binaries.ts";
import { type EmbeddedPostgres, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { childrenOf, isAlive, signalProcess } from "./processes.ts";

// Clusters are created and started, one after the other.
vi.setConfig({ testTimeout: 60_000 });
const quick = { fsync: "off", shared_buffers: "16MB", max_connections: "20" };

const template = await mkdtemp(join(tmpdir(), "varsla-pg-template-"));
beforeAll(async () => {
  await chmod(template, 0o755);
  await (await start(template)).stop();
});
afterAll(() => rm(template, { recursive: true, force: true }));

/** A directory with a cluster that was stopped; initdb takes more than a second. */
async function preparedDirectory(from = template): Promise<string> {
  const directory = await temporaryDirectory();
  const copy = spawn("cp", ["-Rp", join(from, "postgres"), directory], { stdio: "inherit" });
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

async function start(directory: string, messages: string[] = []): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({
    directory: join(directory, "postgres"),
    settings: quick,
    say: (line) => messages.push(line),
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

test("starts, keeps data over a stop, and its files are closed to other users", async () => {
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
  // The first start's own supervision may restart it as well; then both share it.
  const second = await start(directory);
  expect(await query(second.connection, "select n from kept")).toEqual([{ n: 7 }]);
  await Promise.all([first.stop(), second.stop()]);
  await until(async () => expect(await postmaster(directory)).toBeNull());
});

test("is restarted when its postmaster dies", async () => {
  const directory = await preparedDirectory();
  const messages: string[] = [];
  const postgres = await start(directory, messages);
  signalProcess((await postmaster(directory)) as number, "SIGKILL");
  await until(async () => expect(await query(postgres.connection, "select 1 as n")).toEqual([{ n: 1 }]));
  await until(() => expect(messages).toContain("PostgreSQL ended unexpectedly; starting it again"));
  await postgres.stop();
});

test("two concurrent starts share one postmaster, which the last one to stop ends", async () => {
  const directory = await temporaryDirectory();
  const [one, two] = await Promise.all([start(directory), start(directory)]);
  await query(one.connection, "create table kept as select 7 as n");
  await one.stop();
  expect(await query(two.connection, "select n from kept")).toEqual([{ n: 7 }]);
  await two.stop();
  expect(await postmaster(directory)).toBeNull();
});

test("a lock file that names another program's process is no obstacle", async () => {
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

test("when PostgreSQL cannot start, the error contains its own message", async () => {
  const directory = await preparedDirectory();
  await rm(join(directory, "postgres", "data", "global"), { recursive: true });
  await expect(start(directory)).rejects.toThrow(/PostgreSQL does not start[^]*pg_control/);
});

/** The user that PostgreSQL runs as here; a lock file that names another user's process is not checked. */
function userOf({ uid, gid }: { uid: number; gid: number }): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 ? { uid, gid } : {};
}

/** Tries to log in as this user of the operating system, with what such a user can know; returns the resulting error, or "in". */
async function tryLogin(
  directory: string,
  as: { uid: number; gid: number } | null,
  login = "postgres",
): Promise<string> {
  const script = `
    const pg = (await import(${JSON.stringify(import.meta.resolve("pg"))})).default;
    const client = new pg.Client({ host: process.argv[1], user: process.argv[2], database: "postgres", password: "guessed" });
    try { await client.connect(); console.log("in"); await client.end(); } catch (error) { console.log(error.code ?? error.message); }
    process.exit();`;
  const user = as === null ? {} : as;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script, join(directory, "postgres"), login], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { PATH: process.env.PATH },
    cwd: "/",
    ...user,
  });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  await once(child, "close");
  return output.trim();
}

const nobody = { uid: 65_534, gid: 65_534 };
const isRoot = process.getuid?.() === 0;

test("no login without the password, not even for the user that PostgreSQL runs as", async () => {
  const directory = await preparedDirectory();
  const postgres = await start(directory);
  onTestFinished(() => postgres.stop());
  const [asked] = await query(
    postgres.superuser("postgres"),
    "select string_agg(type || ' ' || auth_method, ',') as rules from pg_hba_file_rules",
  );
  expect(asked).toEqual({ rules: "local scram-sha-256" });
  for (const login of ["postgres", "varsla"]) {
    await expect(query(passwordless(directory, login), "select 1")).rejects.toThrow(/password/);
  }
  const password = join(directory, "postgres", "password");
  expect(await stat(password)).toMatchObject({ mode: 0o100600, uid: process.getuid?.() });
  expect((await stat(join(directory, "postgres"))).mode & 0o777).toBe(0o700);
});

test.runIf(isRoot && process.platform === "linux")(
  "started as root it has its own system user, and other users cannot log in",
  async () => {
    const directory = await preparedDirectory();
    const postgres = await start(directory);
    onTestFinished(() => postgres.stop());
    const { uid, gid } = await stat(join(directory, "postgres", "data"));
    expect([0, nobody.uid]).not.toContain(uid);
    expect(
      (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":").slice(0, 3).join(":")),
    ).toContain(`varsla:x:${uid}`);
    expect(await tryLogin(directory, nobody)).toMatch(/EACCES/);
    expect(await tryLogin(directory, { uid, gid })).toMatch(/password|28P01/);
    expect(await tryLogin(directory, { uid, gid }, "varsla")).toMatch(/password|28P01/);
  },
);

describe("data of a version without passwords", () => {
  const old = `${template}-old`;
  /** As such a version left them: all logins are trusted, no password is set, and with root the files belong to `nobody`. */
  const oldDirectory = () => preparedDirectory(old);

  beforeAll(async () => {
    await mkdir(old);
    await chmod(old, 0o755);
    await once(spawn("cp", ["-Rp", join(template, "postgres"), old], { stdio: "inherit" }), "exit");
    const cluster = join(old, "postgres");
    const first = await start(old);
    await query(first.connection, "create table kept as select 7 as n");
    await first.stop();
    await alone(
      join(cluster, "data"),
      "alter role varsla nocreaterole password null\nalter role postgres password null",
    );
    await rm(join(cluster, "password"));
    await writeFile(join(cluster, "data", "pg_hba.conf"), "local all all trust\nhost all all 127.0.0.1/32 trust\n");
    if (isRoot) await once(spawn("chown", ["-R", "65534:65534", cluster], { stdio: "inherit" }), "exit");
  });
  afterAll(() => rm(old, { recursive: true, force: true }));

  test("need one from the first start on, and belong to their own user", async () => {
    const directory = await oldDirectory();
    const messages: string[] = [];
    const postgres = await start(directory, messages);
    expect(await query(postgres.connection, "select n from kept")).toEqual([{ n: 7 }]);
    expect(messages).toContain("PostgreSQL needs a password from now on");
    for (const login of ["postgres", "varsla"]) {
      await expect(query(passwordless(directory, login), "select 1")).rejects.toThrow(/password/);
    }
    if (isRoot) {
      for (const file of ["", "data", "data/PG_VERSION", "data/base"]) {
        expect((await stat(join(directory, "postgres", file))).uid, file).not.toBe(nobody.uid);
      }
    }
    await postgres.stop();
    const again = await start(directory);
    expect(await query(again.connection, "select n from kept")).toEqual([{ n: 7 }]);
    await again.stop();
  });

  test.each([
    ["its password was made, and no more", async () => {}],
    [
      "one of two passwords was set",
      async (cluster: string) => {
        await alone(cluster, "alter role postgres password 'of an earlier try'");
      },
    ],
    [
      "some of its files had the new owner",
      async (cluster: string) => {
        if (isRoot) await once(spawn("chown", ["-R", "0:0", join(cluster, "base")], { stdio: "inherit" }), "exit");
      },
    ],
  ] as const)("are upgraded after a start that was killed when %s", async (_, crash) => {
    const directory = await oldDirectory();
    await writeFile(join(directory, "postgres", "password"), `${"p".repeat(43)}\n`);
    await crash(join(directory, "postgres", "data"));
    const postgres = await start(directory);
    expect(await query(postgres.connection, "select n from kept")).toEqual([{ n: 7 }]);
    await expect(query(passwordless(directory, "postgres"), "select 1")).rejects.toThrow(/password/);
    await postgres.stop();
  });

  test("are upgraded while the old version's PostgreSQL still runs", async () => {
    const directory = await oldDirectory();
    const cluster = join(directory, "postgres", "data");
    const { postgres: program } = await locateBinaries();
    const owner = await stat(cluster);
    const args = ["-D", cluster, "-k", join(directory, "postgres"), "-h", "", "-c", "fsync=off"];
    const left = spawn(program, args, { cwd: "/", stdio: "ignore", detached: true, ...userOf(owner) });
    left.unref();
    await until(() => query(passwordless(directory, "postgres"), "select 1"));
    const postgres = await start(directory);
    expect(await query(postgres.connection, "select n from kept")).toEqual([{ n: 7 }]);
    await expect(query(passwordless(directory, "postgres"), "select 1")).rejects.toThrow(/password/);
    if (isRoot) expect((await stat(cluster)).uid).not.toBe(nobody.uid);
    await postgres.stop();
  });
});

test("a password file that was lost is made anew", async () => {
  const directory = await preparedDirectory();
  await rm(join(directory, "postgres", "password"));
  const postgres = await start(directory);
  expect(await query(postgres.connection, "select 1 as n")).toEqual([{ n: 1 }]);
  await postgres.stop();
});

/** Runs statements, one a line, on a cluster that is not running. */
async function alone(cluster: string, statements: string): Promise<void> {
  const { postgres: program } = await locateBinaries();
  const user = userOf(await stat(cluster));
  const single = spawn(program, ["--single", "-D", cluster, "postgres"], {
    cwd: "/",
    stdio: ["pipe", "ignore", "inherit"],
    ...user,
  });
  single.stdin?.end(`${statements}\n`);
  const [code] = await once(single, "close");
  if (code !== 0) throw new Error(`postgres --single ended with ${code}`);
}

/** A connection without its password. */
const passwordless = (directory: string, login: string) =>
  `postgres://${login}@localhost/postgres?host=${encodeURIComponent(join(directory, "postgres"))}&port=5432`;
