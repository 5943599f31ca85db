/**
 * The PostgreSQL that comes with Varsla: real server binaries from npm, their data in DATA_DIR, reached through a socket
 * that only this user can enter. For those who have a PostgreSQL of their own there is DATABASE_URL.
 *
 * The postmaster runs in a session of its own, so that Ctrl-C reaches the program first and the database is stopped last.
 * If the program is killed, the next start takes over the postmaster that is still running.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { chmod, chown, mkdir, readdir, readFile, rename, rm, stat, statfs, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir, totalmem } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import pg from "pg";
import { type Identity, postgresIdentity } from "./embedded-postgres-user.ts";

/** A PostgreSQL that is up. */
export interface EmbeddedPostgres {
  /** Where the owner of the tables connects; row-level security binds it. */
  connection: string;
  /** Where a superuser connects, for tests and tools. */
  superuser(database: string): string;
  /** Fast shutdown, unless another program still uses this database. */
  stop(): Promise<void>;
}

/** What to run and how. */
export interface EmbeddedPostgresOptions {
  /** Holds everything of this PostgreSQL: the cluster, its socket and its log. Made when missing. */
  directory: string;
  /** Called when something takes long or was repaired. */
  say?: (sentence: string) => void;
  /** Settings beside or instead of those below; tests switch fsync off here. */
  settings?: Record<string, string>;
}

const role = "varsla";
const port = 5432; // Only the name of the socket file: no TCP port is opened.
const socketPathLimit = 100; // sun_path holds 104 bytes on macOS, 108 on Linux, with ".s.PGSQL.5432.lock" to come.
const startTimeout = 60_000;

