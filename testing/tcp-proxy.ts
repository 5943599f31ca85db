/** A TCP proxy on loopback that can delay, cut and silence connections like a network. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  port: number;
  /** Number of open connections. */
  connections(): number;
  /** Resets all connections at once; data in the proxy is lost. */
  reset(): void;
  /** Forwards only the first half of the next chunk in each direction, then resets; resolves when all connections are reset. */
  resetHalfway(): Promise<void>;
  /**
   * Discards everything for so long, then resets: the worst case, since both ends take the connection for open meanwhile.
   * Resolves when all connections that were open are reset.
   */
  swallow(milliseconds: number): Promise<void>;
  /** Delays what is forwarded from now on by so much, in each direction. */
  slow(milliseconds: number): void;
  /** While true, new connections are reset. */
  refuse(refusing: boolean): void;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
  state: "open" | "half" | "discarding";
  timer: NodeJS.Timeout | null;
  ended: PromiseWithResolvers<void>;
}

/** Listens on a free port and forwards to a port, or to the Unix socket at that path. */
export async function startTcpProxy(target: number | string): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let refusing = false;
  let delay = 0;

  function end(pair: Pair): void {
    if (pair.timer) clearTimeout(pair.timer);
    pairs.delete(pair);
    pair.ended.resolve();
    pair.client.resetAndDestroy();
    // A Unix socket has no reset.
    if (typeof target === "string") pair.server.destroy();
    else pair.server.resetAndDestroy();
  }

  function pass(pair: Pair, from: Socket, to: Socket): void {
    const delayed: { piece: Buffer; at: number }[] = [];
    const writeNext = () => {
      to.write((delayed.shift() as { piece: Buffer }).piece);
      if (delayed[0]) setTimeout(writeNext, delayed[0].at - performance.now());
    };
    from.on("data", (piece: Buffer) => {
      if (pair.state === "discarding") return;
      if (pair.state === "half") {
        pair.state = "discarding";
        to.write(piece.subarray(0, piece.length >> 1), () => end(pair));
        return;
      }
      if (delay === 0 && delayed.length === 0) return void (to.write(piece) || from.pause());
      delayed.push({ piece, at: performance.now() + delay });
      if (delayed.length === 1) setTimeout(writeNext, delay);
    });
    to.on("drain", () => from.resume());
    from.on("error", () => {}); // "close" follows
    from.on("close", () => end(pair));
  }

  const allEnded = async () => void (await Promise.all([...pairs].map((pair) => pair.ended.promise)));

  const server = createServer((client) => {
    if (refusing) return void client.resetAndDestroy();
    const server = typeof target === "string" ? connect(target) : connect(target, "127.0.0.1");
    const pair: Pair = { client, server, state: "open", timer: null, ended: Promise.withResolvers() };
    client.setNoDelay(true);
    pair.server.setNoDelay(true);
    pairs.add(pair);
    pass(pair, client, pair.server);
    pass(pair, pair.server, client);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => pairs.size,
    reset() {
      for (const pair of pairs) end(pair);
    },
    resetHalfway() {
      for (const pair of pairs) pair.state = "half";
      return allEnded();
    },
    swallow(milliseconds) {
      for (const pair of pairs) {
        pair.state = "discarding";
        pair.timer = setTimeout(() => end(pair), milliseconds);
      }
      return allEnded();
    },
    slow(milliseconds) {
      delay = milliseconds;
    },
    refuse(value) {
      refusing = value;
    },
    async close() {
      const closed = new Promise((done) => server.close(done));
      for (const pair of pairs) end(pair);
      await closed;
    },
  };
}
