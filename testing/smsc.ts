/**
 * A test SMSC on node-smpp: the carrier's side of SMPP 3.4, which keeps records of what it accepted.
 *
 * In this process:
 *   const smsc = await startSmsc({ system_id: "varsla", password: "secret" });       // any port of loopback
 *   smsc.port; smsc.taken; smsc.counts; smsc.behave({ throttle_share: 0.1 });         // behaviour: smsc-behaviour.ts
 *   smsc.disconnect();                       // breaks every connection; disconnect(1) only the oldest
 *   smsc.sendText({ from, to, text });       // a text from a handset, in parts over all binds where it is long
 *   smsc.sendPdu({ from, to, esm_class, data_coding, short_message, tlvs });           // any deliver_sm
 *   await smsc.stop();
 * As a process of its own, whose records survive crashes of its clients: `spawnSmsc(options)` of smsc-process.ts, or
 *   node testing/smsc.ts '{"port":2775,"records":"count","behaviour":{…}}'
 * which prints one line {"port":…,"control":"http://127.0.0.1:…"} and answers GET /counts, GET /taken?from=<index>&most=<count>,
 * GET /acknowledged, PUT /behaviour, POST /disconnect, POST /texts (one or a list of them), DELETE /records. It ends when its standard input does.
 *
 * Receipts and texts that were not acknowledged are sent again, after a reconnect too. All connections that bind with the right
 * system_id belong to the same customer.
 */
import { randomUUID } from "node:crypto";
import type { AddressInfo, Server } from "node:net";
import smpp, { type PDU, type Session } from "smpp";
import { type Behaviour, picker, usualBehaviour } from "./smsc-behaviour.ts";
import { createDelivery } from "./smsc-delivery.ts";
import { type Deliver, header, submitSmResp } from "./smsc-pdu.ts";
import { receiptOf } from "./smsc-receipts.ts";
import { type Acknowledged, type Counts, noCounts, type Taken } from "./smsc-records.ts";
import { type HandsetText, partsOf } from "./smsc-texts.ts";

export interface SmscOptions {
  port?: number;
  system_id?: string;
  password?: string;
  /** count: only counts them, for benchmarks. */
  records?: "all" | "count";
  behaviour?: Partial<Behaviour>;
  /** PEM: then it speaks TLS. */
  tls?: { key: string; cert: string };
}

export interface Smsc {
  port: number;
  /** Accepted submit_sm, in order. */
  taken: Taken[];
  /** Handsets' texts, in the order of their acknowledgement. */
  acknowledged: Acknowledged[];
  counts: Counts;
  /** Connections bound right now. */
  bound(): number;
  behave(change: Partial<Behaviour>): void;
  disconnect(count?: number): void;
  sendText(text: HandsetText): void;
  sendPdu(pdu: Deliver): void;
  /** Writes octets as they are to every connection. */
  sendRaw(octets: Buffer): void;
  clear(): void;
  stop(): Promise<void>;
}

const bindCommands = ["bind_transceiver", "bind_transmitter", "bind_receiver"];
const invalidBind = 0x0e;

// Keeps the octets undecoded: decoding each would cost more than everything else.
const { params } = smpp.commands["submit_sm"] as (typeof smpp.commands)[string];
const original = params?.["short_message"]?.filter;
if (original)
  params["short_message"] = { ...params["short_message"], filter: { ...original, decode: (value) => value } };

