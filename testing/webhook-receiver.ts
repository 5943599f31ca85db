/** A customer's server, on loopback, that answers webhooks as the test sets it up to. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

/** A request as it was received. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Receiver {
  url: string;
  received: Received[];
  /** How many requests it is answering now, and the most that it ever answered at once. */
  busy(): { now: number; most: number };
}

/** Answers 204 unless `answer` does something else; stops with the test. */
export async function startReceiver(
  answer: (response: ServerResponse, request: Received) => unknown = (response) => response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  let now = 0;
  let most = 0;
  const server = createServer((request: IncomingMessage, response) => {
    most = Math.max(most, ++now);
    response.on("close", () => now--);
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const each = {
        path: request.url ?? "",
        headers: request.headers,
        body: Buffer.concat(chunks).toString("utf8"),
      };
      received.push(each);
      answer(response, each);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/hook`, received, busy: () => ({ now, most }) };
}

/**
 * Whether a request was signed with a secret, as a receiver checks it by the Standard Webhooks specification: written from
 * the specification and from nothing of ours.
 */
export function verifies({ headers, body }: Received, secret: string): boolean {
  const id = String(headers["webhook-id"]);
  const timestamp = String(headers["webhook-timestamp"]);
  if (Math.abs(Date.now() / 1000 - Number(timestamp)) > 5 * 60) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const expected = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  return String(headers["webhook-signature"])
    .split(" ")
    .some((each) => {
      const [version, signature = ""] = each.split(",");
      const given = Buffer.from(signature, "base64");
      return version === "v1" && given.length === expected.length && timingSafeEqual(given, expected);
    });
}