/** Starts, or takes over, the PostgreSQL of a directory and makes sure that its role and database are there. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const say = options.say ?? (() => {});
  const binaries = await locateBinaries();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const identity = await postgresIdentity(directory, dirname(binaries.postgres));
  if (identity.uid !== undefined) await chown(directory, identity.uid, identity.gid ?? identity.uid);
  await chmod(directory, 0o700);

  const cluster = join(directory, "data");
  const log = join(directory, "log");
  const sockets = await socketDirectory(directory, identity);
  const uri = (user: string, database: string) =>
    `postgres://${user}@localhost/${database}?host=${encodeURIComponent(sockets)}&port=${port}`;

  if (!(await exists(join(cluster, "PG_VERSION")))) {
    say("creating the database");
    await initialise(cluster, binaries.initdb, identity, options.settings);
  }
  await refuseOtherMajor(cluster, binaries.postgres);

  let postmaster: ChildProcess | null = null;
  let stopping = false;

  const launch = async () => {
    await keepLogSmall(log);
    const settings = { ...(await tuning()), ...options.settings };
    const output = openSync(log, "a", 0o600);
    if (identity.uid !== undefined) await chown(log, identity.uid, identity.gid ?? identity.uid);
    const args = ["-D", cluster, "-k", sockets, "-p", String(port), "-h", ""];
    for (const [name, value] of Object.entries(settings)) args.push("-c", `${name}=${value}`);
    const child = identity.spawn(binaries.postgres, args, {
      cwd: "/",
      detached: true,
      stdio: ["ignore", output, output],
      env: postgresEnvironment(),
    });
    closeSync(output);
    child.on("error", () => {}); // it then has an exit code as well, and that is looked at
    child.unref();
    return child;
  };

  const deadline = Date.now() + startTimeout;
  let told = false;
  while (true) {
    const answer = await probe(uri("postgres", "postgres"));
    if (answer === "up") break;
    if (answer === "none" && (postmaster === null || exited(postmaster))) {
      // Two quick deaths are a fault of their own; the first may be a predecessor that is still going down.
      if (postmaster !== null) {
        const waiting = await predecessor(cluster, log);
        if (waiting === "foreign") {
          say("removing the lock file of a PostgreSQL that is no longer running");
          await rm(join(cluster, "postmaster.pid"), { force: true });
        } else if (waiting === "none") {
          throw new Error(`PostgreSQL does not start. The end of ${log}:\n${await lastLines(log)}`);
        }
      }
      postmaster = await launch();
    }
    if (Date.now() > deadline) {
      throw new Error(
        `PostgreSQL did not answer within ${startTimeout / 1000} s. The end of ${log}:\n${await lastLines(log)}`,
      );
    }
    if (!told && Date.now() > deadline - startTimeout + 2_000) {
      say("waiting for PostgreSQL (after a crash it first replays its log)");
      told = true;
    }
    await delay(20);
  }
  if (postmaster && exited(postmaster)) postmaster = null; // another program's postmaster won the race
  await ensureRoleAndDatabase(uri, identity);

  // A postmaster that dies under us (out of memory, a stray kill) is started again; the pool reconnects by itself.
  const guard = (child: ChildProcess) =>
    child.once("exit", async () => {
      if (stopping) return;
      say("PostgreSQL ended unexpectedly; starting it again");
      postmaster = await launch();
      guard(postmaster);
    });
  if (postmaster) guard(postmaster);

  return {
    connection: uri(role, role),
    superuser: (database) => uri("postgres", database),
    async stop() {
      stopping = true;
      const pid = await postmasterPid(cluster);
      if (pid === null || (await isUsedByOthers(uri("postgres", "postgres")))) return;
      signal(pid, "SIGINT"); // fast shutdown: roll back what is open, write a checkpoint
      while (isAlive(pid) && (await postmasterPid(cluster)) !== null) await delay(10);
    },
  };
}

/** Small-machine settings, each with its reason. */
async function tuning(): Promise<Record<string, string>> {
  const memory = totalmem() / 2 ** 20;
  const megabytes = (share: number, least: number, most: number) =>
    `${Math.round(Math.min(most, Math.max(least, memory * share)))}MB`;
  return {
    fsync: "on",
    synchronous_commit: "on",
    max_connections: "80",
    // An eighth, not the usual quarter: Node, a browser and the page cache live on the same machine.
    shared_buffers: megabytes(1 / 8, 128, 1024),
    effective_cache_size: megabytes(1 / 2, 256, 16_384),
    // Audience reviews hash hundreds of thousands of numbers; below this they spill to disk.
    work_mem: megabytes(1 / 256, 8, 64),
    maintenance_work_mem: megabytes(1 / 32, 64, 512),
    // Bursts of a campaign write gigabytes of WAL. Rare checkpoints mean far fewer full-page images; the price is disk and
    // a crash recovery of some seconds.
    max_wal_size: "2GB",
    min_wal_size: "128MB",
    checkpoint_timeout: "15min",
    wal_buffers: "16MB",
    // Everyone has solid-state disks by now.
    random_page_cost: "1.1",
    // Queries are short and planned to be; compiling them costs more than it saves.
    jit: "off",
    // The queue and the ledger turn over fast: vacuum early and often in small bites, and freeze what is only appended.
    autovacuum_naptime: "15s",
    autovacuum_vacuum_scale_factor: "0.05",
    autovacuum_vacuum_insert_scale_factor: "0.1",
    autovacuum_analyze_scale_factor: "0.02",
    autovacuum_vacuum_cost_limit: "2000",
    // Containers often give /dev/shm 64 MB, which a parallel hash join outgrows.
    dynamic_shared_memory_type: await sharedMemoryType(),
    timezone: "UTC",
    log_timezone: "UTC",
    log_line_prefix: "%m [%p] ",
    log_checkpoints: "off",
    // What the program does not ask for within a minute of silence inside a transaction, it never will.
    idle_in_transaction_session_timeout: "10min",
  };
}

async function sharedMemoryType(): Promise<string> {
  if (process.platform !== "linux") return "posix";
  try {
    const { bsize, blocks } = await statfs("/dev/shm");
    return bsize * blocks >= 512 * 2 ** 20 ? "posix" : "mmap";
  } catch {
    return "mmap";
  }
}

