/**
 * An SMPP provider that delivers texts from handsets exactly as a test asks: over which connection, under which sequence number,
 * and whether it ever reads the acknowledgement. (The test SMSC, smsc.ts, numbers and resends by itself.)
 */
import { createServer, type Socket } from "node:net";
import { expect } from "vitest";
import { type Deliver, deliverSm, header, submitSmResp } from "./smsc-pdu.ts";
import { until } from "./until.ts";

export interface ProviderConnection {
  /** The system_id that it was bound with. */
  name(): string;
  /** Returns the status of the acknowledgement, or null if the connection ended before one was read. */
  deliver(pdu: Deliver | Buffer, sequence: number): Promise<number | null>;
  /** From now on the provider processes nothing that it receives; what it sends still arrives. */
  stopReading(): void;
  /** Acknowledgements that arrived since it stopped reading. */
  unread(): number;
  cut(): void;
  open(): boolean;
}

export interface HandsetNetwork {
  port: number;
  /** The connections that are bound now, oldest first. */
  connections(): ProviderConnection[];
  /** Waits until so many are bound. */
  bound(count: number): Promise<ProviderConnection[]>;
  stop(): Promise<void>;
}

const command = { submit_sm: 0x04, unbind: 0x06, deliver_sm: 0x05, enquire_link: 0x15 } as const;
const binds = new Set([0x01, 0x02, 0x09]);
const response = 0x80000000;

/** Starts one on loopback. */
export async function startHandsetNetwork(): Promise<HandsetNetwork> {
  const open = new Set<Socket>();
  const connections: ProviderConnection[] = [];
  let lastId = 0;
  const server = createServer((socket) => {
    open.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => {});
    const waiting = new Map<number, (status: number | null) => void>();
    let left = Buffer.alloc(0);
    let reading = true;
    let unread = 0;
    let name = "";
    const connection: ProviderConnection = {
      name: () => name,
      deliver: (pdu, sequence) =>
        new Promise((done) => {
          if (socket.destroyed) return done(null);
          waiting.set(sequence, done);
          const octets = Buffer.isBuffer(pdu) ? Buffer.from(pdu) : deliverSm(sequence, pdu);
          octets.writeUInt32BE(sequence, 12);
          socket.write(octets);
        }),
      stopReading: () => void (reading = false),
      unread: () => unread,
      cut: () => void socket.destroy(),
      open: () => !socket.destroyed,
    };

    function read(pdu: Buffer): void {
      const id = pdu.readUInt32BE(4);
      const sequence = pdu.readUInt32BE(12);
      if (!reading) {
        if (id === command.deliver_sm + response) unread++;
        return;
      }
      if (binds.has(id)) {
        name = pdu.toString("latin1", 16, pdu.indexOf(0, 16));
        socket.write(Buffer.concat([header(5, id + response, 0, sequence), Buffer.from("smsc\0")]));
        connections.push(connection);
      } else if (id === command.enquire_link || id === command.unbind) {
        socket.write(header(0, id + response, 0, sequence));
        if (id === command.unbind) socket.end();
      } else if (id === command.submit_sm) {
        socket.write(submitSmResp(sequence, String(++lastId)));
      } else if (id === command.deliver_sm + response) {
        waiting.get(sequence)?.(pdu.readUInt32BE(8));
        waiting.delete(sequence);
      }
    }

    socket.on("data", (chunk: Buffer) => {
      left = Buffer.concat([left, chunk]);
      while (left.length >= 4 && left.length >= left.readUInt32BE(0)) {
        const length = left.readUInt32BE(0);
        read(left.subarray(0, length));
        left = left.subarray(length);
      }
    });
    socket.on("close", () => {
      open.delete(socket);
      const at = connections.indexOf(connection);
      if (at !== -1) connections.splice(at, 1);
      for (const done of waiting.values()) done(null);
    });
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  return {
    port,
    connections: () => [...connections],
    async bound(count) {
      await until(() => expect(connections).toHaveLength(count));
      return [...connections];
    },
    async stop() {
      const closed = new Promise<void>((done) => server.close(() => done()));
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
