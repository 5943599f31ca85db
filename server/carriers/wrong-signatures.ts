/**
 * How many requests of an address name a connection and are not signed by it. Beyond some in a minute they are told to wait, so that
 * whoever floods us gets no more look-ups for it and shows in the metrics as what it is. Those that are signed are not counted and
 * pass whatever else comes from their address: a carrier's own machines may share one with somebody else's mistake.
 */
import { Problem } from "../kit/errors.ts";
import { networkOf } from "../kit/ip-address.ts";

export interface WrongSignatures {
  /** Whether this address has had its share of wrong ones for the connection. */
  exhausted(ip: string, connection: string): boolean;
  /** Counts one; throws 429 `too_many_requests` beyond the share. */
  count(ip: string, connection: string): void;
}

interface Window {
  begun: number;
  wrong: number;
}

const window_ms = 60_000;
/** Addresses and connections that are remembered; the oldest go first. */
const mostRemembered = 10_000;

/** In memory of this process: `most` a minute. `now` in milliseconds that only go forward. */
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