async function locateBinaries(): Promise<{ postgres: string; initdb: string }> {
  const platform = `${process.platform}-${process.arch}`;
  const require = createRequire(createRequire(import.meta.filename).resolve("embedded-postgres"));
  let location: string;
  try {
    location = require.resolve(`@embedded-postgres/${platform}`);
  } catch (cause) {
    throw new Error(`There is no embedded PostgreSQL for ${platform}; set DATABASE_URL to a PostgreSQL 15 or newer.`, {
      cause,
    });
  }
  const { postgres, initdb } = await import(pathToFileURL(location).href);
  await linkLibraries(dirname(dirname(postgres)));
  return { postgres, initdb };
}

/** npm packages hold no symbolic links; where install scripts were not allowed to make the libraries', we do. */
async function linkLibraries(native: string): Promise<void> {
  let links: { source: string; target: string }[];
  try {
    links = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"));
  } catch {
    return; // this platform's package needs none
  }
  for (const { source, target } of links) {
    const at = join(native, "..", target);
    if (await exists(at)) continue;
    await symlink(resolve(native, "..", source), at).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
  }
}

async function initialise(
  cluster: string,
  initdb: string,
  identity: Identity,
  settings: Record<string, string> | undefined,
): Promise<void> {
  // Made beside and moved into place, so that a start that is killed here leaves no half a cluster, and of two at once one
  // wins.
  const draft = `${cluster}.${process.pid}`;
  for (const name of await readdir(dirname(cluster))) {
    const maker = /^data\.(\d+)$/.exec(name)?.[1];
    if (maker && (Number(maker) === process.pid || !isAlive(Number(maker)))) {
      await rm(join(dirname(cluster), name), { recursive: true, force: true });
    }
  }
  const args = ["-D", draft, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"];
  // Not the machine's locale: sorting and lower() are then the same on every machine, and no index is ever out of date
  // after an upgrade of the operating system.
  args.push("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
  if (settings?.fsync === "off") args.push("--no-sync");
  const child = identity.spawn(initdb, args, {
    cwd: "/",
    stdio: ["ignore", "pipe", "pipe"],
    env: postgresEnvironment(),
  });
  let output = "";
  child.stdout?.on("data", (chunk) => (output += chunk));
  child.stderr?.on("data", (chunk) => (output += chunk));
  const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
  if (code !== 0) throw new Error(`initdb failed with code ${code}:\n${output.trim()}`);
  await rename(draft, cluster).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await rm(draft, { recursive: true, force: true });
  });
}

async function refuseOtherMajor(cluster: string, postgres: string): Promise<void> {
  const has = (await readFile(join(cluster, "PG_VERSION"), "utf8")).trim();
  const control = join(dirname(dirname(postgres)), "share", "postgresql", "postgresql.conf.sample");
  if (!(await exists(control))) return;
  const runs = await binaryMajor(postgres);
  if (runs && runs !== has) {
    throw new Error(`The data in ${cluster} are of PostgreSQL ${has}, but this program brings PostgreSQL ${runs}.`);
  }
}

const majors = new Map<string, string>();
async function binaryMajor(postgres: string): Promise<string | null> {
  const known = majors.get(postgres);
  if (known) return known;
  const manifest = join(dirname(postgres), "..", "..", "package.json");
  const { version } = JSON.parse(await readFile(manifest, "utf8")) as { version: string };
  const major = /^(\d+)\./.exec(version)?.[1] ?? null;
  if (major) majors.set(postgres, major);
  return major;
}

