/** A TCP proxy on loopback that can do to connections what networks do. */
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy {
  port: number;
  /** Connections that stand. */
  connections(): number;
  /** Resets all connections at once; what is in our hands is gone. */
  reset(): void;
  /** Passes only the first half of the next piece in each direction on, then resets; resolves when all are. */
  resetHalfway(): Promise<void>;
  /**
   * Swallows everything for so long, then resets: the worst, since both ends believe in it meanwhile. Resolves when all
   * that stood are reset.
   */
  swallow(milliseconds: number): Promise<void>;
  /** What is passed on from now on takes so much longer, in each direction. */
  slow(milliseconds: number): void;
  /** While true nobody is let in. */
  refuse(refusing: boolean): void;
  close(): Promise<void>;
}

interface Pair {
  client: Socket;
  server: Socket;
  state: "open" | "half" | "deaf";
  timer: NodeJS.Timeout | null;
  ended: PromiseWithResolvers<void>;
}

/** Listens on a free port and passes on to a port, or to the socket of that path. */
export async function startTcpProxy(target: number | string): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let refusing = false;
  let delay = 0;

  function end(pair: Pair): void {
    if (pair.timer) clearTimeout(pair.timer);
    pairs.delete(pair);
    pair.ended.resolve();
    pair.client.resetAndDestroy();
    // A socket in the file system knows no reset.
    if (typeof target === "string") pair.server.destroy();
    else pair.server.resetAndDestroy();
  }

  function pass(pair: Pair, from: Socket, to: Socket): void {
    const late: { piece: Buffer; at: number }[] = [];
    const passLate = () => {
      to.write((late.shift() as { piece: Buffer }).piece);
      if (late[0]) setTimeout(passLate, late[0].at - performance.now());
    };
    from.on("data", (piece: Buffer) => {
      if (pair.state === "deaf") return;
      if (pair.state === "half") {
        pair.state = "deaf";
        to.write(piece.subarray(0, piece.length >> 1), () => end(pair));
        return;
      }
      if (delay === 0 && late.length === 0) return void (to.write(piece) || from.pause());
      late.push({ piece, at: performance.now() + delay });
      if (late.length === 1) setTimeout(passLate, delay);
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
        pair.state = "deaf";
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
