/**
 * Node's HTTP server as every process of Varsla has it: how long it waits for whom, and what it says where no request comes
 * about. What one request may take in body and time, server/api/bodies.ts decides.
 */
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface Patience {
  /** All headers of a request must have come by then, also the first of a connection. */
  headers_ms: number;
  /** And all of its body: an import of gigabytes over a slow line takes its time. All other bodies have less. */
  request_ms: number;
  /** How often both are looked at. */
  look_every_ms: number;
}

export const usualPatience: Patience = { headers_ms: 30_000, request_ms: 3_600_000, look_every_ms: 5_000 };
/** Longer than proxies keep theirs, so that they are the ones who close. */
const idle_ms = 65_000;

/** A server that does not listen yet. */
export function createHttpServer(handler: RequestListener, patience: Patience = usualPatience): Server {
  const answers = new WeakMap<Socket, ServerResponse>();
  const handle: RequestListener = (request, response) => {
    answers.set(request.socket, response);
    handler(request, response);
  };
  const server = createServer(
    {
      headersTimeout: patience.headers_ms,
      requestTimeout: patience.request_ms,
      connectionsCheckingInterval: patience.look_every_ms,
      keepAliveTimeout: idle_ms,
      // A request without Host is refused by the API, in words.
      requireHostHeader: false,
    },
    handle,
  );
  // Who asks before sending a body is told to go on when somebody is about to read it.
  server.on("checkContinue", handle);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    const underWay = answer !== undefined && !answer.writableFinished;
    // Nothing is written into an answer that has begun.
    if (error.code !== "ECONNRESET" && socket.writable && !(underWay && answer.headersSent)) {
      socket.write(refusal(error, underWay, patience));
    }
    socket.destroy(error);
  });
  return server;
}

function refusal(error: NodeJS.ErrnoException, underWay: boolean, patience: Patience): string {
  const [status, code, message] = reasonOf(error, underWay, patience);
  const body = JSON.stringify({ error: { code, message } });
  const headers = [
    `HTTP/1.1 ${status}`,
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "X-Content-Type-Options: nosniff",
    "Content-Security-Policy: default-src 'none';base-uri 'none';frame-ancestors 'none'",
  ];
  return `${headers.join("\r\n")}\r\n\r\n${body}`;
}

function reasonOf(
  error: NodeJS.ErrnoException,
  underWay: boolean,
  { headers_ms, request_ms }: Patience,
): [status: string, code: string, message: string] {
  switch (error.code) {
    case "ERR_HTTP_REQUEST_TIMEOUT": {
      const [what, limit] = underWay ? ["request", request_ms] : ["headers", headers_ms];
      const message = `The ${what} did not arrive within ${limit / 1000} seconds.`;
      return ["408 Request Timeout", "request_timeout", message];
    }
    case "HPE_HEADER_OVERFLOW":
      return ["431 Request Header Fields Too Large", "headers_too_large", "The headers are larger than 16 KiB."];
    default:
      return ["400 Bad Request", "malformed_request", "This is no HTTP request that can be read."];
  }
}
