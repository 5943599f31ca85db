/** A cluster on disk: creating it with initdb, resetting its password, checking whether a postmaster runs on it. */
import { randomBytes } from "node:crypto";
import { chown, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { passwordFile, writeRules } from "./embedded-postgres-password.ts";
import type { Identity } from "./embedded-postgres-user.ts";
import { commandOf, isAlive } from "./processes.ts";

/** The superuser. */
export const administrator = "postgres";

/** PostgreSQL's environment: it must get neither PG* variables nor the program's secrets. */
export const environment = { PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" };

/**
 * Runs initdb in a draft directory and moves it into place, so that a start that is killed here leaves no partial cluster, and
 * of concurrent starts one wins.
 */
export async function initialise(
  cluster: string,
  { initdb, identity, noSync, verifier }: { initdb: string; identity: Identity; noSync: boolean; verifier: string },
): Promise<void> {
  const parent = dirname(cluster);
  for (const name of await readdir(parent)) {
    const maker = Number(/^data\.(\d+)-/.exec(name)?.[1]);
    if (maker && !isAlive(maker)) await rm(join(parent, name), { recursive: true, force: true });
  }
  const draft = `${cluster}.${process.pid}-${randomBytes(4).toString("hex")}`;
  const first = `${draft}-verifier`;
  await writeFile(first, verifier, { mode: 0o600, flag: "wx" });
  await giveTo(first, identity);
  const args = ["-D", draft, "-U", administrator, "--auth=scram-sha-256", `--pwfile=${first}`];
  args.push("--encoding=UTF8", "--no-instructions");
  // Not the machine's locale, so that sorting and lower() are the same on every machine, and an upgrade of the operating
  // system does not corrupt indexes.
  args.push("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8");
  if (noSync) args.push("--no-sync");
  await runAs(identity, initdb, args);
  await rm(first);
  await writeRules(draft, (file) => giveTo(file, identity));
  await rename(draft, cluster).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    await rm(draft, { recursive: true, force: true });
  });
}

/** Sets a new password of the superuser when the password file was lost; the other roles' passwords follow from it. */
export async function resetPassword(
  cluster: string,
  { postgres, identity, verifier }: { postgres: string; identity: Identity; verifier: string },
): Promise<void> {
  if (await isRunning(cluster)) {
    const pid = await postmasterPid(cluster);
    throw new Error(
      `${join(dirname(cluster), passwordFile)} was lost, and PostgreSQL still runs as process ${pid}. Restore the file, or stop that process, and start again.`,
    );
  }
  const statement = `alter role ${administrator} password '${verifier}'\n`;
  await runAs(identity, postgres, ["--single", "-D", cluster, "postgres"], statement);
}

/** Runs one of PostgreSQL's programs to its end. */
async function runAs(identity: Identity, program: string, args: string[], input = ""): Promise<void> {
  const child = identity.spawn(program, args, { cwd: "/", stdio: ["pipe", "pipe", "pipe"], env: environment });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk) => {
      output += chunk;
    });
  }
  child.stdin?.on("error", () => {}); // it exited without reading; the exit code is checked below
  child.stdin?.end(input);
  const code = await new Promise<number | null>((done, fail) => child.once("error", fail).once("close", done));
  if (code !== 0) throw new Error(`${basename(program)} failed with code ${code}:\n${output.trim()}`);
}

export async function giveTo(path: string, { uid, gid }: Identity): Promise<void> {
  if (uid !== undefined) await chown(path, uid, gid ?? uid);
}

/** Whether the cluster's postmaster runs. Its lock file may be stale and name another process. */
export async function isRunning(cluster: string): Promise<boolean> {
  const pid = await postmasterPid(cluster);
  return pid !== null && isAlive(pid) && /postgres/.test(await commandOf(pid));
}

export async function postmasterPid(cluster: string): Promise<number | null> {
  const file = await readFile(join(cluster, "postmaster.pid"), "utf8").catch(() => ""); // there is none when it is down
  return Number.parseInt(file, 10) || null;
}
