/**
 * Submitting texts through all binds at once: as many submit_sm are under way on each as its window allows, and further ones are
 * written as responses arrive. It pauses when the provider throttles, and offers the same parts again.
 *
 * A text that was written and not answered, because the connection broke or time ran out, is unknown. One that was never written
 * is "later". A text whose first part was written is completed, as half a text could count neither as sent nor as failed.
 */
import type { SmppSettings } from "../../../contract/carriers.ts";
import type { OutboundText, Outcome } from "../carrier.ts";
import type { Link } from "./link.ts";
import type { TextPart } from "./long-text.ts";
import { createPace } from "./pace.ts";
import { createPartQueue } from "./part-queue.ts";
import { type Batch, closePart, failPart, type PendingPart, type PendingText } from "./pending-text.ts";
import { meaningOf, statusName } from "./status.ts";
import { type Accepted, createResponseHandler, downFor } from "./submit-responses.ts";

export interface SubmitOptions {
  settings: Pick<SmppSettings, "window" | "response_seconds">;
  /** The parts of a text. */
  partsOf(text: OutboundText): TextPart[];
  /** Writes the submit_sm of a part. */
  write(link: Link, sequence: number, text: OutboundText, part: TextPart, parts: number): void;
  /** A text was accepted; also when the response came too late for its outcome. */
  onAccepted(accepted: Accepted): void;
  note(message: string): void;
  /** Called a few times a second while texts are under way. */
  onTick(): void;
}

export interface Submitter {
  /** One outcome a text. Resolves at the latest when every response is overdue. */
  submit(texts: readonly OutboundText[], signal: AbortSignal): Promise<Outcome[]>;
  up(link: Link): void;
  down(link: Link): void;
  answered(link: Link, sequence: number, status: number, pdu: Buffer): void;
  /** Writes as much as there is room for. */
  pump(): void;
  /** Resolves when no text is under way. */
  idle(): Promise<void>;
  stop(): void;
}

type Timeouts = Pick<SmppSettings, "response_seconds">;

/** A `submit` begins no text after this; the rest is offered again later. A STOP waits until it is over. */
const beginWithin = (settings: Timeouts): number => Math.min(3_000, settings.response_seconds * 1000);
/** Texts that were begun by then may be completed for so long. */
const finishWithin = beginWithin;

/** A `submit` writes nothing more after this. */
export const writesWithin = (settings: Timeouts): number => beginWithin(settings) + finishWithin(settings);

/** How long a `submit` waits for the first bind. */
const bindTimeout = 1_000;

const mostOverdue = 10_000;

interface Flight extends PendingPart {
  at: number;
}

/** One bound connection. */
interface Bind {
  link: Link;
  flights: Map<number, Flight>;
  /** Overdue: their response may still come with the id. */
  overdue: Map<number, Flight>;
  /** Why the provider takes nothing through it; it is reset once everything under way is answered. */
  refusing: string | null;
}