/** Starts it on loopback. */
export async function startSmsc(options: SmscOptions = {}): Promise<Smsc> {
  const { system_id = "varsla", password = "secret", records = "all" } = options;
  const behaviour: Behaviour = { ...usualBehaviour, ...options.behaviour };
  const counts = noCounts();
  const taken: Taken[] = [];
  const acknowledged: Acknowledged[] = [];
  const delivery = createDelivery(behaviour, counts);
  const connections = new Map<Session, ReturnType<typeof outbox>>();
  const bound = new Set<Session>();
  const throttles = picker();
  const keepsQuiet = picker();
  const early = picker();
  const twice = picker();
  const loses = picker();
  const later = delays();
  const rate = { second: 0, count: 0 };
  // Ids of two runs differ.
  let lastId = Date.now() * 1_000;

  function nextId(): string {
    if (behaviour.ids === "uuid") return randomUUID();
    lastId++;
    return behaviour.ids === "hex" ? lastId.toString(16) : String(lastId);
  }

  function isThrottled(): boolean {
    if (throttles(behaviour.throttle_share)) return true;
    if (behaviour.rate_per_second === null) return false;
    const second = Math.floor(Date.now() / 1_000);
    if (rate.second !== second) Object.assign(rate, { second, count: 0 });
    return ++rate.count > behaviour.rate_per_second;
  }

  function submit(pdu: PDU, out: ReturnType<typeof outbox>, bind: number): void {
    counts.submits++;
    const answer = (buffer: Buffer, after = behaviour.response_delay_ms) => later(after, () => out.write(buffer));
    const refuse = (status: number) => answer(header(0, 0x80000004, status, pdu.sequence_number));
    if (isThrottled()) {
      counts.throttled++;
      return refuse(behaviour.throttle_status);
    }
    const to = pdu["destination_addr"] as string;
    const status = behaviour.submit_status_to[to] ?? behaviour.submit_status;
    if (status !== 0) return refuse(status);
    const id = nextId();
    counts.taken++;
    const asked = ((pdu["registered_delivery"] as number) & 3) === 1 && behaviour.receipts;
    const receipted = asked && !loses(behaviour.lost_share);
    if (records === "all") taken.push({ ...entry(pdu, id, bind, behaviour.echo_tag), receipted });
    const first = early(behaviour.early_share);
    if (receipted) {
      const receipt = receiptOf(textOf(pdu, id, behaviour.echo_tag), behaviour);
      for (let copies = twice(behaviour.double_share) ? 2 : 1; copies > 0; copies--)
        later(first ? 0 : behaviour.receipt_delay_ms, () => delivery.add(receipt));
    }
    if (keepsQuiet(behaviour.unanswered_share)) return;
    answer(submitSmResp(pdu.sequence_number, id), first ? behaviour.early_ms : undefined);
  }

  function accept(session: Session): void {
    // Without it the system delays a small packet until the one before is acknowledged, up to 40 ms each time.
    session.socket.setNoDelay(true);
    const out = outbox(session);
    const receiver = { write: out.write, nextSequence: () => ++session.sequence };
    let bind = 0;
    connections.set(session, out);
    session.on("error", () => session.destroy());
    session.on("close", () => {
      connections.delete(session);
      bound.delete(session);
      delivery.close(receiver);
    });
    const unless = (handle: (pdu: PDU) => void) => (pdu: PDU) => {
      if (!behaviour.silent) handle(pdu);
    };
    for (const command of bindCommands)
      session.on(
        command,
        unless((pdu) => {
          const right = pdu["system_id"] === system_id && pdu["password"] === password;
          const status = behaviour.bind_status || (right ? 0 : invalidBind);
          session.send(pdu.response({ command_status: status, system_id: "smsc" }));
          if (status !== 0) {
            counts.refused_binds++;
            return;
          }
          bind = ++counts.binds;
          bound.add(session);
          if (command !== "bind_transmitter") delivery.open(receiver);
        }),
      );
    session.on(
      "submit_sm",
      unless((pdu) => {
        if (bound.has(session)) submit(pdu, out, bind);
        else out.write(header(0, 0x80000004, 0x04, pdu.sequence_number));
      }),
    );
    session.on(
      "deliver_sm_resp",
      unless((pdu) => delivery.answered(receiver, pdu.sequence_number, pdu.command_status)),
    );
    session.on(
      "enquire_link",
      unless((pdu) => {
        counts.enquire_links++;
        session.send(pdu.response());
      }),
    );
    session.on(
      "unbind",
      unless((pdu) => {
        session.send(pdu.response());
        session.close();
      }),
    );
    session.on(
      "unknown",
      unless((pdu) => session.send(pdu.response())),
    );
  }

  const server: Server = smpp.createServer(options.tls ?? {}, accept);
  server.on("tlsClientError", () => {}); // the client gets the error too
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });

  return {
    port: (server.address() as AddressInfo).port,
    taken,
    acknowledged,
    counts,
    bound: () => bound.size,
    behave: (change) => void Object.assign(behaviour, change),
    disconnect(count = Number.POSITIVE_INFINITY) {
      for (const session of [...connections.keys()].slice(0, count)) session.destroy();
    },
    sendText(text) {
      const parts = partsOf(text);
      const done = () => void acknowledged.push({ from: text.from, text: text.text, taken_before: taken.length });
      parts.forEach((part, i) => delivery.add({ kind: "text", ...part, ...(i === parts.length - 1 && { done }) }));
    },
    sendPdu: (pdu) => delivery.add({ kind: "text", ...pdu }),
    sendRaw(octets) {
      for (const out of connections.values()) out.write(octets);
    },
    clear() {
      taken.length = 0;
      acknowledged.length = 0;
      Object.assign(counts, noCounts(), { undelivered: counts.undelivered });
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const session of connections.keys()) session.destroy();
      await closed;
    },
  };
}

