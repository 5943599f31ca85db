/**
 * The cookie of a device that has signed in before. Attempts without it share the general limits; a device that has it
 * has limits of its own, so that guesses from elsewhere do not lock the account's owner out (OWASP, "Slow down online guessing
 * attacks with device cookies").
 *
 * It does not replace the password. It is signed, and bound to one account and its current password hash, so that a new
 * password invalidates it. A browser that several people use holds entries for the last few accounts.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { sql } from "kysely";
import type { Config } from "../kit/config.ts";
import type { Db } from "../kit/db.ts";

const lifetime = 180 * 24 * 3600; // seconds
const maxAccounts = 4;
const idOctets = 12;

/** What the signature covers in addition to the cookie's own fields. */
interface Account {
  user_id: string;
  password: string;
}

interface Entry {
  userId: string;
  deviceId: string;
  /** Seconds since 1970. */
  issued: number;
  signature: string;
}

type Headers = Record<string, string | string[] | undefined>;

export interface Devices {
  /** The device's id when its cookie is valid for this account, else null. */
  find(headers: Headers, email: string, at: Date): Promise<string | null>;
  /** Set-Cookie for a device that has just authenticated; none when the person was removed. */
  grant(headers: Headers, userId: string, at: Date): Promise<string[]>;
}

export function createDevices(options: { db: Db; config: Pick<Config, "public_url" | "secret_key"> }): Devices {
  const { db, config } = options;
  const https = config.public_url.startsWith("https://");
  const name = `${https ? "__Host-" : ""}varsla.device`;
  const key = createHmac("sha256", config.secret_key).update("devices").digest();
  const sign = (entry: Omit<Entry, "signature">, account: Account) =>
    createHmac("sha256", key)
      .update(`${entry.userId} ${entry.deviceId} ${entry.issued} ${account.password}`)
      .digest("base64url");
  const isValid = (entry: Entry, account: Account, at: Date) =>
    entry.userId === account.user_id &&
    entry.issued + lifetime > at.getTime() / 1000 &&
    isSame(entry.signature, sign(entry, account));

  return {
    async find(headers, email, at) {
      const entries = readEntries(headers, name);
      if (entries.length === 0) return null;
      const account = await findAccount(db, sql`u.email = ${email.trim().toLowerCase()}`);
      return (account && entries.find((entry) => isValid(entry, account, at))?.deviceId) ?? null;
    },

    async grant(headers, userId, at) {
      const account = await findAccount(db, sql`u.id = ${userId}`);
      if (!account) return [];
      const before = readEntries(headers, name);
      const deviceId =
        before.find((entry) => isValid(entry, account, at))?.deviceId ?? randomBytes(idOctets).toString("base64url");
      const entry = { userId, deviceId, issued: Math.floor(at.getTime() / 1000) };
      const others = before.filter((other) => other.userId !== userId).slice(0, maxAccounts - 1);
      const value = [{ ...entry, signature: sign(entry, account) }, ...others].map(written).join("~");
      const flags = `Max-Age=${lifetime}; Path=/; HttpOnly; SameSite=Lax${https ? "; Secure" : ""}`;
      return [`${name}=${value}; ${flags}`];
    },
  };
}

async function findAccount(db: Db, which: ReturnType<typeof sql>): Promise<Account | null> {
  const { rows } = await db.asSystem((tx) =>
    sql<Account>`
      select u.id as user_id, a.password from users u join accounts a on a.user_id = u.id
      where ${which} and a.provider_id = 'credential' and a.password is not null`.execute(tx),
  );
  return rows[0] ?? null;
}

const written = ({ userId, deviceId, issued, signature }: Entry) => [userId, deviceId, issued, signature].join(".");

function readEntries(headers: Headers, name: string): Entry[] {
  const cookies = [headers.cookie ?? []].flat().join("; ");
  const value = cookies
    .split(/; */)
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.slice(name.length + 1);
  if (!value) return [];
  let plain: string;
  try {
    plain = decodeURIComponent(value);
  } catch {
    return []; // not written by us
  }
  return plain
    .split("~", maxAccounts)
    .map((text) => /^([0-9a-f-]{36})\.([\w-]{16})\.(\d{1,12})\.([\w-]{43})$/.exec(text))
    .filter((match) => match !== null)
    .map(([, userId = "", deviceId = "", issued = "", signature = ""]) => ({
      userId,
      deviceId,
      issued: Number(issued),
      signature,
    }));
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
