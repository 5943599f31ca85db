/**
 * A mail relay with faults, in a process of its own, to be killed at any moment: `node testing/chaos/relay-process.ts <options as JSON>`.
 * Each mail is in its file before it is answered, and a line follows once it is. It loses answers after DATA, puts mails off, is slow
 * for a while again and again, refuses some recipients, and returns the mails of others.
 */
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createTransport } from "nodemailer";
import { SMTPServer } from "smtp-server";
import { seeded } from "../random.ts";
import { bouncing, refused, type RelayLine, type RelayOptions } from "./relay.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as RelayOptions;
const lostAnswers = 0.01;
const putOff = 0.01;
const busy = 0.002;
const answerAfter_ms = 40;
const round_ms = 20_000;
const slow_ms = 4_000;
const slowAnswer_ms = 500;
const returnAgain_ms = 300;

const earlier = readFileSync(options.file, { encoding: "utf8", flag: "a+" }).split("\n").slice(0, -1);
const random = seeded(options.seed + earlier.length);
const file = openSync(options.file, "a");
const write = (line: RelayLine) => writeSync(file, `${JSON.stringify(line)}\n`);
const returns = createTransport({ host: "127.0.0.1", port: options.returns_port, ignoreTLS: true });
const sockets = new Map<number, { destroy(): void }>();
let count = 0;

class Answer extends Error {
  readonly responseCode: number;
  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** Returns a mail to its return path, again and again until that is accepted. */
async function bounce(copy: string, to: string, returnPath: string): Promise<void> {
  const report = [
    "From: <MAILER-DAEMON@relay.example>",
    `To: <${returnPath}>`,
    "Subject: Undelivered",
    "MIME-Version: 1.0",
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
    "",
    "--b",
    "Content-Type: text/plain",
    "",
    "Nobody has this address.",
    "--b",
    "Content-Type: message/delivery-status",
    "",
    "Reporting-MTA: dns; relay.example",
    "",
    `Final-Recipient: rfc822; ${to}`,
    "Action: failed",
    "Status: 5.1.1",
    "",
    "--b--",
    "",
  ].join("\r\n");
  const envelope = { from: "", to: [returnPath] };
  for (;;) {
    const sent = await returns.sendMail({ envelope, raw: report }).catch(() => null);
    if (sent) return void write({ returned: copy });
    await delay(returnAgain_ms);
  }
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS", "AUTH"],
  disableReverseLookup: true,
  logger: false,
  onRcptTo({ address }, _session, done) {
    if (address.startsWith(refused)) return done(new Answer(550, "5.1.1 no such user"));
    done();
  },
  onData(stream, session, done) {
    const pieces: Buffer[] = [];
    stream.on("data", (piece: Buffer) => pieces.push(piece));
    stream.on("end", () => {
      const slow = Date.now() % round_ms < slow_ms;
      setTimeout(() => take(Buffer.concat(pieces).toString("latin1")), slow ? slowAnswer_ms : answerAfter_ms);
    });
    function take(text: string): void {
      const chance = random.next();
      if (chance < putOff) return done(new Answer(451, "4.3.0 try again later"));
      if (chance < putOff + busy) return done(new Answer(421, "4.3.2 busy"));
      const message_id = /^Message-ID:\s*<(.*?)>/im.exec(text)?.[1] ?? "";
      const to = session.envelope.rcptTo[0]?.address ?? "";
      const from = session.envelope.mailFrom ? session.envelope.mailFrom.address : "";
      const copy = `${process.pid}-${++count}`;
      write({ copy, message_id, to, from, at: Date.now() });
      if (to.startsWith(bouncing)) void bounce(copy, to, from);
      if (chance > 1 - lostAnswers) return void sockets.get(session.remotePort)?.destroy();
      done(null, "2.0.0 on disk");
      setImmediate(() => write({ answered: copy }));
    }
  },
});
// What was killed before it had returned a mail goes on with it.
const lines = earlier.map((line) => JSON.parse(line) as RelayLine);
const returned = new Set(lines.map((line) => "returned" in line && line.returned));
for (const line of lines)
  if ("copy" in line && line.to.startsWith(bouncing) && !returned.has(line.copy))
    void bounce(line.copy, line.to, line.from);

server.on("error", () => {}); // of a connection that the other side reset
server.server.on("connection", (socket) => {
  const port = socket.remotePort ?? 0;
  sockets.set(port, socket);
  socket.on("close", () => sockets.delete(port));
});
server.listen(options.port, "127.0.0.1", () => console.log("ready"));
process.on("disconnect", () => {
  closeSync(file);
  process.exit(0);
});
