/**
 * The PostgreSQL that comes with Varsla: real server binaries from npm, their data in DATA_DIR, reached through a socket
 * that only its user can reach, with a password that only the program knows. DATABASE_URL uses another PostgreSQL instead.
 *
 * The postmaster runs in a session of its own, so that Ctrl-C reaches the program first and the database is stopped last.
 * If the program is killed, the next start takes over the postmaster that still runs. Programs that share a data directory
 * share its PostgreSQL: each keeps one connection open to show that it uses it, and the last one stops it.
 */
import type { ChildProcess } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { chmod, lstat, mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { singleConnection } from "./connection.ts";
import { isDatabaseAway } from "./database-away.ts";
import { locateBinaries } from "./embedded-postgres-binaries.ts";
import {
  administrator,
  environment,
  giveTo,
  initialise,
  isRunning,
  postmasterPid,
  resetPassword,
} from "./embedded-postgres-cluster.ts";
import {
  asksForPassword,
  askForPassword,
  passwordFile,
  passwordOf,
  readPassword,
  setPasswords,
} from "./embedded-postgres-password.ts";
import { smallMachineSettings } from "./embedded-postgres-settings.ts";
import { formerUser, type Identity, postgresIdentity } from "./embedded-postgres-user.ts";
import { commandOf, isAlive, signalProcess } from "./processes.ts";
import { scramVerifier } from "./scram.ts";

/** A running PostgreSQL. */
export interface EmbeddedPostgres {
  /** Connection string of the tables' owner, which row-level security binds. */
  connection: string;
  /** Connection string of a superuser, for tests and tools. */
  superuser(database: string): string;
  /** Fast shutdown, unless another program still uses this database. */
  stop(): Promise<void>;
}

/** Where and how to run it. */
export interface EmbeddedPostgresOptions {
  /** Contains the cluster, its socket and its log. Made when missing. */
  directory: string;
  /** Called when something takes long or was repaired. */
  say?: (sentence: string) => void;
  /** Additional or different settings; tests switch fsync off here. */
  settings?: Record<string, string>;
}

const role = "varsla";
const port = 5432; // Only the name of the socket file: no TCP port is opened.
const socketPathLimit = 100; // sun_path holds 104 bytes on macOS, 108 on Linux, the final zero included.
const startTimeout = 60_000;
const presence = "varsla presence";
/** Advisory lock in the database "postgres": each present program of a version with passwords holds it shared. */
const presentWithPassword = 2_036_411;
/** Advisory lock that serialises the set-up of roles and passwords. */
const preparing = 2_036_412;
/** SQLSTATEs of a PostgreSQL that starts, recovers or shuts down: cannot_connect_now and the two kinds of shutdown. */
const inBetween = new Set(["57P03", "57P01", "57P02"]);

/** Starts, or takes over, the PostgreSQL of a directory and makes sure that its role and database exist. */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const directory = resolve(options.directory);
  const say = options.say ?? (() => {});
  const binaries = await locateBinaries();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const cluster = join(directory, "data");
  const log = join(directory, "log");
  const sockets = socketPath(directory);
  const { password, made } = await readPassword(directory);
  const passwords = { [administrator]: password, [role]: passwordOf(role, password) };
  const uri = (user: keyof typeof passwords, database: string) =>
    `postgres://${user}:${passwords[user]}@localhost/${database}?host=${encodeURIComponent(sockets)}&port=${port}`;
  const superuser = uri(administrator, "postgres");
  const inUse = async () => (await isRunning(cluster)) && !(await stopIfAlone(cluster, superuser));
  const identity = await postgresIdentity(directory, dirname(binaries.postgres), { inUse, say });
  await makePrivate(directory, identity);
  await makeSocketDirectory(sockets, directory, identity);

  const noSync = options.settings?.fsync === "off";
  if (!(await exists(join(cluster, "PG_VERSION")))) {
    say("creating the database");
    await initialise(cluster, { initdb: binaries.initdb, identity, noSync, verifier: scramVerifier(password) });
  } else if (made && (await asksForPassword(cluster))) {
    await resetPassword(cluster, { postgres: binaries.postgres, identity, verifier: scramVerifier(password) });
  }
  const has = (await readFile(join(cluster, "PG_VERSION"), "utf8")).trim();
  if (has !== binaries.major) {
    throw new Error(
      `The data in ${cluster} are of PostgreSQL ${has}, but this program brings PostgreSQL ${binaries.major}.`,
    );
  }

  async function launch(): Promise<ChildProcess> {
    await keepLogSmall(log);
    const output = openSync(log, "a", 0o600);
    const settings = { ...(await smallMachineSettings()), ...options.settings };
    const values = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
    const args = ["-D", cluster, "-k", sockets, "-p", String(port), "-h", "", ...values];
    const stdio = ["ignore" as const, output, output];
    const child = identity.spawn(binaries.postgres, args, { cwd: "/", detached: true, stdio, env: environment });
    closeSync(output);
    child.on("error", () => {}); // `exited` then finds that it has no pid
    child.unref();
    return child;
  }

  /** Waits until a postmaster answers, launching one when there is none. */
  async function bringUp(): Promise<void> {
    const began = performance.now();
    let postmaster: ChildProcess | null = null;
    for (let announced = false; ;) {
      const answer = await probe(superuser);
      if (answer === "up") return;
      const gone = postmaster === null || exited(postmaster);
      if (answer === "absent" && gone) {
        if (postmaster !== null) await checkFailedLaunch(cluster, log, say);
        postmaster = await launch();
      }
      if (performance.now() - began > startTimeout) {
        throw new Error(`PostgreSQL did not answer within ${startTimeout / 1000} s. ${await endOf(log)}`);
      }
      if (!announced && performance.now() - began > 2_000) {
        say("waiting for PostgreSQL; after a crash it first replays its log");
        announced = true;
      }
      await delay(20);
    }
  }

  let stopping = false;
  let present: pg.Client | null = null;

  /** Brings it up and stays connected; repeated when it ends unexpectedly: out of memory, or killed. */
  async function supervise(): Promise<void> {
    for (;;) {
      await bringUp();
      const client = new pg.Client({ connectionString: superuser, application_name: presence, ...singleConnection });
      client.on("error", () => {}); // "end" follows
      try {
        await client.connect();
        await client.query("select pg_advisory_lock_shared($1)", [presentWithPassword]);
        await client.query("select pg_advisory_lock($1)", [preparing]);
        await ensureRoleAndDatabase(client);
        await requirePasswords(client);
        await client.query("select pg_advisory_unlock($1)", [preparing]);
        present = client;
        client.once("end", restart);
        return;
      } catch (error) {
        await client.end().catch(() => {});
        // Its last user may be stopping it at this moment; then it is started again.
        if (!isTransient(error)) throw error;
      }
    }
  }

  /** Sets the roles' passwords and requires them; for data of an older version this happens at the first start. */
  async function requirePasswords(client: pg.Client): Promise<void> {
    const asked = await asksForPassword(cluster);
    if (!asked && (await hasOlderUser(client))) {
      say("PostgreSQL needs no password as long as an older version uses it; stop that and start Varsla again");
      return;
    }
    await setPasswords(client, passwords);
    await askForPassword(cluster, client, (file) => giveTo(file, identity));
    if (!asked) say("PostgreSQL needs a password from now on");
  }

  let restarting: Promise<void> | null = null;

  function restart(): void {
    present = null;
    if (stopping) return;
    say("PostgreSQL ended unexpectedly; starting it again");
    restarting = supervise().catch((error: Error) => say(`PostgreSQL could not be started again: ${error.message}`));
  }

  await supervise();
  return {
    connection: uri(role, role),
    superuser: (database) => uri("postgres", database),
    async stop() {
      stopping = true;
      // A restart that finished after this would leave a postmaster that nothing stops.
      await restarting;
      const own = (present as { processID?: number } | null)?.processID ?? null;
      await present?.end();
      await stopIfAlone(cluster, superuser, own);
    },
  };
}

