/**
 * Handing texts over through all connections at once: so many submit_sm under way on each as its window allows, written as
 * answers come in. Pauses when the provider says that it is too fast, and offers the same again.
 *
 * What was written and not answered, because the connection broke or time ran out, is unknown. What was never written is
 * "later". A text whose first part was written is finished: of half a text nobody could say that it went.
 */
import type { SmppSettings } from "../../contract/carriers.ts";
import type { FailureReason } from "../../contract/messages.ts";
import type { OutboundText, Outcome } from "./carrier.ts";
import type { Link } from "./smpp-link.ts";
import type { TextPart } from "./smpp-long-text.ts";
import { createPace } from "./smpp-pace.ts";
import { readMessageId } from "./smpp-pdu.ts";
import { meaningOf, statusCode, statusName } from "./smpp-status.ts";

/** The provider's id of one text, or of each of its parts. */
export interface Accepted {
  message_id: string;
  ids: string[];
}

export interface SubmitOptions {
  settings: Pick<SmppSettings, "window" | "response_seconds">;
  /** The parts of a text. */
  partsOf(text: OutboundText): TextPart[];
  /** Writes the submit_sm of a part. */
  write(link: Link, sequence: number, text: OutboundText, part: TextPart, parts: number): void;
  /** An answer came that takes a text; also when it came too late for its outcome. */
  onAccepted(accepted: Accepted): void;
  note(message: string): void;
  /** Now and then while texts are under way. */
  onTick(): void;
}

export interface Submitter {
  /** One outcome a text. Resolves at the latest when every answer is overdue. */
  submit(texts: readonly OutboundText[], signal: AbortSignal): Promise<Outcome[]>;
  up(link: Link): void;
  down(link: Link): void;
  answered(link: Link, sequence: number, status: number, pdu: Buffer): void;
  /** Writes as much as there is room for. */
  pump(): void;
  /** Resolves when no text is under way. */
  settled(): Promise<void>;
  stop(): void;
}

type Patience = Pick<SmppSettings, "response_seconds">;

/** A `submit` begins no text after this; what is left then comes again later. A STOP waits until it is over. */
const beginWithin = (settings: Patience): number => Math.min(3_000, settings.response_seconds * 1000);
/** Texts that were begun by then have so long to be finished. */
const finishWithin = beginWithin;

/** A `submit` writes nothing more after this. */
export const writesWithin = (settings: Patience): number => beginWithin(settings) + finishWithin(settings);

/** Trouble of the provider's own is not worth a look every moment, and not for ever with the same text. */
const troublePause = 1_000;
const mostTroubles = 5;
const mostRemembered = 10_000;
const downFor = 1_000;
/** A provider that is being connected to is waited for this long. */
const connectPatience = 1_000;

const gravity: Record<Outcome["kind"], number> = { accepted: 0, later: 1, refused: 2, unknown: 3 };

interface Batch {
  finished: Promise<void>;
  left: number;
  outcomes: Outcome[];
  /** No text is begun after the first, and no part written after the second. */
  begins: number;
  ends: number;
  /** Aborted: nothing more of it is written, not even the rest of a text that was begun. */
  signal: AbortSignal;
  done(): void;
}

/** A text under way. */
interface Going {
  batch: Batch;
  index: number;
  text: OutboundText;
  parts: TextPart[];
  /** Parts without an answer. */
  open: number;
  /** A part was written. */
  begun: boolean;
  ids: string[];
  /** Something is final already: a refusal, or that nobody knows. */
  spoilt: Outcome | null;
  settled: boolean;
}

interface Job {
  going: Going;
  part: number;
}

interface Flight extends Job {
  at: number;
}

interface Lane {
  link: Link;
  flights: Map<number, Flight>;
  /** Overdue: their answer may still come and tell the id. */
  late: Map<number, Flight>;
  /** The provider takes nothing through it: bound anew once what is under way is answered. */
  spent: string | null;
}

