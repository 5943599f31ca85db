/**
 * POST /api/v1/messages through the real server, each text on disk before its 202, at 50 connections; then one at a time,
 * from the request to the sandbox carrier. Beside it, in the same run: the same server answering /api/health and
 * /segments, and single-row commits of the same PostgreSQL.
 *
 *   npm run bench -- api-messages [seconds]    (10 unless given)
 */
import { connect } from "node:net";
import { instantOf } from "../server/kit/id.ts";
import { startTestServer } from "../testing/server.ts";

const seconds = Number(process.argv[2]) || 10;
const connections = 50;
const singles = 200;
const key = "vk_bench_super_admin_0123456789_abcdefghijkl";
const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
const server = await startTestServer({
  env: {
    ADMIN_EMAIL: "bench@varsla.example",
    ADMIN_PASSWORD: "correct horse battery",
    API_KEY: key,
    WORKSPACE_NAME: "Bench",
  },
});
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

async function call(method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}/api/v1${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** Requests a second over keep-alive connections that each wait for their answer; nothing but 2xx is counted. */
async function load(method: "GET" | "POST", path: string, body: () => string | undefined, duration: number) {
  const latencies: number[] = [];
  let errors = 0;
  const begin = performance.now();
  const end = begin + duration * 1000;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const { request, close } = await openConnection();
      while (performance.now() < end) {
        const start = performance.now();
        const status = await request(method, path, body() ?? "");
        if (status >= 200 && status < 300) latencies.push(performance.now() - start);
        else errors++;
      }
      close();
    }),
  );
  const took = (performance.now() - begin) / 1000;
  latencies.sort((x, y) => x - y);
  const at = (share: number) => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
  return { rate: Math.round(latencies.length / took), p50: at(0.5), p99: at(0.99), errors };
}

/** HTTP/1.1 by hand: the client shares the two cores with server and database, and must cost them little. */
function openConnection(): Promise<{
  request(method: string, path: string, body: string): Promise<number>;
  close(): void;
}> {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname).setNoDelay().setEncoding("latin1");
  let received = "";
  let answered: (status: number) => void = () => {};
  socket.on("data", (chunk: string) => {
    received += chunk;
    const header = received.indexOf("\r\n\r\n");
    if (header === -1) return;
    const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
    if (received.length < header + 4 + length) return;
    const status = Number(received.slice(9, 12));
    received = received.slice(header + 4 + length);
    answered(status);
  });
  return new Promise((opened, failed) => {
    socket.on("error", failed).once("connect", () =>
      opened({
        request: (method, path, body) =>
          new Promise((done) => {
            answered = done;
            const lines = [
              `${method} ${path} HTTP/1.1`,
              `host: ${hostname}:${port}`,
              `authorization: ${headers.authorization}`,
            ];
            if (body) lines.push("content-type: application/json", `content-length: ${Buffer.byteLength(body)}`);
            socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`);
          }),
        close: () => socket.destroy(),
      }),
    );
  });
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
