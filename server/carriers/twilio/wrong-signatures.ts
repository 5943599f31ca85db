/**
 * Counts requests of an address that name a connection and are not signed by it. Beyond a number a minute they get 429, so that a
 * flood causes no look-ups and is visible in the metrics. Signed requests are not counted and always pass: a carrier's machines may
 * share an address with another client that signs wrongly.
 */
import { Problem } from "../../kit/errors.ts";
import { networkOf } from "../../kit/ip-address.ts";

export interface WrongSignatures {
  /** Whether this address has used up its allowance for the connection. */
  exhausted(ip: string, connection: string): boolean;
  /** Counts one; throws 429 `too_many_requests` beyond the allowance. */
  count(ip: string, connection: string): void;
}

interface Window {
  begun: number;
  wrong: number;
}

const window_ms = 60_000;
/** Addresses and connections that are remembered; the oldest are dropped first. */
const mostRemembered = 10_000;

/** In memory of this process: `most` a minute. `now`: a monotonic clock in milliseconds. */
export function createWrongSignatures(most: number, now: () => number = () => performance.now()): WrongSignatures {
  const windows = new Map<string, Window>();

  function find(key: string): Window | undefined {
    const found = windows.get(key);
    if (!found || now() - found.begun < window_ms) return found;
    windows.delete(key);
    return undefined;
  }

  return {
    exhausted: (ip, connection) => (find(keyOf(ip, connection))?.wrong ?? 0) >= most,
    count(ip, connection) {
      const key = keyOf(ip, connection);
      const window = find(key) ?? { begun: now(), wrong: 0 };
      windows.set(key, window);
      const [oldest] = windows.keys();
      if (windows.size > mostRemembered && oldest !== undefined) windows.delete(oldest);
      if (++window.wrong <= most) return;
      throw new Problem(429, "too_many_requests", `More than ${most} requests that are signed wrongly; slow down.`, {
        field: "X-Twilio-Signature",
        retryAfter: Math.max(1, Math.ceil((window.begun + window_ms - now()) / 1000)),
      });
    },
  };
}

const keyOf = (ip: string, connection: string): string => `${networkOf(ip)} ${connection}`;
