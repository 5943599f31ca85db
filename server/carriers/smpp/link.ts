/**
 * One connection to an SMSC: it binds, stays alive with enquire_link, and reconnects whatever ended it.
 *
 * Nothing that a peer writes can do worse than end the connection. The pause before the next attempt grows with each failure in
 * a row, and is random, so that not all connections come back at the same moment.
 */
import { connect as connectPlain, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import smpp from "smpp";
import type { SmppSettings } from "../../../contract/carriers.ts";
import type { Clock } from "../../kit/clock.ts";
import { newId } from "../../kit/id.ts";
import { type OutboundTargets, type Target, TargetRefused } from "../../kit/outbound-targets.ts";
import { command, headerLength, longestPdu, writeBare } from "./pdu.ts";
import { statusName } from "./status.ts";

export type Role = "transceiver" | "transmitter" | "receiver";

export interface LinkOptions {
  role: Role;
  settings: SmppSettings;
  password: string;
  /** Whether the host may be connected to; checked for each connection. */
  targets: OutboundTargets;
  clock: Clock;
  /** Called when it is bound, and when it no longer is, with what ended it. */
  onUp(link: Link): void;
  onDown(link: Link, reason: string): void;
  /** Called when an attempt to bind failed. */
  onFailure(reason: string): void;
  /** submit_sm_resp, or generic_nack to anything. The PDU may be shorter than its kind should be. */
  onAnswer(link: Link, sequence: number, status: number, pdu: Buffer): void;
  /** deliver_sm or data_sm, and its session. */
  onDeliver(id: number, sequence: number, pdu: Buffer, session: LinkSession): void;
  /** Called when everything that was read has been processed. */
  onQuiet(): void;
  /** 0 to 1. */
  random(): number;
  timing?: Partial<LinkTiming> | undefined;
}

/** Milliseconds. */
export interface LinkTiming {
  /** Before the next attempt after a connection ended: the first, doubled with each failure up to the longest. */
  first_pause: number;
  longest_pause: number;
  /** Between two enquire_link that find out whether acknowledgements were read. */
  proof_every: number;
}

/** A link's connection from one bind to its end. */
export interface LinkSession {
  id: string;
  /** False for good once the connection has ended. */
  isOpen(): boolean;
  /**
   * Writes to this connection, and nothing once it has ended: on the next one the same sequence is another PDU's. `onRead` is
   * called when the provider has certainly read it, because it answered something that was written later. If nothing else is
   * written, that is an enquire_link, once a second at most.
   */
  answer(pdu: Buffer, onRead?: () => void): void;
}

export interface Link {
  submits: boolean;
  bound(): boolean;
  /** Bound, and neither side is about to unbind: what is written after that is not answered. */
  open(): boolean;
  /** Attempts that failed since it was bound last. */
  failures(): number;
  nextSequence(): number;
  /** Everything that is written in one turn of the event loop leaves in one piece. */
  write(pdu: Buffer): void;
  /** From now on `open` is false; what is under way may still be answered before `reset`. */
  retire(why: string): void;
  /** Ends the connection, and begins another. */
  reset(reason: string): void;
  start(): void;
  /** Unbinds; resolves when the connection is closed. */
  stop(): Promise<void>;
}

const usualTiming: LinkTiming = { first_pause: 250, longest_pause: 30_000, proof_every: 1_000 };
/** A connection that did not last so long counts as one more that failed. */
const lasting = 5_000;
const bindTimeout = 10_000;
const unbindTimeout = 1_000;
/** A provider that sends so many further texts counts as having read the first acknowledgement, though it answers nothing. */
const mostUnread = 10_000;
const lastSequence = 0x7fffffff;
const smppVersion = 0x34;

const isResponse = (id: number) => id >= 0x80000000;

/** How long to wait after so many failures in a row: doubling, and between half and the whole of it. */
export function pauseAfter(failures: number, random: number, timing = usualTiming): number {
  const pause = Math.min(timing.longest_pause, timing.first_pause * 2 ** Math.min(failures - 1, 20));
  return pause * (0.5 + random / 2);
}

/** A connection that `start` opens. */
export function createLink(options: LinkOptions): Link {
  const { role, settings, password, targets, clock } = options;
  const timing = { ...usualTiming, ...options.timing };
  let socket: Socket | null = null;
  let bound = false;
  let unbinding = false;
  let boundSince = 0;
  let failures = 0;
  let sequence = 0;
  let stopped = false;
  let reason = "";
  let left: Buffer | null = null;
  let out: Buffer[] = [];
  let readAt = 0;
  /** Since when an enquire_link is unanswered. */
  let askedAt: number | null = null;
  let watch: NodeJS.Timeout | null = null;
  let retry: NodeJS.Timeout | null = null;
  /** Answers that the provider may not have read yet, each with the last sequence that was written before it. */
  let unread: { after: number; onRead(): void }[] = [];
  let provedAt = Number.NEGATIVE_INFINITY;
  let closed: (() => void) | null = null;

  const link: Link = {
    submits: role !== "receiver",
    bound: () => bound,
    open: () => bound && !unbinding,
    failures: () => failures,
    nextSequence: () => (sequence = sequence >= lastSequence ? 1 : sequence + 1),
    write(pdu) {
      if (out.length === 0) setImmediate(flush);
      out.push(pdu);
    },
    retire(why) {
      reason ||= why;
      unbinding = true;
    },
    reset,
    start: open,
    async stop() {
      stopped = true;
      if (retry) clearTimeout(retry);
      if (!socket) return;
      const ended = new Promise<void>((done) => (closed = done));
      if (bound) {
        link.write(writeBare(command.unbind, 0, link.nextSequence()));
        leave("It did not answer to unbind");
      } else reset("stopped");
      await ended;
    },
  };

  function flush(): void {
    const all = out;
    out = [];
    if (socket?.writable) socket.write(all.length === 1 ? (all[0] as Buffer) : Buffer.concat(all));
  }

  /** Waits a moment until the other side closes the connection; then it is reset. */
  function leave(inVain: string): void {
    unbinding = true;
    const leaving = socket;
    setTimeout(() => {
      if (socket === leaving) reset(inVain);
    }, unbindTimeout).unref();
  }

  function reset(why: string): void {
    reason ||= why;
    socket?.destroy();
  }

  function open(): void {
    retry = null;
    if (stopped) return;
    reason = "";
    targets.find(settings.host).then(
      (target) => stopped || connect(target),
      (error: unknown) => {
        reason = (error as Error).message;
        if (!(error instanceof TargetRefused)) reason = sentence(reason);
        ended();
      },
    );
  }

  function connect({ host, lookup }: Target): void {
    const { port, tls } = settings;
    unbinding = false;
    left = null;
    out = [];
    sequence = 0;
    askedAt = null;
    unread = [];
    provedAt = Number.NEGATIVE_INFINITY;
    readAt = performance.now();
    const opened = (socket =
      tls === "off"
        ? connectPlain({ host, port, lookup })
        : connectTls({
            host,
            port,
            lookup,
            rejectUnauthorized: tls === "on",
            ...(isIP(host) ? {} : { servername: host }),
          }));
    opened.setNoDelay(true);
    opened.on(tls === "off" ? "connect" : "secureConnect", () => bind());
    const isOpen = () => socket === opened && !opened.destroyed;
    const session: LinkSession = {
      id: newId(clock.now()),
      isOpen,
      answer(pdu, onRead) {
        if (!isOpen()) return;
        link.write(pdu);
        if (!onRead) return;
        unread.push({ after: sequence, onRead });
        if (unread.length > mostUnread) unread.shift()?.onRead();
        askForProof();
      },
    };
    opened.on("data", (chunk: Buffer) => {
      if (socket === opened) take(chunk, session);
    });
    opened.on("error", (error: NodeJS.ErrnoException) => (reason ||= sentence(error.message)));
    opened.on("close", () => ended());
    watch = setInterval(
      look,
      Math.min(timing.proof_every, (Math.min(settings.response_seconds, settings.enquire_link_seconds) * 1000) / 4),
    );
  }

  function bind(): void {
    const fields = {
      system_id: settings.system_id,
      password,
      system_type: settings.system_type,
      interface_version: smppVersion,
    };
    const pdu = new smpp.PDU(`bind_${role}`, fields);
    pdu.sequence_number = link.nextSequence();
    link.write(pdu.toBuffer());
  }

  function ended(): void {
    if (watch) clearInterval(watch);
    socket = null;
    const why = reason || "The provider closed the connection";
    const lasted = bound && performance.now() - boundSince > lasting;
    failures = lasted ? 1 : failures + 1;
    if (bound) {
      bound = false;
      options.onDown(link, why);
    } else if (!stopped) options.onFailure(why);
    closed?.();
    if (!stopped) retry = setTimeout(open, pauseAfter(failures, options.random(), timing));
  }

  /** TCP does not tell what the other side has read. SMPP answers in order, so an answer to a later PDU does. */
  function askForProof(): void {
    const now = performance.now();
    const last = unread.at(-1);
    if (!last || last.after < sequence || !bound || unbinding || now - provedAt < timing.proof_every) return;
    provedAt = now;
    link.write(writeBare(command.enquire_link, 0, link.nextSequence()));
  }

  function answeredTo(number: number): void {
    const first = unread.findIndex(({ after }) => after >= number);
    for (const { onRead } of unread.splice(0, first === -1 ? unread.length : first)) onRead();
  }

  /** Silence ends a connection: TCP may take minutes to notice that the peer is gone. */
  function look(): void {
    const now = performance.now();
    const timeout = settings.response_seconds * 1000;
    askForProof();
    if (!bound) {
      if (now - readAt > Math.max(bindTimeout, timeout)) reset("It did not answer to the bind");
    } else if (askedAt !== null) {
      if (now - askedAt > timeout) reset("It did not answer to enquire_link");
    } else if (now - readAt > settings.enquire_link_seconds * 1000) {
      askedAt = now;
      link.write(writeBare(command.enquire_link, 0, link.nextSequence()));
    }
  }

  function take(chunk: Buffer, session: LinkSession): void {
    readAt = performance.now();
    askedAt = null;
    const buffer = left ? Buffer.concat([left, chunk]) : chunk;
    let at = 0;
    while (buffer.length - at >= 4) {
      const length = buffer.readUInt32BE(at);
      if (length < headerLength || length > longestPdu) {
        // Another protocol's greeting: its octets are not shown, as they may come from a host that the user cannot reach.
        reset(bound ? `It wrote a PDU of ${length} octets` : "It does not speak SMPP");
        return;
      }
      if (buffer.length - at < length) break;
      read(buffer.subarray(at, at + length), session);
      at += length;
      if (socket?.destroyed) return;
    }
    left = at === buffer.length ? null : Buffer.from(buffer.subarray(at));
    options.onQuiet();
  }

  function read(pdu: Buffer, session: LinkSession): void {
    const id = pdu.readUInt32BE(4);
    const status = pdu.readUInt32BE(8);
    const number = pdu.readUInt32BE(12);
    if (isResponse(id) && unread.length > 0) answeredTo(number);
    switch (id) {
      case command.submit_sm_resp:
      case command.generic_nack:
        // Without a sequence it is about something that the provider could not even read.
        if (!bound) reset(`It answered to the bind with ${statusName(status)}`);
        else options.onAnswer(link, number, status, pdu);
        return;
      case command.deliver_sm:
      case command.data_sm:
        if (bound) options.onDeliver(id, number, pdu, session);
        else link.write(writeBare((id | 0x80000000) >>> 0, 0x04, number));
        return;
      case command.enquire_link:
        link.write(writeBare(command.enquire_link_resp, 0, number));
        return;
      case command.unbind:
        link.write(writeBare(command.unbind_resp, 0, number));
        reason ||= "The provider unbound";
        flush();
        leave(reason);
        socket?.end();
        return;
      case command.unbind_resp:
        if (stopped) socket?.end();
        return;
      case command.alert_notification:
        return;
      case (command[`bind_${role}`] | 0x80000000) >>> 0:
        if (!bound && !stopped) answered(status);
        return;
      default:
        if (!isResponse(id)) link.write(writeBare(command.generic_nack, 0x03, number)); // ESME_RINVCMDID
    }
  }

  function answered(status: number): void {
    if (status !== 0) {
      reset(`It refused the bind: ${statusName(status)}`);
      return;
    }
    bound = true;
    boundSince = performance.now();
    options.onUp(link);
  }

  return link;
}

/** A message of the system, such as "connect ECONNREFUSED", begins in lower case; shown next to ours it begins in upper case. */
const sentence = (message: string) => message.charAt(0).toUpperCase() + message.slice(1);
