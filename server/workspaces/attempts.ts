/**
 * Counts what a guesser would do often, for all processes together. Each attempt is counted before it is made, in one
 * statement, so that a thousand at once pass no more than the limit.
 */
import { hash } from "node:crypto";
import { sql } from "kysely";
import type { Db } from "../kit/db.ts";
import { Problem } from "../kit/errors.ts";

interface Limit {
  max: number;
  seconds: number;
}

/**
 * The pair is strict. The address alone is lenient, since a strict one would let anybody lock somebody else out; the IP
 * alone must let an office behind one address sign in.
 */
const limits = {
  sign_in: {
    pair: { max: 10, seconds: 900 },
    address: { max: 100, seconds: 3600 },
    ip: { max: 100, seconds: 900 },
  },
  password_reset: {
    pair: { max: 3, seconds: 900 },
    address: { max: 5, seconds: 3600 },
    ip: { max: 30, seconds: 3600 },
  },
  /** Guessing mailed tokens, and an account's password by an invitation. */
  token: {
    pair: { max: 10, seconds: 900 },
    address: { max: 20, seconds: 3600 },
    ip: { max: 100, seconds: 900 },
  },
} satisfies Record<string, { pair: Limit; address: Limit; ip: Limit }>;

export interface Attempts {
  /** Counts one attempt; throws 429 `too_many_attempts` beyond the limit. `about` is what is tried: an address, a token. */
  count(kind: keyof typeof limits, about: string, ip: string, at: Date): Promise<void>;
  /** Takes an attempt back that was right, and forgets the pair's wrong ones. */
  forgive(kind: keyof typeof limits, about: string, ip: string): Promise<void>;
}

export function createAttempts(db: Db): Attempts {
  return {
    async count(kind, about, ip, at) {
      const counted = keysOf(kind, about, ip);
      const found = await db.asSystem((tx) =>
        sql<{ key: string; count: number; wait: number }>`
          insert into attempts as a (key, count, window_ends)
          select key, 1, ${at}::timestamptz + make_interval(secs => seconds)
          from unnest(${counted.map((k) => k.key)}::text[], ${counted.map((k) => k.limit.seconds)}::int[])
            as tried (key, seconds)
          order by key
          on conflict (key) do update set
            count = case when a.window_ends <= ${at} then 1 else a.count + 1 end,
            window_ends = case when a.window_ends <= ${at} then excluded.window_ends else a.window_ends end
          returning key, count, ceil(extract(epoch from window_ends - ${at}::timestamptz))::int as wait`.execute(tx),
      );
      for (const row of found.rows) {
        const limit = counted.find((k) => k.key === row.key)?.limit;
        if (limit && row.count > limit.max) {
          throw new Problem(429, "too_many_attempts", `Too many attempts; try again in ${minutes(row.wait)}.`, {
            retryAfter: row.wait,
          });
        }
      }
    },

    async forgive(kind, about, ip) {
      const [pair, ...rest] = keysOf(kind, about, ip);
      await db.asSystem(async (tx) => {
        await sql`delete from attempts where key = ${pair?.key}`.execute(tx);
        await sql`
          update attempts set count = greatest(count - 1, 0)
          where key = any(${rest.map((k) => k.key).sort()})`.execute(tx);
      });
    },
  };
}

/** Drops counts whose window is over. */
export async function forgetOldAttempts(db: Db, at: Date): Promise<void> {
  await db.asSystem((tx) => sql`delete from attempts where window_ends <= ${at}`.execute(tx));
}

function keysOf(kind: keyof typeof limits, about: string, ip: string) {
  const { pair, address, ip: alone } = limits[kind];
  const from = network(ip);
  // Hashed: a table of who tried to sign in from where is nobody's business.
  const named = (what: string) => hash("sha256", `${kind} ${what}`, "base64url");
  const what = about.trim().toLowerCase();
  return [
    { key: named(`pair ${what} ${from}`), limit: pair },
    { key: named(`address ${what}`), limit: address },
    { key: named(`ip ${from}`), limit: alone },
  ];
}

/** An IPv6 customer has a whole /64 to try from. */
function network(ip: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip);
  if (mapped?.[1]) return mapped[1];
  if (!ip.includes(":")) return ip;
  const [head = "", tail = ""] = ip.split("::");
  const front = head.split(":").filter(Boolean);
  const back = tail.split(":").filter(Boolean);
  const groups = ip.includes("::") ? [...front, ...Array(8 - front.length - back.length).fill("0"), ...back] : front;
  return groups.slice(0, 4).join(":");
}

function minutes(seconds: number): string {
  const whole = Math.max(1, Math.ceil(seconds / 60));
  return whole === 1 ? "a minute" : `${whole} minutes`;
}
