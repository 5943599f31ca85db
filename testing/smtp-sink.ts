/** A small SMTP server (RFC 5321) on loopback that takes mails, refuses them, or dies, as a test says. */
import { createServer, type Socket } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { onTestFinished } from "vitest";

export interface SinkMail {
  from: string;
  to: string;
  /** The mail as it was sent, without the final dot. */
  raw: string;
}

export interface SmtpSink {
  url: string;
  /** All mails that came to their end, oldest first. */
  mails: SinkMail[];
  parse(index: number): Promise<ParsedMail>;
  /** What is answered from now on. */
  set(behaviour: SinkBehaviour): void;
  /** Closes its port and connections; `start` opens the same port again. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

export interface SinkBehaviour {
  /** The answer to a command in place of 250; DATA: after the mail's last line. */
  answers?: Partial<Record<string, string>>;
  /** Recipients that are refused, with the answer. */
  refuse?: (to: string) => string | undefined;
  /** Closes the connection in place of the answer to so many mails. */
  dieAfterData?: number;
  /** Whether it offers SMTPUTF8. */
  utf8?: boolean;
  /** Called before a mail is answered. */
  before?: (mail: SinkMail) => Promise<void>;
}

export async function smtpSink(initial: SinkBehaviour = {}): Promise<SmtpSink> {
  let behaviour = { ...initial };
  const mails: SinkMail[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.write("220 sink\r\n");
    let from = "";
    let to = "";
    let data: string[] | null = null;
    let rest = "";
    const command = (line: string): string => {
      const verb = line.slice(0, 4).toUpperCase();
      const own = behaviour.answers?.[verb];
      if (own && verb !== "DATA") return own;
      if (verb === "EHLO") return behaviour.utf8 ? "250-sink\r\n250 SMTPUTF8" : "250 sink";
      if (verb === "QUIT") return "221 bye";
      const address = /<(.*?)>/.exec(line)?.[1] ?? "";
      if (verb === "MAIL") from = address;
      if (verb === "RCPT") {
        to = address;
        return behaviour.refuse?.(to) ?? "250 ok";
      }
      if (verb === "DATA") {
        data = [];
        return "354 go on";
      }
      return "250 ok";
    };
    const taken = async (mail: SinkMail): Promise<void> => {
      mails.push(mail);
      await behaviour.before?.(mail);
      if (behaviour.dieAfterData) {
        behaviour = { ...behaviour, dieAfterData: behaviour.dieAfterData - 1 };
        socket.destroy();
        return;
      }
      if (!socket.destroyed) socket.write(`${behaviour.answers?.DATA ?? "250 2.0.0 taken"}\r\n`);
    };
    socket.on("data", (chunk) => {
      const lines = (rest + chunk.toString("utf8")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (data === null) socket.write(`${command(line)}\r\n`);
        else if (line !== ".") data.push(line.startsWith(".") ? line.slice(1) : line);
        else {
          const raw = data.join("\r\n");
          data = null;
          void taken({ from, to, raw });
        }
      }
    });
  });
  let port = 0;
  const start = () => new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  await start();
  ({ port } = server.address() as { port: number });
  const stop = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      for (const socket of sockets) socket.destroy();
    });
  onTestFinished(() => void (server.listening && stop()));
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    parse: (index) => simpleParser(mails[index]?.raw ?? ""),
    set: (next) => (behaviour = next),
    stop,
    start,
  };
}
