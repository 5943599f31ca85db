/** The HTTP API as a program outside calls it: over the network, with a key. */
import { expect } from "vitest";

/** One answer; `body` is parsed where there is one. */
export interface ApiAnswer<Body> {
  status: number;
  body: Body;
}

type Line = `${"GET" | "POST" | "PUT" | "PATCH" | "DELETE"} /${string}`;

export interface ApiClient {
  /** Calls `GET /contacts` under /api/v1. A body that is a string goes as CSV. */
  call<Body = unknown>(line: Line, body?: unknown, headers?: Record<string, string>): Promise<ApiAnswer<Body>>;
  /** As `call`, for the body alone: fails where the answer is not a 2xx. */
  must<Body = unknown>(line: Line, body?: unknown, headers?: Record<string, string>): Promise<Body>;
}

/** A client of the server at `url`, which is read at each call: a restarted server may listen on another port. */
export function apiClient(url: () => string, key: string): ApiClient {
  const client: ApiClient = {
    async call<Body>(line: Line, body?: unknown, headers: Record<string, string> = {}) {
      const space = line.indexOf(" ");
      const csv = typeof body === "string";
      const response = await fetch(`${url()}/api/v1${line.slice(space + 1)}`, {
        method: line.slice(0, space),
        headers: {
          authorization: `Bearer ${key}`,
          ...(body === undefined ? {} : { "content-type": csv ? "text/csv" : "application/json" }),
          ...headers,
        },
        body: body === undefined ? undefined : csv ? body : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: (text === "" ? null : JSON.parse(text)) as Body };
    },
    async must<Body>(line: Line, body?: unknown, headers?: Record<string, string>) {
      const answer = await client.call<Body>(line, body, headers);
      expect(answer.status, `${line}: ${JSON.stringify(answer.body)}`).toBeOneOf([200, 201, 202, 204]);
      return answer.body;
    },
  };
  return client;
}
