/**
 * An SMTP server for benchmarks, in a process of its own: every mail is on the disk before it is answered, and mails that arrive
 * together share one fsync, as with a real mail server. Prints its port; answers each line of its input with the number of mails.
 */
import { closeSync, fdatasync, openSync, write } from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

const [directory = "."] = process.argv.slice(2);
const file = openSync(join(directory, "mails"), "a");
const append = promisify(write) as (descriptor: number, data: Buffer) => Promise<unknown>;
const sync = promisify(fdatasync);

let taken = 0;
let waiting: { mail: Buffer; socket: Socket }[] = [];
let writing = false;

async function writeAll(): Promise<void> {
  writing = true;
  while (waiting.length > 0) {
    const batch = waiting;
    waiting = [];
    await append(file, Buffer.concat(batch.map(({ mail }) => mail)));
    await sync(file);
    taken += batch.length;
    for (const { socket } of batch) socket.write("250 2.0.0 on disk\r\n");
  }
  writing = false;
}

const end = Buffer.from("\r\n.\r\n");
const server = createServer((socket) => {
  socket.setNoDelay(true).on("error", () => socket.destroy());
  let data = false;
  let rest: Buffer = Buffer.alloc(0);
  socket.write("220 sink\r\n");
  socket.on("data", (chunk: Buffer) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    for (;;) {
      const mark = data ? end : "\r\n";
      const at = rest.indexOf(mark);
      if (at === -1) return;
      const line = rest.subarray(0, at);
      rest = rest.subarray(at + mark.length);
      if (data) {
        data = false;
        waiting.push({ mail: line, socket });
        if (!writing) void writeAll();
      } else {
        const verb = line.toString("latin1", 0, 4).toUpperCase();
        data = verb === "DATA";
        if (verb === "QUIT") socket.end("221 bye\r\n");
        else socket.write(data ? "354 go on\r\n" : "250 ok\r\n");
      }
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log((server.address() as { port: number }).port));
createInterface({ input: process.stdin })
  .on("line", () => console.log(taken))
  .on("close", () => {
    closeSync(file);
    process.exit(0);
  });