/** Sends what is written to a connection in one turn of the event loop in one packet. */
function outbox(session: Session) {
  let buffers: Buffer[] = [];
  function flush(): void {
    const all = buffers;
    buffers = [];
    if (session.socket.writable) session.socket.write(all.length === 1 ? (all[0] as Buffer) : Buffer.concat(all));
  }
  return {
    write(buffer: Buffer): void {
      if (buffers.length === 0) setImmediate(flush);
      buffers.push(buffer);
    },
  };
}

/** Delayed calls; those due at the same moment share a timer. */
function delays(): (after: number, work: () => void) => void {
  const moments = new Map<number, (() => void)[]>();
  return (after, work) => {
    if (after <= 0) return work();
    const at = Math.ceil((performance.now() + after) / 5) * 5;
    const due = moments.get(at);
    if (due) due.push(work);
    else {
      moments.set(at, [work]);
      setTimeout(() => {
        for (const each of moments.get(at) ?? []) each();
        moments.delete(at);
      }, at - performance.now()).unref();
    }
  };
}

function splitHeader(pdu: PDU): { header: Buffer; body: Buffer; payload: boolean } {
  const short = pdu["short_message"] as Buffer;
  const whole = pdu["message_payload"] as { message: Buffer | string; udh?: Buffer[] } | undefined;
  if (whole !== undefined) {
    const body =
      typeof whole.message === "string" ? recode(whole.message, pdu["data_coding"] as number) : whole.message;
    return { header: Buffer.alloc(0), body, payload: true };
  }
  const length = (pdu["esm_class"] as number) & 0x40 ? (short[0] ?? 0) + 1 : 0;
  return { header: short.subarray(0, length), body: short.subarray(length), payload: false };
}

const codingOf = (data_coding: number) => (data_coding === 8 ? "UCS2" : data_coding === 3 ? "LATIN1" : "ASCII");
const recode = (text: string, data_coding: number) => smpp.encodings[codingOf(data_coding)].encode(text);

function textOf(pdu: PDU, id: string, tag: number | null) {
  const { body } = splitHeader(pdu);
  const from = pdu["source_addr"] as string;
  const to = pdu["destination_addr"] as string;
  const echo = tag === null ? null : ((pdu[tag] as Buffer | undefined) ?? null);
  return { id, from, to, text: body.toString("latin1", 0, 20), at: new Date(), echo };
}

function entry(pdu: PDU, id: string, bind: number, tag: number | null): Omit<Taken, "receipted"> {
  const { header: udh, body, payload } = splitHeader(pdu);
  const data_coding = pdu["data_coding"] as number;
  const number = (field: string) => pdu[field] as number;
  const text = (field: string) => pdu[field] as string;
  const sar =
    pdu["sar_msg_ref_num"] === undefined
      ? null
      : ([number("sar_msg_ref_num"), number("sar_total_segments"), number("sar_segment_seqnum")] as [
          number,
          number,
          number,
        ]);
  return {
    id,
    bind,
    from: text("source_addr"),
    from_ton: number("source_addr_ton"),
    from_npi: number("source_addr_npi"),
    to: text("destination_addr"),
    to_ton: number("dest_addr_ton"),
    to_npi: number("dest_addr_npi"),
    service_type: text("service_type"),
    esm_class: number("esm_class"),
    data_coding,
    registered_delivery: number("registered_delivery"),
    validity_period: text("validity_period"),
    text: smpp.encodings[codingOf(data_coding)].decode(body),
    udh: udh.toString("hex"),
    octets: body.toString("hex"),
    payload,
    sar,
    echo: tag === null ? null : ((pdu[tag] as Buffer | undefined)?.toString("latin1") ?? null),
    at: Date.now(),
  };
}

if (import.meta.main) {
  const { serveControl } = await import("./smsc-control.ts");
  await serveControl(await startSmsc(JSON.parse(process.argv[2] ?? "{}")));
}
