/**
 * POST /api/v1/messages through the real server, each text on disk before its 202, at 50 connections; then one at a time,
 * from the request to the sandbox carrier. Compared in the same run: the same server answering /api/health and /segments.
 *
 *   npm run bench -- api-messages [seconds] [together]    (10 unless given, in two processes)
 */
import { instantOf } from "../server/kit/id.ts";
import { readWords, startPlainServer } from "../testing/bench-server.ts";
import { httpLoad } from "../testing/http-load.ts";

const { numbers, roles } = readWords(process.argv.slice(2));
const [seconds = 10] = numbers;
const connections = 50;
const singles = 200;
const server = await startPlainServer({}, roles);
const { call } = server;
try {
  await call("PATCH", "/subscription", { allowance: 1_000_000_000 });
  const rest = Math.max(2, seconds / 3);
  const health = await load("GET", "/api/health", () => undefined, rest);
  const segments = await load("POST", "/api/v1/segments", () => JSON.stringify({ text: "Koden din er 123456" }), rest);
  let sent = 0;
  const text = () =>
    JSON.stringify({ to: `+479${String(sent++ % 10_000_000).padStart(7, "0")}`, text: "Koden din er 123456" });
  await load("POST", "/api/v1/messages", text, 2); // warms up
  const messages = await load("POST", "/api/v1/messages", text, seconds);
  await idle();
  const latency = await singleLatency();
  const p = (share: number) => latency[Math.floor(latency.length * share)];
  console.log(
    `api-messages: ${messages.rate} req/s at ${connections} connections, p50 ${messages.p50} ms, p99 ${messages.p99} ms, errors ${messages.errors}`,
  );
  console.log(
    `  same server: /api/health ${health.rate} req/s (ratio ${(messages.rate / health.rate).toFixed(2)}), POST /segments ${segments.rate} req/s (ratio ${(messages.rate / segments.rate).toFixed(2)})`,
  );
  console.log(`  one at a time, request to sandbox carrier: p50 ${p(0.5)} ms, p99 ${p(0.99)} ms`);
} finally {
  await server.stop();
}

/** Requests of one kind at all connections. */
function load(method: "GET" | "POST", path: string, body: () => string | undefined, duration: number) {
  const next = () => ({ method, path, headers: { authorization: server.authorization }, body: body() });
  return httpLoad({ url: server.url, connections, seconds: duration, next });
}

/** Waits until everything queued has left. */
async function idle(): Promise<void> {
  while ((await call("GET", "/usage")).reserved > 0) await new Promise((done) => setTimeout(done, 100));
}

/** From before the request to when the carrier took the text (the time within its reference), in ms, sorted. */
async function singleLatency(): Promise<number[]> {
  const latencies: number[] = [];
  for (let i = 0; i < singles; i++) {
    const begin = Date.now();
    const { id } = await call("POST", "/messages", {
      to: `+4798${String(i).padStart(6, "0")}`,
      text: "Koden din er 123456",
    });
    let reference: string | null = null;
    while (reference === null) {
      await new Promise((done) => setTimeout(done, 20));
      reference = (await call("GET", `/messages/${id}`)).carrier_reference;
    }
    latencies.push(instantOf(reference).getTime() - begin);
  }
  return latencies.sort((a, b) => a - b);
}