export function createSubmitter(options: SubmitOptions): Submitter {
  const { settings } = options;
  const lanes: Lane[] = [];
  const laneOf = new Map<Link, Lane>();
  const batches = new Set<Batch>();
  const troubles = new Map<string, number>();
  let waiting: Job[] = [];
  let head = 0;
  let turn = 0;
  const pace = createPace();
  let resume: NodeJS.Timeout | null = null;
  let watch: NodeJS.Timeout | null = null;
  let anyUp: (() => void)[] = [];

  function settle(going: Going, outcome: Outcome): void {
    if (going.settled) return;
    going.settled = true;
    going.batch.outcomes[going.index] = outcome;
    if (--going.batch.left === 0) going.batch.done();
  }

  /** A part is done with: accepted, or not to be tried any more. */
  function close(going: Going): void {
    if (--going.open > 0) return;
    const { spoilt } = going;
    if (!spoilt) return settle(going, { kind: "accepted", carrier_reference: going.ids[0] as string });
    const partly = going.ids.some((id) => id !== undefined);
    // Of a text that went in part nobody can say that it did not go, nor may anybody else be asked to carry it.
    if (partly && spoilt.kind === "later") return settle(going, { kind: "unknown" });
    if (partly && spoilt.kind === "refused") delete spoilt.elsewhere;
    settle(going, spoilt);
  }

  /** A part did not go, or nobody knows; the worst that is known of any part is what counts. */
  function spoil(going: Going, outcome: Outcome): void {
    if (!going.spoilt || gravity[outcome.kind] > gravity[going.spoilt.kind]) going.spoilt = outcome;
    close(going);
  }

  function again(job: Job): void {
    // It did not go; a text of several parts may have in part.
    if (job.going.parts.length === 1) job.going.begun = false;
    // To the front: it is the oldest.
    if (head > 0) waiting[--head] = job;
    else waiting.unshift(job);
  }

  function roomiest(): Lane | null {
    for (let i = 0; i < lanes.length; i++) {
      turn = (turn + 1) % lanes.length;
      const lane = lanes[turn] as Lane;
      if (lane.flights.size < settings.window && lane.link.open()) return lane;
    }
    return null;
  }

  function pump(): void {
    if (head === waiting.length) return;
    const now = performance.now();
    const allowed = pace.allowed(now);
    let written = 0;
    while (head < waiting.length) {
      if (written >= allowed) {
        pumpAt(pace.nextAt(now));
        break;
      }
      const lane = roomiest();
      if (!lane) break;
      const job = waiting[head++] as Job;
      const { going } = job;
      if (going.settled) continue;
      // A process that was held up: somebody else may have settled its texts meanwhile.
      const { batch } = going;
      if (now > (going.begun ? batch.ends : batch.begins) || batch.signal.aborted) {
        spoil(going, { kind: "later", after_ms: 0 });
        continue;
      }
      // The other parts of a text that was refused are of no use to anybody.
      if (going.spoilt) {
        close(going);
        continue;
      }
      const sequence = lane.link.nextSequence();
      written++;
      going.begun = true;
      lane.flights.set(sequence, { ...job, at: now });
      options.write(lane.link, sequence, going.text, going.parts[job.part] as TextPart, going.parts.length);
    }
    pace.wrote(written);
    if (head === waiting.length) {
      waiting = [];
      head = 0;
    }
  }

  function pumpAt(at: number): void {
    resume ??= setTimeout(
      () => {
        resume = null;
        pump();
      },
      Math.max(1, at - performance.now()),
    );
  }

  function answered(link: Link, sequence: number, status: number, pdu: Buffer): void {
    const lane = laneOf.get(link);
    const flight = lane?.flights.get(sequence);
    if (!lane || !flight) {
      const late = lane?.late.get(sequence);
      lane?.late.delete(sequence);
      if (late && status === 0) cameLate(late, readMessageId(pdu));
      return;
    }
    lane.flights.delete(sequence);
    if (meaningOf(status).kind === "down" && !lane.spent) {
      lane.spent = `The provider answered to a text with ${statusName(status)}`;
      link.retire(lane.spent);
    }
    settleWith(flight, status, pdu);
    endIfSpent(lane);
  }

  /** What else was written through it may have been taken: its answers are waited for. */
  function endIfSpent(lane: Lane): void {
    if (lane.spent && lane.flights.size === 0) lane.link.reset(lane.spent);
  }

  function settleWith(flight: Flight, status: number, pdu: Buffer): void {
    const { going } = flight;
    if (status === 0) {
      pace.accepted(performance.now());
      const id = readMessageId(pdu);
      if (going.parts.length === 1) {
        options.onAccepted({ message_id: going.text.message_id, ids: [id] });
        settle(going, { kind: "accepted", carrier_reference: id });
        return;
      }
      going.ids[flight.part] = id;
      if (going.open === 1 && !going.spoilt) options.onAccepted({ message_id: going.text.message_id, ids: going.ids });
      close(going);
      return;
    }
    refusedWith(flight, status);
  }

  function refusedWith(job: Job, status: number): void {
    const { going } = job;
    const meaning = meaningOf(status);
    if (meaning.kind === "refused") {
      refuse(going, status, meaning.reason, meaning.elsewhere);
      return;
    }
    if (meaning.kind === "down") {
      spoil(going, { kind: "later", after_ms: downFor, down: true });
      return;
    }
    if (meaning.kind === "trouble") {
      if (isTooMuch(going.text.message_id)) {
        refuse(going, status, "unknown", true);
        return;
      }
      if (going.parts.length === 1) {
        spoil(going, { kind: "later", after_ms: troublePause });
        return;
      }
    }
    options.note(`the provider slows us down: ${statusCode(status)}`);
    pace.throttled(performance.now());
    again(job);
  }

  function refuse(going: Going, status: number, reason: FailureReason, elsewhere: boolean): void {
    spoil(going, { kind: "refused", code: statusCode(status), reason, ...(elsewhere && { elsewhere: true }) });
  }

  /** Counts the provider's troubles with a text. */
  function isTooMuch(messageId: string): boolean {
    const times = (troubles.get(messageId) ?? 0) + 1;
    troubles.delete(messageId);
    if (times >= mostTroubles) return true;
    troubles.set(messageId, times);
    const [oldest] = troubles.keys();
    if (troubles.size > mostRemembered && oldest !== undefined) troubles.delete(oldest);
    return false;
  }

  function cameLate({ going, part }: Flight, id: string): void {
    going.ids[part] = id;
    const complete = going.parts.every((_, i) => going.ids[i] !== undefined);
    if (complete) options.onAccepted({ message_id: going.text.message_id, ids: going.ids });
  }

  /** Overdue answers, and batches whose time to begin is over. */
  function look(): void {
    const now = performance.now();
    const patience = settings.response_seconds * 1000;
    for (const lane of lanes) {
      // In the order in which they were written.
      for (const [sequence, flight] of lane.flights) {
        if (now - flight.at < patience) break;
        lane.flights.delete(sequence);
        lane.late.set(sequence, flight);
        options.note("a text was not answered in time");
        spoil(flight.going, { kind: "unknown" });
      }
      for (const [sequence, flight] of lane.late) {
        if (now - flight.at < patience * 10 && lane.late.size < mostRemembered) break;
        lane.late.delete(sequence);
      }
      endIfSpent(lane);
    }
    // In one go for all: each look at the line is as long as the line.
    if ([...batches].some((batch) => now > batch.begins))
      giveBack(({ begun, batch }) => now > batch.begins && (!begun || now > batch.ends));
    if (batches.size === 0 && lanes.every((lane) => lane.flights.size === 0) && watch) {
      clearInterval(watch);
      watch = null;
    }
    options.onTick();
    pump();
  }

  /** Takes what waits out of the line. */
  function giveBack(which: (going: Going) => boolean, down = false): void {
    const rest: Job[] = [];
    const back: Job[] = [];
    for (const job of waiting.slice(head)) (which(job.going) ? back : rest).push(job);
    waiting = rest;
    head = 0;
    const now = performance.now();
    const wait = pace.allowed(now) > 0 ? 0 : Math.ceil(pace.nextAt(now) - now);
    for (const { going } of back)
      spoil(going, down ? { kind: "later", after_ms: downFor, down: true } : { kind: "later", after_ms: wait });
  }

  async function isUp(): Promise<boolean> {
    if (lanes.length > 0) return true;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((done) => {
      anyUp.push(done);
      timer = setTimeout(done, connectPatience);
    });
    clearTimeout(timer);
    return lanes.length > 0;
  }

  return {
    async submit(texts, signal) {
      if (texts.length === 0) return [];
      if (!(await isUp())) return texts.map(() => ({ kind: "later", after_ms: downFor, down: true }));
      if (signal.aborted) return texts.map(() => ({ kind: "later", after_ms: 0 }));
      const outcomes: Outcome[] = [];
      let done = () => {};
      const finished = new Promise<void>((resolve) => (done = resolve));
      const batch: Batch = {
        finished,
        left: texts.length,
        outcomes,
        begins: performance.now() + beginWithin(settings),
        ends: performance.now() + writesWithin(settings),
        signal,
        done,
      };
      batches.add(batch);
      const abort = () => giveBack((each) => each.batch === batch && !each.begun);
      signal.addEventListener("abort", abort);
      for (const [index, text] of texts.entries()) {
        const parts = options.partsOf(text);
        const going: Going = {
          batch,
          index,
          text,
          parts,
          open: parts.length,
          begun: false,
          ids: [],
          spoilt: null,
          settled: false,
        };
        for (let part = 0; part < parts.length; part++) waiting.push({ going, part });
      }
      // After a turn of reading: a process that was held up has answers waiting that are not overdue.
      watch ??= setInterval(() => setImmediate(look), Math.min(250, settings.response_seconds * 250));
      pump();
      await finished;
      signal.removeEventListener("abort", abort);
      batches.delete(batch);
      return outcomes;
    },
    up(link) {
      const lane: Lane = { link, flights: new Map(), late: new Map(), spent: null };
      lanes.push(lane);
      laneOf.set(link, lane);
      for (const done of anyUp) done();
      anyUp = [];
      pump();
    },
    down(link) {
      const lane = laneOf.get(link);
      if (!lane) return;
      laneOf.delete(link);
      lanes.splice(lanes.indexOf(lane), 1);
      for (const { going } of lane.flights.values()) spoil(going, { kind: "unknown" });
      if (lanes.length === 0) giveBack(() => true, true);
    },
    answered,
    pump,
    async settled() {
      while (batches.size > 0) await Promise.all([...batches].map((batch) => batch.finished));
    },
    stop() {
      if (resume) clearTimeout(resume);
      if (watch) clearInterval(watch);
    },
  };
}
