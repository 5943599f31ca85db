/**
 * Limits sign-in attempts and the like, over all processes together. Each attempt is counted before it is made, so that
 * concurrent attempts cannot exceed the limit. docs/decisions/guessing.md says which attack each limit is for.
 */
import { hash } from "node:crypto";
import { sql } from "kysely";
import type { Db, Tx } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";
import { networkOf } from "../kit/ip-address.ts";

interface Limit {
  max: number;
  seconds: number;
}

/** What is counted: an account from an IP (pair), an account (address), an IP. A missing limit means unlimited. */
interface Limits {
  /** Replaces all others for a device with a valid cookie, see device-cookie.ts. */
  device?: Limit;
  pair?: Limit;
  address?: Limit;
  ip?: Limit;
}

/**
 * The pair is strict. The address alone is lenient, since a strict limit would let an attacker lock the owner out; the IP
 * alone must let an office behind one IP sign in.
 */
const limits = {
  sign_in: {
    device: { max: 10, seconds: 900 },
    pair: { max: 10, seconds: 900 },
    address: { max: 100, seconds: 3600 },
    ip: { max: 100, seconds: 900 },
  },
  /** No limit by address, or an attacker could keep a person from asking. `reset_mail` limits the mails themselves. */
  password_reset: {
    device: { max: 3, seconds: 900 },
    pair: { max: 3, seconds: 900 },
    ip: { max: 30, seconds: 3600 },
  },
  reset_mail: { address: { max: 5, seconds: 3600 } },
  /** The current password, asked of a person who is signed in. */
  change_password: { address: { max: 10, seconds: 900 } },
  /** Wrong tokens of links; right ones are not counted, since 128 random bits cannot be guessed. */
  token: { ip: { max: 100, seconds: 900 } },
  set_up: { ip: { max: 10, seconds: 900 } },
  invitations_by: { address: { max: 30, seconds: 3600 } },
  invitations_of: { address: { max: 100, seconds: 86_400 } },
  invitations_to: { address: { max: 5, seconds: 86_400 } },
} satisfies Record<string, Limits>;

type Kind = keyof typeof limits;

/** Where an attempt comes from. */
export interface From {
  ip: string;
  /** The id of a device whose cookie is valid for `about`. */
  device?: string | null;
}

export interface LoginThrottle {
  /** Counts one attempt; throws 429 `too_many_attempts` beyond a limit. `about` is what is tried: an address, a person. */
  count(kind: Kind, about: string, from: From, at: Date): Promise<void>;
  /** Takes a successful attempt back, and clears the wrong ones of the pair or device. */
  recordSuccess(kind: Kind, about: string, from: From): Promise<void>;
}

export function createLoginThrottle(db: Db): LoginThrottle {
  return {
    async count(kind, about, from, at) {
      const { device, others } = keysOf(kind, about, from);
      const wait = await db.asSystem(async (tx) => {
        if (device && (await countKeys(tx, [device], at)) === null) return null;
        return countKeys(tx, others, at);
      });
      if (wait !== null) throw tooMany(wait);
    },

    async recordSuccess(kind, about, from) {
      const { device, others } = keysOf(kind, about, from);
      const [first, ...rest] = device ? [device] : others;
      await db.asSystem(async (tx) => {
        await sql`delete from attempts where key = ${first?.key}`.execute(tx);
        for (const { key } of rest) {
          await sql`update attempts set count = greatest(count - 1, 0) where key = ${key}`.execute(tx);
        }
      });
    },
  };
}

/** Counts within a transaction; returns the seconds to wait when the attempt exceeds a limit, else null. */
export async function countAttempt(tx: Tx, kind: Kind, about: string, at: Date): Promise<number | null> {
  return countKeys(tx, keysOf(kind, about, { ip: "" }).others, at);
}

/** Clears the counts about an account or person who has authenticated otherwise. */
export async function clearAttempts(tx: Tx, kind: Kind, about: string): Promise<void> {
  const keys = keysOf(kind, about, { ip: "" }).others.map(({ key }) => key);
  await sql`delete from attempts where key = any(${keys})`.execute(tx);
}

/** Purges counts whose window has ended. */
export async function purgeLoginAttempts(db: Db, at: Date): Promise<void> {
  await db.asSystem((tx) => sql`delete from attempts where window_ends <= ${at}`.execute(tx));
}

/** 429 with how long to wait. */
export function tooMany(wait: number, code = "too_many_attempts", what = "attempts"): Problem {
  return new Problem(429, code, `Too many ${what}; try again in ${inWords(wait)}.`, { retryAfter: wait });
}

interface Key {
  key: string;
  limit: Limit;
}

/**
 * Counts one key after another, as long as each is within its limit: what the pair refuses must not count against the
 * address, or one host could lock a person out by itself. The fixed order avoids deadlocks.
 *
 * A refused attempt writes no row, so that a host beyond its limit cannot fill the table with made-up addresses.
 */
async function countKeys(tx: Tx, keys: Key[], at: Date): Promise<number | null> {
  const names = keys.map(({ key }) => key);
  const most = keys.map(({ limit }) => limit.max);
  const refused = await sql<{ wait: number }>`
    select ceil(extract(epoch from window_ends - ${at}::timestamptz))::int as wait
    from attempts a join unnest(${names}::text[], ${most}::int[]) as tried (key, most) on a.key = tried.key
    where a.count >= tried.most and a.window_ends > ${at} order by wait desc limit 1`.execute(tx);
  if (refused.rows[0]) return refused.rows[0].wait;
  for (const { key, limit } of keys) {
    const counted = await sql<{ count: number; wait: number }>`
      insert into attempts as a (key, count, window_ends)
      values (${key}, 1, ${at}::timestamptz + make_interval(secs => ${limit.seconds}))
      on conflict (key) do update set
        count = case when a.window_ends <= ${at} then 1 else a.count + 1 end,
        window_ends = case when a.window_ends <= ${at} then excluded.window_ends else a.window_ends end
      returning count, ceil(extract(epoch from window_ends - ${at}::timestamptz))::int as wait`.execute(tx);
    const row = counted.rows[0];
    if (row && row.count > limit.max) return row.wait;
  }
  return null;
}

function keysOf(kind: Kind, about: string, from: From): { device: Key | null; others: Key[] } {
  const { device, pair, address, ip }: Limits = limits[kind];
  const network = networkOf(from.ip);
  const what = about.trim().toLowerCase();
  // Hashed, so that the table does not reveal who tried to sign in from where.
  const keyed = (limit: Limit | undefined, name: string) =>
    limit ? [{ key: hash("sha256", `${kind} ${name}`, "base64url"), limit }] : [];
  return {
    device: (from.device ? keyed(device, `device ${from.device}`)[0] : null) ?? null,
    others: [
      ...keyed(pair, `pair ${what} ${network}`),
      ...keyed(address, `address ${what}`),
      ...keyed(ip, `ip ${network}`),
    ],
  };
}

function inWords(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  if (minutes === 1) return "a minute";
  return minutes <= 120 ? `${minutes} minutes` : `${Math.ceil(minutes / 60)} hours`;
}