async function makePrivate(path: string, identity: Identity): Promise<void> {
  await giveTo(path, identity);
  await chmod(path, 0o700);
}

/** Fast shutdown, unless a program other than that of the connection `own` uses it; returns whether it no longer runs. */
async function stopIfAlone(cluster: string, superuser: string, own: number | null = null): Promise<boolean> {
  const pid = await postmasterPid(cluster);
  if (pid === null || !isAlive(pid)) return true;
  if (await isShared(superuser, own)) return false;
  signalProcess(pid, "SIGINT"); // fast shutdown: rolls back open transactions and writes a checkpoint
  while (isAlive(pid) && (await postmasterPid(cluster)) === pid) await delay(10);
  return true;
}

/** The directory itself, or when its path is too long for a socket, a private one in the system's temporary directory. */
function socketPath(directory: string): string {
  if (Buffer.byteLength(join(directory, `.s.PGSQL.${port}`)) <= socketPathLimit) return directory;
  const name = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  return join(tmpdir(), `varsla-${name}`);
}

async function makeSocketDirectory(sockets: string, directory: string, identity: Identity): Promise<void> {
  if (sockets === directory) return;
  await mkdir(sockets, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  // All users may write in the temporary directory: a socket directory made beforehand by another user may be an attack.
  const { uid } = await lstat(sockets);
  if (uid !== identity.uid && uid === formerUser) {
    // Left by an older version, whose PostgreSQL ran as `nobody` and has ended.
    await rm(sockets, { recursive: true });
    return makeSocketDirectory(sockets, directory, identity);
  }
  if (uid !== identity.uid && uid !== process.getuid?.()) {
    throw new Error(
      `${sockets}, where PostgreSQL's socket belongs, is user ${uid}'s. Remove it, or set DATA_DIR to a shorter path.`,
    );
  }
  await makePrivate(sockets, identity);
}

/** Whether a PostgreSQL answers: "up"; "busy" while it starts or shuts down; "absent" when none listens. */
async function probe(connection: string): Promise<"up" | "busy" | "absent"> {
  const client = new pg.Client({ connectionString: connection, ...singleConnection, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {}); // one that shuts down during the probe is "absent" in the next round
  try {
    await client.connect();
    await client.query("select 1");
    return "up";
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "ENOENT" || code === "ECONNREFUSED") return "absent";
    if (code === "28P01") {
      const why = `PostgreSQL has another password than the one in its directory's file "${passwordFile}". Restore the file; or stop PostgreSQL, remove the file, and start again.`;
      throw new Error(why, { cause: error });
    }
    if (isTransient(error)) return "busy";
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether the error is that of a PostgreSQL that is starting or shutting down. */
function isTransient(error: unknown): boolean {
  const { code } = error as { code?: string };
  if (code) return inBetween.has(code) || ["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code);
  return isDatabaseAway(error); // pg's own errors have no code
}

/** Whether a program of a version without passwords is present: its next connection would be refused. */
async function hasOlderUser(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query(
    `select 1 from pg_stat_activity where application_name = $1
       and pid not in (select pid from pg_locks where locktype = 'advisory' and objid = $2)`,
    [presence, presentWithPassword],
  );
  return rows.length > 0;
}

async function ensureRoleAndDatabase(client: pg.Client): Promise<void> {
  const { rows } = await client.query(
    `select (select rolcreaterole from pg_roles where rolname = $1) as makes_roles,
       exists (select from pg_database where datname = $1) as database`,
    [role],
  );
  // Not a superuser, which row-level security does not bind. With CREATEROLE, since it makes the workspace role
  // (kit/workspace-role.ts).
  if (rows[0].makes_roles === null) await client.query(`create role ${role} login createrole`).catch(ignoreDuplicate);
  if (rows[0].makes_roles === false) await client.query(`alter role ${role} createrole`);
  if (!rows[0].database) await client.query(`create database ${role} owner ${role}`).catch(ignoreDuplicate);
}

/** Another program that starts at the same time may have created it first. */
function ignoreDuplicate(error: { code?: string }): void {
  const duplicates = ["42710", "42P04", "23505"]; // duplicate_object, duplicate_database, unique_violation
  if (!error.code || !duplicates.includes(error.code)) throw error;
}

/** Whether another program is present. It checks repeatedly, so that of two programs that stop at the same time one shuts it down. */
async function isShared(connection: string, own: number | null): Promise<boolean> {
  const client = new pg.Client({ connectionString: connection, ...singleConnection });
  client.on("error", () => {}); // the next query fails
  try {
    await client.connect();
    for (let check = 0; check < 10; check++) {
      const { rows } = await client.query(
        "select count(*)::int as n from pg_stat_activity where application_name = $1 and pid is distinct from $2",
        [presence, own],
      );
      if (rows[0].n === 0) return false;
      await delay(30);
    }
    return true;
  } catch (error) {
    if (isTransient(error)) return false; // it is shutting down already
    throw error;
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Finds out why the postmaster that we launched exited at once, and returns when launching another makes sense: an
 * earlier one is still shutting down, or its stale lock file named a process that is not PostgreSQL (process ids are reused,
 * in containers soon).
 */
async function checkFailedLaunch(cluster: string, log: string, say: (sentence: string) => void): Promise<void> {
  const tail = await lastLines(log, 6);
  if (/pre-existing shared memory block .* is still in use|could not remove old lock file/.test(tail))
    return void (await delay(100));
  if (!/lock file "[^"]*" already exists/.test(tail)) throw new Error(`PostgreSQL does not start. ${await endOf(log)}`);
  const pid = await postmasterPid(cluster);
  if (pid !== null && isAlive(pid) && !/postgres/.test(await commandOf(pid))) {
    say("removing the lock file of a PostgreSQL that is no longer running");
    await rm(join(cluster, "postmaster.pid"), { force: true });
  }
  await delay(100);
}

const exited = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;

const endOf = async (log: string) => `The end of ${log}:\n${await lastLines(log, 15)}`;

async function lastLines(file: string, count: number): Promise<string> {
  const text = await readFile(file, "utf8").catch(() => "(there is no log)");
  return text.trimEnd().split("\n").slice(-count).join("\n");
}

/** A start that finds a log of more than 4 MB begins a new one and keeps one old one. */
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
