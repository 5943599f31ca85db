/** The user that PostgreSQL runs as, since it refuses to run as root, and how that user reaches files below a closed directory. */
import { type ChildProcess, type SpawnOptions, execFile, spawn } from "node:child_process";
import { chmod, chown, lchown, lstat, readdir, readFile, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { passwordFile } from "./embedded-postgres-password.ts";

/** The user that PostgreSQL runs as. */
export interface Identity {
  /** Undefined: our own user. */
  uid?: number;
  gid?: number;
  spawn(command: string, args: string[], options: SpawnOptions): ChildProcess;
}

const nobody = process.platform === "darwin" ? 0xfffffffe : 65_534;
/** The user that PostgreSQL ran as in older versions when root started it. */
export const formerUser = process.getuid?.() === 0 ? nobody : null;

/**
 * Our own user, or, when we are root, the owner of the data; for new data a system user, or the user `nobody` when none can be
 * created. `directory` contains the data, `program` is the binary; both may be below a directory such as /root that only root
 * can enter.
 *
 * Data of older versions belong to `nobody`, which other programs run as too: they get a new owner unless `inUse`.
 */
export async function postgresIdentity(
  directory: string,
  program: string,
  { inUse, say }: { inUse: () => Promise<boolean>; say: (sentence: string) => void },
): Promise<Identity> {
  if (process.getuid?.() !== 0) return { spawn };

  const { uid, gid } = await ownerOf(directory, inUse, say);
  const closed = (await closedParent(dirname(directory), uid, gid)) ?? (await closedParent(program, uid, gid));
  if (closed === null) {
    return { uid, gid, spawn: (command, args, options) => spawn(command, args, { ...options, uid, gid }) };
  }

  // setpriv keeps one capability for the unprivileged user: to read and enter closed directories, or when a container has
  // taken that from root, to disregard file modes.
  const capability = await firstHeld(["dac_read_search", "dac_override"]);
  if (capability === null) {
    throw new Error(
      `PostgreSQL cannot run as root, and user ${uid} cannot enter ${closed}. Run as another user, or set DATA_DIR (and keep the program) where everyone may enter, or set DATABASE_URL.`,
    );
  }
  // initdb calls access(2) on its programs, which ignores capabilities unless this bit is set.
  const drop = [`--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--securebits=+no_setuid_fixup"];
  const keep = [
    `--inh-caps=-all,+${capability}`,
    `--ambient-caps=-all,+${capability}`,
    `--bounding-set=-all,+${capability}`,
  ];
  return {
    uid,
    gid,
    spawn: (command, args, options) => spawn("setpriv", [...drop, ...keep, command, ...args], options),
  };
}

interface Owner {
  uid: number;
  gid: number;
}

async function ownerOf(
  directory: string,
  inUse: () => Promise<boolean>,
  say: (sentence: string) => void,
): Promise<Owner> {
  const owner = await stat(directory);
  if (owner.uid !== 0 && owner.uid !== nobody) return owner;
  if (owner.uid === nobody && (await inUse())) {
    say("PostgreSQL runs as nobody, for another program that uses it; its files get their own user at a later start");
    return owner;
  }
  const user = await systemUser();
  if (user === null) {
    say("PostgreSQL runs as nobody, because no user for it could be made; start Varsla as a user of its own instead");
    return { uid: nobody, gid: nobody };
  }
  if (owner.uid === nobody) {
    await changeOwner(directory, user);
    say(`the files of PostgreSQL, which were nobody's, belong to the user ${userName} now`);
  }
  return user;
}

const userName = "varsla";
const run = promisify(execFile);

/** The system user for PostgreSQL, created when there is none; null when that fails. */
async function systemUser(): Promise<Owner | null> {
  if (process.platform !== "linux") return null;
  const known = await idOf(userName);
  if (known) return known;
  const nologin = "/usr/sbin/nologin";
  const home = "/nonexistent";
  // The command of most systems, then that of small ones such as Alpine.
  const makers: [string, string[]][] = [
    ["useradd", ["--system", "--user-group", "--no-create-home", "--home-dir", home, "--shell", nologin, userName]],
    ["adduser", ["-S", "-D", "-H", "-h", home, "-s", nologin, userName]],
  ];
  for (const [command, args] of makers) {
    await run(command, args).catch(() => {}); // no such command, or another start has just made the user
    const made = await idOf(userName);
    if (made) return made;
  }
  return null;
}

async function idOf(name: string): Promise<Owner | null> {
  const number = async (option: string) => Number((await run("id", [option, name])).stdout);
  const found = await Promise.all([number("-u"), number("-g")]).catch(() => null); // there is no such user
  // A user with the uid of root would be refused by PostgreSQL.
  return found && found[0] > 0 ? { uid: found[0], gid: found[1] } : null;
}

/**
 * Changes the owner of all files of a PostgreSQL that is not running, the directory itself last, so that when this is killed
 * half-way the next start repeats it.
 */
async function changeOwner(directory: string, to: Owner): Promise<void> {
  for (const name of await readdir(directory)) {
    // Another process of the old user may have left a socket to capture our password.
    if (name.startsWith(".s.PGSQL.")) await rm(join(directory, name), { force: true });
    else if (name !== passwordFile) await changeOwnerOf(join(directory, name), to);
  }
  await chown(directory, to.uid, to.gid);
  await chmod(directory, 0o700);
}

async function changeOwnerOf(path: string, to: Owner): Promise<void> {
  const found = await lstat(path);
  if (found.isDirectory()) for (const name of await readdir(path)) await changeOwnerOf(join(path, name), to);
  // A hard link that the old user made to a file elsewhere would change that file's owner.
  if (found.isFile() && found.nlink > 1) {
    throw new Error(`${path} has a second name elsewhere; remove what does not belong to PostgreSQL and start again.`);
  }
  await lchown(path, to.uid, to.gid);
}

/** The nearest parent directory that this user may not enter, or null. */
async function closedParent(path: string, uid: number, gid: number): Promise<string | null> {
  for (let at = path; ; at = dirname(at)) {
    const { mode, uid: owner, gid: group } = await stat(at);
    const enter = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
    if (!(mode & enter)) return at;
    if (dirname(at) === at) return null;
  }
}

const capabilityBits = { dac_override: 1n, dac_read_search: 2n };

async function firstHeld(names: (keyof typeof capabilityBits)[]): Promise<string | null> {
  if (process.platform !== "linux") return null;
  const status = await readFile("/proc/self/status", "utf8");
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? "0"}`);
  return names.find((name) => effective & (1n << capabilityBits[name])) ?? null;
}
