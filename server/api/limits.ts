/** Rate limits by caller. Sign-in attempts are counted separately, see accounts/login-throttle.ts. */
import rateLimit from "@fastify/rate-limit";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { Problem } from "../kit/errors.ts";
import { networkOf } from "../kit/ip-address.ts";

/** Requests in a window of `seconds`, in one process. Against runaway loops and flooding, not for billing. */
export const limits = {
  /** A key may send thousands of texts a second, one call each. */
  key: { max: 200_000, seconds: 10 },
  /** A person with some pages open. */
  session: { max: 1_000, seconds: 10 },
  /** Calls without sign-in, by address. */
  stranger: { max: 500, seconds: 10 },
  /** Unknown keys, by address: each of them costs a query. (A forged cookie fails on its signature.) */
  wrongKey: { max: 1_000, seconds: 60 },
  /** Changes of one recipient's preferences, by their link: each keeps the whole workspace from submitting for a moment. */
  preferences: { max: 10, seconds: 60 },
} as const;

export type LimitName = keyof typeof limits;
export type Limits = Record<LimitName, { max: number; seconds: number }>;

export interface Limiter {
  /** Counts one request of a key, a person or an address (of IPv6 its /64); throws 429 `too_many_requests` beyond the limit. */
  count(name: LimitName, request: FastifyRequest, who: string): Promise<void>;
  /** Throws 429 when the limit is reached, without counting. */
  check(name: LimitName, request: FastifyRequest, who: string): Promise<void>;
}

/** One limiter for a server. */
export async function createLimiter(app: FastifyInstance, configured: Limits = limits): Promise<Limiter> {
  await app.register(rateLimit, { global: false });
  const who = Symbol("caller");
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

  async function ask(name: LimitName, request: Counted, caller: string, increment: boolean): Promise<void> {
    // An IPv6 customer can call from a whole /64.
    request[who] = networkOf(caller);
    const result = await limiters.get(name)?.(request, { increment });
    if (!result || result.isAllowed) return;
    // Without counting, the limit is exceeded as soon as nothing remains.
    const isExceeded = result.isExceeded || (!increment && result.remaining === 0);
    if (!isExceeded) return;
    throw new Problem(429, "too_many_requests", `More than ${result.max} requests; slow down.`, {
      retryAfter: Math.max(1, result.ttlInSeconds),
    });
  }

  return {
    count: (name, request, caller) => ask(name, request, caller, true),
    check: (name, request, caller) => ask(name, request, caller, false),
  };
}
