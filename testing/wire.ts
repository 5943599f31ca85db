/** Raw HTTP over a socket: requests that no client library would send. */
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
  /** Statuses of interim answers before it, such as 100. */
  interim: number[];
}

/** Opens a connection to a server on this machine; it closes with the test. */
export function openWire(port: number, host = "127.0.0.1"): { socket: Socket; read(): string; closed: Promise<void> } {
  const socket = connect(port, host);
  let got = "";
  socket.setEncoding("latin1").on("data", (text: string) => (got += text));
  socket.on("error", () => {}); // the other side may break it off
  const closed = new Promise<void>((done) => socket.once("close", () => done()));
  onTestFinished(() => void socket.destroy());
  return { socket, read: () => got, closed };
}

/** Sends the lines of a request and the body, and reads until the server closes the connection. */
export async function ask(port: number, lines: readonly string[], body = "", host?: string): Promise<WireAnswer> {
  const { socket, read, closed } = openWire(port, host);
  socket.write(`${[...lines, "Connection: close"].join("\r\n")}\r\n\r\n${body}`);
  await closed;
  return readAnswer(read());
}

/** Parses what a closed connection has received. */
export function readAnswer(text: string): WireAnswer {
  const interim: number[] = [];
  for (let rest = text; ;) {
    const end = rest.indexOf("\r\n\r\n");
    if (end < 0) throw new Error(`no answer in ${JSON.stringify(rest)}`);
    const [first = "", ...fields] = rest.slice(0, end).split("\r\n");
    const status = Number(first.split(" ")[1]);
    if (status < 200) {
      interim.push(status);
      rest = rest.slice(end + 4);
      continue;
    }
    const headers = Object.fromEntries(
      fields.map((field) => [field.slice(0, field.indexOf(":")).toLowerCase(), field.slice(field.indexOf(":") + 2)]),
    );
    return { status, headers, body: rest.slice(end + 4), interim };
  }
}
