/** One request to one API process. */

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- each caller knows what it asked for
  body: any;
}

/** Without an answer for so long, the request is repeated. */
const timeout = 20_000;

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
