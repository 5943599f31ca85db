/** A load generator for benchmarks: HTTP requests as fast as the server answers them. */
import { connect } from "node:net";

export interface LoadRequest {
  method: "GET" | "POST";
  /** With the query. */
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

export interface LoadFigures {
  /** Answers of 2xx and 3xx a second. */
  rate: number;
  /** Latencies of those, in ms. */
  p50: number;
  p99: number;
  /** Number of all other answers. */
  errors: number;
}

/** Sends `next()` over keep-alive connections, one request at a time on each, for so many seconds or so many requests. */
export async function httpLoad(options: {
  url: string;
  connections: number;
  seconds: number;
  requests?: number;
  next: () => LoadRequest;
}): Promise<LoadFigures> {
  const { url, next, requests = Number.POSITIVE_INFINITY } = options;
  const latencies: number[] = [];
  let errors = 0;
  let begun = 0;
  const begin = performance.now();
  const end = begin + options.seconds * 1000;
  await Promise.all(
    Array.from({ length: options.connections }, async () => {
      const { send, close } = await openConnection(url);
      while (performance.now() < end && begun < requests) {
        begun++;
        const start = performance.now();
        const status = await send(next());
        if (status >= 200 && status < 400) latencies.push(performance.now() - start);
        else errors++;
      }
      close();
    }),
  );
  const took = (performance.now() - begin) / 1000;
  latencies.sort((x, y) => x - y);
  const at = (share: number) => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
  return {
    rate: Math.round(latencies.length / took),
    p50: at(0.5),
    p99: at(0.99),
    errors,
  };
}

/** A minimal HTTP/1.1 client: it shares the cores with server and database, and must cost them little. */
function openConnection(url: string): Promise<{ send(request: LoadRequest): Promise<number>; close(): void }> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setNoDelay().setEncoding("latin1");
  let received = "";
  let answered: (status: number) => void = () => {};
  let broken: (error: Error) => void = () => {};
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
    broken = failed;
    socket.on("error", (error) => broken(error));
    socket.on("close", () => broken(new Error(`${url} closed the connection`)));
    socket.once("connect", () =>
      opened({
        send: ({ method, path, headers = {}, body = "" }) =>
          new Promise((done, fail) => {
            answered = done;
            broken = fail;
            let head = `${method} ${path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\n`;
            for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
            if (body && headers["content-type"] === undefined) head += "content-type: application/json\r\n";
            if (body) head += `content-length: ${Buffer.byteLength(body)}\r\n`;
            socket.write(`${head}\r\n${body}`);
          }),
        close: () => socket.destroy(),
      }),
    );
  });
}
