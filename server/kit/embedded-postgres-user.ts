/** PostgreSQL refuses to run as root. Whom it runs as then, and how that user reaches files below a closed directory. */
import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";

/** The user that PostgreSQL runs as. */
export interface Identity {
  /** Undefined: ours. */
  uid?: number;
  gid?: number;
  spawn(command: string, args: string[], options: SpawnOptions): ChildProcess;
}

const nobody = process.platform === "darwin" ? 0xfffffffe : 65_534;

/**
 * Ourselves, or, when we are root, the owner of the data or else nobody. `directory` is where the data are, `program` where
 * the binaries are; both may lie below a directory such as /root that only root can enter.
 */
export async function postgresIdentity(directory: string, program: string): Promise<Identity> {
  if (process.getuid?.() !== 0) return { spawn };

  const owner = await stat(directory);
  const [uid, gid] = owner.uid === 0 ? [nobody, nobody] : [owner.uid, owner.gid];
  const closed = (await closedParent(dirname(directory), uid, gid)) ?? (await closedParent(program, uid, gid));
  if (closed === null) {
    return { uid, gid, spawn: (command, args, options) => spawn(command, args, { ...options, uid, gid }) };
  }

  // setpriv lets the unprivileged user keep the one right to walk through closed directories, or where a container has
  // taken that from root, the right to disregard file modes.
  const capability = await firstHeld(["dac_read_search", "dac_override"]);
  if (capability === null) {
    throw new Error(
      `PostgreSQL cannot run as root, and user ${uid} cannot enter ${closed}. Run as another user, or set DATA_DIR (and keep the program) where everyone may enter, or set DATABASE_URL.`,
    );
  }
  // initdb asks access(2) about its programs, which leaves capabilities out of account unless this bit is set.
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

/** The nearest directory upwards that this user may not enter, or null. */
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
