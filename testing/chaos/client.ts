/** Requests to the API processes: single ones, and those that are repeated until they have an answer. */
import { setTimeout as delay } from "node:timers/promises";

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- each caller knows what it asked for
  body: any;
}

/**
 * Without an answer for so long, the request is repeated. A pause waits for submissions under way: were it repeated meanwhile, the
 * first one could still take effect after a resumption.
 */
const timeout = 60_000;
const askAgainAfter = 200;

/** Sends a request to a path under /api/v1. Rejects if no answer comes; `key` is the Idempotency-Key. */
export async function call(
  url: string,
  apiKey: string,
  method: string,
  path: string,
  options: { body?: unknown; key?: string | undefined; csv?: string } = {},
): Promise<Answer> {
  const { body, key, csv } = options;
  const type = csv === undefined ? "application/json" : "text/csv";
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...((body !== undefined || csv !== undefined) && { "content-type": type }),
      ...(key !== undefined && { "idempotency-key": key }),
    },
    ...((body !== undefined || csv !== undefined) && { body: csv ?? JSON.stringify(body) }),
    signal: AbortSignal.timeout(timeout),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** A client that repeats each request until it has an answer, each time at another API process if there are several. */
export interface PatientClient {
  /** Throws on 500 only: that is a fault of the server. */
  ask(method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** Throws unless the answer has one of these statuses. */
  must(expected: readonly number[], method: string, path: string, body?: unknown, key?: string): Promise<Answer>;
  /** Number of requests that failed and were repeated. */
  retries(): number;
}

export function patientClient(urls: readonly string[], apiKey: string, signal: AbortSignal): PatientClient {
  let turn = 0;
  let retries = 0;
  const ask: PatientClient["ask"] = async (method, path, body, key) => {
    for (;;) {
      signal.throwIfAborted();
      const url = urls[turn++ % urls.length];
      const answer = await call(url ?? "", apiKey, method, path, { body, key }).catch(() => null);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      if (answer?.status === 500) throw new Error(`${method} ${path}: 500 ${JSON.stringify(answer.body)}`);
      retries++;
      await delay(askAgainAfter, undefined, { signal });
    }
  };
  return {
    ask,
    async must(expected, method, path, body, key) {
      const answer = await ask(method, path, body, key);
      if (!expected.includes(answer.status))
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      return answer;
    },
    retries: () => retries,
  };
}