export function createSubmitter(options: SubmitOptions): Submitter {
  const { settings } = options;
  const binds: Bind[] = [];
  const bindOf = new Map<Link, Bind>();
  const batches = new Set<Batch>();
  const queue = createPartQueue();
  let turn = 0;
  const pace = createPace();
  const responses = createResponseHandler({ pace, onAccepted: options.onAccepted, note: options.note, again });
  let resume: NodeJS.Timeout | null = null;
  let watch: NodeJS.Timeout | null = null;
  let anyUp: (() => void)[] = [];

  function again(part: PendingPart): void {
    // This part did not go, but another part of the text may have.
    if (part.pending.parts.length === 1) part.pending.begun = false;
    queue.putBack(part);
  }

  function nextBind(): Bind | null {
    for (let i = 0; i < binds.length; i++) {
      turn = (turn + 1) % binds.length;
      const bind = binds[turn] as Bind;
      if (bind.flights.size < settings.window && bind.link.open()) return bind;
    }
    return null;
  }

  function pump(): void {
    if (queue.size() === 0) return;
    const now = performance.now();
    const allowed = pace.allowed(now);
    let written = 0;
    while (queue.size() > 0) {
      if (written >= allowed) {
        pumpAt(pace.nextAt(now));
        break;
      }
      const bind = nextBind();
      if (!bind) break;
      const next = queue.next();
      const { pending } = next;
      if (pending.finished) continue;
      // Too late, for example after a suspension: another worker may have reconciled these texts.
      const { batch } = pending;
      if (now > (pending.begun ? batch.ends : batch.begins) || batch.signal.aborted) {
        failPart(pending, { kind: "later", after_ms: 0 });
        continue;
      }
      // The other parts of a refused text are not written.
      if (pending.failure) {
        closePart(pending);
        continue;
      }
      const sequence = bind.link.nextSequence();
      written++;
      pending.begun = true;
      bind.flights.set(sequence, { ...next, at: now });
      const part = pending.parts[next.part] as TextPart;
      options.write(bind.link, sequence, pending.text, part, pending.parts.length);
    }
    pace.wrote(written);
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
    const bind = bindOf.get(link);
    const flight = bind?.flights.get(sequence);
    if (!bind || !flight) {
      const overdue = bind?.overdue.get(sequence);
      bind?.overdue.delete(sequence);
      if (overdue) responses.handleOverdue(overdue, status, pdu);
      return;
    }
    bind.flights.delete(sequence);
    if (meaningOf(status).kind === "down" && !bind.refusing) {
      bind.refusing = `The provider answered to a text with ${statusName(status)}`;
      link.retire(bind.refusing);
    }
    responses.handle(flight, status, pdu);
    resetIfRefusing(bind);
  }

  /** Waits for the responses to what else was written through it, since that may have been accepted. */
  function resetIfRefusing(bind: Bind): void {
    if (bind.refusing && bind.flights.size === 0) bind.link.reset(bind.refusing);
  }

  /** Handles overdue responses, and batches whose time to begin is over. */
  function checkTimeouts(): void {
    const now = performance.now();
    const timeout = settings.response_seconds * 1000;
    for (const bind of binds) {
      // They are in the order in which they were written.
      for (const [sequence, flight] of bind.flights) {
        if (now - flight.at < timeout) break;
        bind.flights.delete(sequence);
        bind.overdue.set(sequence, flight);
        options.note("a text was not answered in time");
        failPart(flight.pending, { kind: "unknown" });
      }
      for (const [sequence, flight] of bind.overdue) {
        if (now - flight.at < timeout * 10 && bind.overdue.size < mostOverdue) break;
        bind.overdue.delete(sequence);
      }
      resetIfRefusing(bind);
    }
    // One call for all batches, since each walks through the whole queue.
    if ([...batches].some((batch) => now > batch.begins))
      giveBack(({ begun, batch }) => now > batch.begins && (!begun || now > batch.ends));
    if (batches.size === 0 && binds.every((bind) => bind.flights.size === 0) && watch) {
      clearInterval(watch);
      watch = null;
    }
    options.onTick();
    pump();
  }

  /** Takes matching parts out of the queue; their texts are offered again later. */
  function giveBack(which: (pending: PendingText) => boolean, down = false): void {
    const back = queue.remove(({ pending }) => which(pending));
    const now = performance.now();
    const wait = pace.allowed(now) > 0 ? 0 : Math.ceil(pace.nextAt(now) - now);
    for (const { pending } of back)
      failPart(pending, down ? { kind: "later", after_ms: downFor, down: true } : { kind: "later", after_ms: wait });
  }

  async function isUp(): Promise<boolean> {
    if (binds.length > 0) return true;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((done) => {
      anyUp.push(done);
      timer = setTimeout(done, bindTimeout);
    });
    clearTimeout(timer);
    return binds.length > 0;
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
        const pending: PendingText = {
          batch,
          index,
          text,
          parts,
          open: parts.length,
          begun: false,
          ids: [],
          failure: null,
          finished: false,
        };
        for (let part = 0; part < parts.length; part++) queue.push({ pending, part });
      }
      // setImmediate, so that sockets are read first: after a suspension responses are waiting that are not overdue.
      watch ??= setInterval(() => setImmediate(checkTimeouts), Math.min(250, settings.response_seconds * 250));
      pump();
      await finished;
      signal.removeEventListener("abort", abort);
      batches.delete(batch);
      return outcomes;
    },
    up(link) {
      const bind: Bind = { link, flights: new Map(), overdue: new Map(), refusing: null };
      binds.push(bind);
      bindOf.set(link, bind);
      for (const done of anyUp) done();
      anyUp = [];
      pump();
    },
    down(link) {
      const bind = bindOf.get(link);
      if (!bind) return;
      bindOf.delete(link);
      binds.splice(binds.indexOf(bind), 1);
      for (const { pending } of bind.flights.values()) failPart(pending, { kind: "unknown" });
      if (binds.length === 0) giveBack(() => true, true);
    },
    answered,
    pump,
    async idle() {
      while (batches.size > 0) await Promise.all([...batches].map((batch) => batch.finished));
    },
    stop() {
      if (resume) clearTimeout(resume);
      if (watch) clearInterval(watch);
    },
  };
}