/** Only what PostgreSQL needs; it must not meet the PG* variables or the secrets of the program. */
function postgresEnvironment(): NodeJS.ProcessEnv {
  return { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC", ...(process.platform === "darwin" ? { LC_ALL: "C" } : {}) };
}

async function socketDirectory(directory: string, identity: Identity): Promise<string> {
  if (Buffer.byteLength(join(directory, `.s.PGSQL.${port}.lock`)) <= socketPathLimit) return directory;
  const name = `varsla-${createHash("sha256").update(directory).digest("hex").slice(0, 16)}`;
  const sockets = join(tmpdir(), name);
  await mkdir(sockets, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  // Everyone may write in the temporary directory: a socket directory that somebody else made beforehand is a trap.
  const { uid } = await stat(sockets);
  const expected = identity.uid ?? process.getuid?.();
  if (uid !== expected && uid !== process.getuid?.()) {
    throw new Error(
      `${sockets}, where PostgreSQL's socket belongs, is owned by user ${uid}; set DATA_DIR to a shorter path.`,
    );
  }
  if (identity.uid !== undefined) await chown(sockets, identity.uid, identity.gid ?? identity.uid);
  await chmod(sockets, 0o700);
  return sockets;
}

/** Whether a PostgreSQL answers: "up", "starting" (or going down), or "none" when nobody listens. */
async function probe(connection: string): Promise<"up" | "starting" | "none"> {
  const client = new pg.Client({ connectionString: connection, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {}); // a server that goes down under the probe is "none" in the next round
  try {
    await client.connect();
    await client.query("select 1");
    return "up";
  } catch (error) {
    const { code } = error as { code?: string };
    // 57P03 cannot_connect_now: starting, recovering or shutting down.
    if (code === "57P03" || code === "57P01" || code === "57P02") return "starting";
    if (code === "ENOENT" || code === "ECONNREFUSED" || code === "ECONNRESET") return "none";
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

async function ensureRoleAndDatabase(
  uri: (user: string, database: string) => string,
  identity: Identity,
): Promise<void> {
  void identity;
  const client = new pg.Client({ connectionString: uri("postgres", "postgres") });
  await client.connect();
  try {
    const { rows } = await client.query(
      "select exists (select from pg_roles where rolname = $1) as role, exists (select from pg_database where datname = $1) as database",
      [role],
    );
    // Not a superuser: those pass through row-level security, the second wall between workspaces.
    if (!rows[0].role) await client.query(`create role ${role} login`).catch(ignoreDuplicate);
    if (!rows[0].database) await client.query(`create database ${role} owner ${role}`).catch(ignoreDuplicate);
  } finally {
    await client.end();
  }
}

/** Another program that starts at the same moment may have made it first. */
function ignoreDuplicate(error: { code?: string }): void {
  const duplicates = ["42710", "42P04", "23505"]; // duplicate_object, duplicate_database, unique_violation
  if (!error.code || !duplicates.includes(error.code)) throw error;
}

async function isUsedByOthers(connection: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: connection, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query(
      "select count(*)::int as n from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    );
    return rows[0].n > 0;
  } catch {
    return false; // it is not up, so nobody uses it
  } finally {
    await client.end().catch(() => {});
  }
}

async function postmasterPid(cluster: string): Promise<number | null> {
  try {
    const pid = Number((await readFile(join(cluster, "postmaster.pid"), "utf8")).split("\n")[0]);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

/**
 * Why the postmaster we launched went away at once: an earlier one is still going down ("busy"), its lock file names a
 * process that is no PostgreSQL ("foreign": numbers are used again, in containers soon), or another reason ("none").
 */
async function predecessor(cluster: string, log: string): Promise<"busy" | "foreign" | "none"> {
  const tail = await lastLines(log, 6);
  if (/pre-existing shared memory block .* is still in use/.test(tail)) return "busy";
  if (!/lock file "[^"]*" already exists/.test(tail)) return "none";
  const pid = await postmasterPid(cluster);
  if (pid === null || !isAlive(pid)) return "busy"; // gone in this instant
  return (await isPostgres(pid)) ? "busy" : "foreign";
}

async function isPostgres(pid: number): Promise<boolean> {
  if (process.platform === "linux") {
    return /postgres/.test(await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => ""));
  }
  const child = spawn("ps", ["-o", "command=", "-p", String(pid)], { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  await new Promise((done) => child.once("close", done).once("error", done));
  return output.includes("postgres");
}

const exited = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function lastLines(file: string, count = 15): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "(there is no log)");
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** One old log is kept; a start that finds more than 4 MB begins a new one. */
async function keepLogSmall(log: string): Promise<void> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > 4 * 2 ** 20) await rename(log, `${log}.old`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
