/**
 * Node's HTTP server with our timeouts for connections, and our response to malformed requests. The limits of a single request's
 * body are in server/api/bodies.ts.
 */
import { createServer, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";

export interface HttpTimeouts {
  /** Within this all headers of a request must arrive, also of a connection's first. */
  headers_ms: number;
  /** Within this the whole body must arrive: an import of gigabytes over a slow line takes long. Other bodies have lower limits. */
  request_ms: number;
  /** How often both are checked. */
  check_every_ms: number;
}

export const httpTimeouts: HttpTimeouts = { headers_ms: 30_000, request_ms: 3_600_000, check_every_ms: 5_000 };
/** Longer than the idle timeout of proxies, so that they close idle connections and never send a request on a closed one. */
const idle_ms = 65_000;

/** Makes a server that does not listen yet. */
export function createHttpServer(handler: RequestListener, timeouts: HttpTimeouts = httpTimeouts): Server {
  const answers = new WeakMap<Socket, ServerResponse>();
  const handle: RequestListener = (request, response) => {
    answers.set(request.socket, response);
    handler(request, response);
  };
  const server = createServer(
    {
      headersTimeout: timeouts.headers_ms,
      requestTimeout: timeouts.request_ms,
      connectionsCheckingInterval: timeouts.check_every_ms,
      keepAliveTimeout: idle_ms,
      // The API refuses a request without Host, with a message.
      requireHostHeader: false,
    },
    handle,
  );
  // Expect: 100-continue is answered when the body is about to be read.
  server.on("checkContinue", handle);
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Socket) => {
    const answer = answers.get(socket);
    const underWay = answer !== undefined && !answer.writableFinished;
    // Nothing may be written into a response that has begun.
    if (error.code !== "ECONNRESET" && socket.writable && !(underWay && answer.headersSent)) {
      socket.write(refusal(error, underWay, timeouts));
    }
    socket.destroy(error);
  });
  return server;
}

function refusal(error: NodeJS.ErrnoException, underWay: boolean, timeouts: HttpTimeouts): string {
  const [status, code, message] = reasonOf(error, underWay, timeouts);
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
  { headers_ms, request_ms }: HttpTimeouts,
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
      return ["400 Bad Request", "malformed_request", "This is not a valid HTTP request."];
  }
}
