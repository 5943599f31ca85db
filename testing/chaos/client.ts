/** One request to one API process. */

export interface Answer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- each caller knows what it asked for
  body: any;
}

/** A client that hears nothing for so long asks again. */
const patience = 20_000;

/** Asks a path under /api/v1. Rejects where no answer comes; `key` is the Idempotency-Key. */
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
    signal: AbortSignal.timeout(patience),
  });
  return { status: response.status, headers: response.headers, body: await response.json() };
}
