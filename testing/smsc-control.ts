/** The HTTP interface by which other processes control the test SMSC. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Smsc } from "./smsc.ts";

/** Serves it on loopback, prints its URL, and ends the process when standard input ends. */
export async function serveControl(smsc: Smsc): Promise<void> {
  const calls: Record<string, (body: never, query: URLSearchParams) => unknown> = {
    "GET /counts": () => ({ ...smsc.counts, bound: smsc.bound() }),
    "GET /taken": (_body, query) => {
      const from = Number(query.get("from") ?? 0);
      return smsc.taken.slice(from, from + Number(query.get("most") ?? Number.POSITIVE_INFINITY));
    },
    "GET /acknowledged": () => smsc.acknowledged,
    "PUT /behaviour": (change) => smsc.behave(change),
    "POST /disconnect": (body: { count?: number } | null) => smsc.disconnect(body?.count),
    "POST /texts": (texts: Parameters<Smsc["sendText"]>[0][]) => [texts].flat().forEach(smsc.sendText),
    "DELETE /records": () => smsc.clear(),
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://smsc");
    const call = calls[`${request.method} ${url.pathname}`];
    bodyOf(request)
      .then((body) => {
        response.statusCode = call ? 200 : 404;
        response.end(JSON.stringify(call?.(body as never, url.searchParams) ?? null));
      })
      .catch((error: unknown) => {
        response.statusCode = 400;
        response.end(String(error));
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const control = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  console.log(JSON.stringify({ port: smsc.port, control }));
  process.stdin.resume().on("end", () => process.exit(0));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const text = (await request.toArray()).join("");
  return text ? JSON.parse(text) : null;
}
