/**
 * The directory for what tests write: hundreds of databases that nobody keeps. In memory where there is room for them, since a disk
 * that is slow to sync and to delete made some tests take several times as long.
 */
import { chmod, mkdtemp, readdir, rm, statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAlive } from "../server/kit/processes.ts";

/** Bytes that must be free; a whole run takes about 400 MB at once. */
const room = 2 * 2 ** 30;
const inMemory = "/dev/shm";
const prefix = "varsla-scratch-";
const ofProcess = new RegExp(`^${prefix}(\\d+)-`);

export interface Scratch {
  directory: string;
  remove(): Promise<void>;
}

/** Makes an empty directory, and removes those of runs that were killed. */
export async function makeScratch(): Promise<Scratch> {
  const parent = (await hasRoom(inMemory)) ? inMemory : tmpdir();
  for (const name of await readdir(parent)) {
    const [, pid] = ofProcess.exec(name) ?? [];
    if (pid && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
  const directory = await mkdtemp(join(parent, `${prefix}${process.pid}-`));
  // PostgreSQL runs as another user where the tests run as root.
  await chmod(directory, 0o755);
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

async function hasRoom(directory: string): Promise<boolean> {
  const stats = await statfs(directory).catch(() => null);
  return stats !== null && stats.bavail * stats.bsize >= room;
}
