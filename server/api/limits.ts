/** How much one caller may ask for. Sign-in attempts are counted apart, see workspaces/attempts.ts. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Problem } from "../kit/errors.ts";
import { networkOf } from "../kit/ip-address.ts";

/** Requests in a window of `seconds`, in one process. Against runaway loops and flooding, not for billing. */
export const limits = {
  /** A key sends thousands of texts a second, one call each. */
  key: { max: 200_000, seconds: 10 },
  /** A person with some pages open. */
  session: { max: 1_000, seconds: 10 },
  /** Calls without sign-in, by address. */
  stranger: { max: 500, seconds: 10 },
  /** Keys that are none, by address: each of them costs a query. (A cookie that is none fails on its signature.) */
  wrongKey: { max: 1_000, seconds: 60 },
} as const;

export type LimitName = keyof typeof limits;
export type Limits = Record<LimitName, { max: number; seconds: number }>;

export interface Limiter {
  /** Counts one request of a key, a person or an address (of IPv6 its /64); throws 429 `too_many_requests` beyond the limit. */
  count(name: LimitName, request: FastifyRequest, who: string): Promise<void>;
  /** Throws 429 when the limit is reached, and counts nothing. */
  check(name: LimitName, request: FastifyRequest, who: string): Promise<void>;
}

/** One limiter for a server. */
export async function createLimiter(app: FastifyInstance, configured: Limits = limits): Promise<Limiter> {
  await app.register(rateLimit, { global: false });
  const who = Symbol("who is counted");
  type Counted = FastifyRequest & { [who]?: string };
  const limiters = new Map(
    Object.entries(configured).map(([name, limit]) => [
      name,
      app.createRateLimit({
        max: limit.max,
        timeWindow: limit.seconds * 1000,
        keyGenerator: (request) => (request as Counted)[who] ?? request.ip,
      }),
    ]),
  );

  async function ask(name: LimitName, request: Counted, whom: string, increment: boolean): Promise<void> {
    // An IPv6 customer has a whole /64 to call from.
    request[who] = networkOf(whom);
    const result = await limiters.get(name)?.(request, { increment });
    if (!result || result.isAllowed) return;
    // Reading finds the limit reached before the request that would go beyond it.
    const isExceeded = result.isExceeded || (!increment && result.remaining === 0);
    if (!isExceeded) return;
    throw new Problem(429, "too_many_requests", `More than ${result.max} requests; slow down.`, {
      retryAfter: Math.max(1, result.ttlInSeconds),
    });
  }

  return {
    count: (name, request, whom) => ask(name, request, whom, true),
    check: (name, request, whom) => ask(name, request, whom, false),
  };
}
