/**
 * Passwords of the PostgreSQL that comes with Varsla. They derive from a file that only the program can read, so that even a
 * process of the user that PostgreSQL runs as cannot log in.
 */
import { createHmac, randomBytes } from "node:crypto";
import { chmod, link, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import { isScramVerifier, scramVerifier } from "./scram.ts";

/** The file with the superuser's password, in PostgreSQL's directory. */
export const passwordFile = "password";

const rules = `# Written by Varsla when it starts: changes are lost. The password of the role postgres is in the file
# ${passwordFile} next to this directory; those of the other roles are derived from it.
local all all scram-sha-256
`;

/** Reads the superuser's password, or makes one; `made` tells which. */
export async function readPassword(directory: string): Promise<{ password: string; made: boolean }> {
  const file = join(directory, passwordFile);
  const found = await readIfThere(file);
  if (found !== null) {
    await chmod(file, 0o600);
    return { password: checked(found, file), made: false };
  }
  // Written to a draft and linked into place, so that concurrent first starts agree on one and none reads half of it.
  const draft = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  const handle = await open(draft, "wx", 0o600);
  await handle.writeFile(`${randomBytes(32).toString("base64url")}\n`);
  await handle.sync();
  await handle.close();
  const made = await link(draft, file).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return false;
      throw error;
    },
  );
  await rm(draft);
  return { password: checked(await readFile(file, "utf8"), file), made };
}

function checked(text: string, file: string): string {
  const password = text.trim();
  if (password.length < 32) throw new Error(`${file} holds no password: remove it, and another is made.`);
  return password;
}

/** Another role's password, derived from the superuser's. */
export function passwordOf(role: string, password: string): string {
  return createHmac("sha256", password).update(`role ${role}`).digest("base64url");
}

/** Sets the passwords of roles that have a different one, or none. */
export async function setPasswords(superuser: pg.Client, passwords: Record<string, string>): Promise<void> {
  const { rows } = await superuser.query<{ name: string; kept: string | null }>(
    "select rolname as name, rolpassword as kept from pg_authid where rolname = any($1)",
    [Object.keys(passwords)],
  );
  for (const { name, kept } of rows) {
    const password = passwords[name] as string;
    if (kept !== null && isScramVerifier(kept, password)) continue;
    await superuser.query(`alter role ${superuser.escapeIdentifier(name)} password '${scramVerifier(password)}'`);
  }
}

/** Whether every login needs a password: not so with the data of older versions. */
export async function asksForPassword(cluster: string): Promise<boolean> {
  return (await readIfThere(join(cluster, "pg_hba.conf"))) === rules;
}

/** Requires a password for every login from now on, also after a start that was killed half-way. The passwords must be set. */
export async function askForPassword(
  cluster: string,
  superuser: pg.Client,
  own: (file: string) => Promise<void>,
): Promise<void> {
  if (!(await asksForPassword(cluster))) await writeRules(cluster, own);
  await superuser.query("select pg_reload_conf()");
}

/** Writes pg_hba.conf atomically. */
export async function writeRules(cluster: string, own: (file: string) => Promise<void>): Promise<void> {
  const file = join(cluster, "pg_hba.conf");
  const draft = `${file}.${process.pid}`;
  const handle = await open(draft, "w", 0o600);
  await handle.writeFile(rules);
  await handle.sync();
  await handle.close();
  await own(draft);
  await rename(draft, file);
}

async function readIfThere(file: string): Promise<string | null> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
}
