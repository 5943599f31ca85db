/**
 * Submits due mails. The queue is the table itself: a process claims mails with a lease, submits them outside of any transaction, and
 * records each answer. Killed between claim and record it loses nothing: another process submits the mail once the lease is over,
 * with the same Message-ID. A mail is doubled only where the relay's answer to its DATA was lost, or the process died before it had
 * recorded it.
 *
 * For each workspace with due mails one server runs in a process, with at most the window's submissions at once, so that a big
 * mailing does not hold up another workspace's mails.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../kit/clock.ts";
import { isDatabaseAway } from "../kit/database-away.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { DueWork } from "../kit/due.ts";
import { gather } from "../kit/gather.ts";
import { newId } from "../kit/id.ts";
import type { Logger } from "../kit/log.ts";
import type { MailTransport, OutgoingMail, Submitted } from "../kit/mail.ts";
import { addressOutOfUse } from "./address-out-of-use.ts";
import { inWorkspaceOf } from "./in-workspace-of.ts";
import { outgoingMail, type OutgoingServices } from "./outgoing-mail.ts";
import {
  type ClaimedMail,
  claimMails,
  findDue,
  findHeldUp,
  findOldestDue,
  releaseMails,
  retryMail,
  type SettledMail,
  settleMails,
  takePlaces,
} from "./queue-store.ts";
import { recheckMails } from "./recheck-mails.ts";

export interface SubmitServices extends OutgoingServices {
  db: Db;
  clock: Clock;
  log: Pick<Logger, "warn" | "info">;
  transport: MailTransport;
}

/** What tests shorten. */
export interface SubmitOptions {
  every_ms?: number;
  /** Milliseconds; while it lasts no other process submits the mail. */
  lease_ms?: number;
}

/** How long running submissions may take when the process ends, in milliseconds. */
const stopWithin = 5_000;
/** Mails in one claim. */
const claimed = 100;
/** Mails in one claim where a rate limits them: a second's worth, of a rate of a thousand at most. */
const mostByRate = 1_000;
/** Mails of a workspace that have left and whose outcome is being recorded: with 16 a commit at a time was the limit. */
const mostUnrecorded = 64;
/** Between two attempts to record an outcome while the database is away, in milliseconds. */
const recordAgainAfter = 250;
/** Workspaces that are served at once. */
const mostServed = 50;
/** Failures in a row, with no success in between, after which the relay counts as down. */
const mostInARow = 10;
/** How long nothing is submitted while the relay is down: doubled each time. */
const shortestBreak = 1_000;
const longestBreak = 60_000;

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
/** Waits after the first, second … attempt; the last one repeats until the mail expires. */
const waits = [10 * second, minute, 5 * minute, 15 * minute, 30 * minute, hour, 2 * hour];

/** The time of the attempt after `attempts`, up to a tenth later, so that mails that failed together are not retried together. */
export function nextAttempt(attempts: number, at: Date, random: number): Date {
  const wait = waits[Math.min(attempts, waits.length) - 1] ?? (waits[0] as number);
  return new Date(at.getTime() + Math.round(wait * (1 + random / 10)));
}

/** Permits for submissions of all workspaces together, given in the order of asking. */
function createSlots(most: number): { take(): Promise<() => void> } {
  let free = most;
  const asking: (() => void)[] = [];
  const give = () => {
    const next = asking.shift();
    if (next) next();
    else free++;
  };
  return {
    async take() {
      if (free > 0) free--;
      else await new Promise<void>((done) => asking.push(done));
      return give;
    },
  };
}

/**
 * Submission as work by the clock: a round begins to serve the workspaces that have due mails, and ends; they are served on until they
 * have none. So several processes submit at the same time, each with the workspaces that its rounds found. `stop` lets running submissions end.
 */
export function mailSubmission(
  services: Omit<SubmitServices, "transport">,
  createTransport: () => MailTransport,
  options: SubmitOptions = {},
): DueWork {
  // Made when it is needed: a process that is no worker only looks for what is overdue.
  let submitter: ReturnType<typeof createSubmitter> | null = null;
  let transport: MailTransport | null = null;
  return {
    name: "mails.submit",
    ...(options.every_ms !== undefined && { every_ms: options.every_ms }),
    async run() {
      submitter ??= createSubmitter({ ...services, transport: (transport = createTransport()) }, options);
      const oldest = await services.db.asSystem((tx) => findOldestDue(tx, services.clock.now()));
      const done = oldest ? await submitter.serveDue() : 0;
      return { done, oldest, more: false, errors: submitter.takeErrors() };
    },
    async stop() {
      if (!submitter) return;
      submitter.stopping.abort();
      // A relay that hangs does not keep the process from ending: such a mail is submitted again, with the same Message-ID.
      const timer = setTimeout(() => submitter?.givenUp.abort(), stopWithin);
      await submitter.served();
      clearTimeout(timer);
      transport?.close();
    },
    overdue: findHeldUp,
  };
}

/** Submits what is due now, and returns when it has ended. */
export async function submitDueMails(services: SubmitServices, options: SubmitOptions = {}): Promise<void> {
  const submitter = createSubmitter(services, options);
  while ((await submitter.serveDue()) > 0) await submitter.served();
}

function createSubmitter(services: SubmitServices, { lease_ms }: SubmitOptions) {
  const { db, clock, log, transport } = services;
  const stopping = new AbortController();
  /** Aborted when what is being submitted must end. */
  const givenUp = new AbortController();
  const serving = new Map<string, Promise<void>>();
  const slots = createSlots(transport.window.all);
  const lease = lease_ms ?? transport.longest_ms * 3;
  /** Workspaces that have used their rate up, until they may go on. */
  const resting = new Map<string, Date>();
  /** Of workspaces whose mails could not be submitted or recorded, since they were taken. */
  let errors: unknown[] = [];
  let failures = 0;
  let breaks = 0;
  let pausedUntil = 0;

  function relayFailed(everything: boolean, answer: string): void {
    if (!everything && ++failures < mostInARow) return;
    if (performance.now() < pausedUntil) return;
    failures = 0;
    pausedUntil = performance.now() + Math.min(shortestBreak * 2 ** breaks++, longestBreak);
    log.warn({ answer }, "the mail relay takes no mails; they wait and are tried again");
  }

  function relayWorks(): void {
    if (breaks > 0) log.info("the mail relay takes mails again");
    [failures, breaks, pausedUntil] = [0, 0, 0];
  }

  const isPaused = () => performance.now() < pausedUntil;

  /** Starts to serve the workspaces with due mails; returns how many. */
  async function serveDue(): Promise<number> {
    if (isPaused()) return 0;
    const free = mostServed - serving.size;
    if (free <= 0) return 0;
    const at = clock.now();
    for (const [workspaceId, until] of resting) if (until <= at) resting.delete(workspaceId);
    const except = [...serving.keys(), ...resting.keys()];
    const due = await db.asSystem((tx) => findDue(tx, at, except, free));
    for (const workspaceId of due) {
      const work = serve(workspaceId)
        .catch((error: unknown) => {
          log.warn({ err: error, workspace_id: workspaceId }, "could not submit mails");
          errors.push(error);
        })
        .finally(() => serving.delete(workspaceId));
      serving.set(workspaceId, work);
    }
    return due.length;
  }

  /** Submits a workspace's due mails until none is left, the rate is used up, or the relay is down. */
  async function serve(workspaceId: string): Promise<void> {
    const token = newId(clock.now());
    const outcomes = gather<SettledMail>({
      most: 500,
      mayBeOneItem: () => false,
      write: (items) => inWorkspaceOf(db, workspaceId, (tx) => settleMails(tx, workspaceId, items, clock.now())),
    });
    const waiting: ClaimedMail[] = [];
    const underWay = new Set<string>();
    let refilling: Promise<void> | null = null;
    let isEmpty = false;
    /** The first error, with which the serving ends. */
    let fault: { error: unknown } | null = null;

    async function refill(): Promise<void> {
      const { mails, more } = await claim(workspaceId, token);
      isEmpty = !more;
      // One that is under way here longer than its lease is not submitted beside itself.
      waiting.push(...mails.filter(({ id }) => !underWay.has(id)));
    }

    async function next(): Promise<ClaimedMail | undefined> {
      while (!stopping.signal.aborted && !isPaused() && !fault) {
        if (!isEmpty && waiting.length <= transport.window.workspace)
          refilling ??= refill()
            // Kept, since at that moment perhaps nobody waits for it: a rejection that is not handled ends the process.
            .catch((error: unknown) => void (fault ??= { error }))
            .finally(() => (refilling = null));
        const mail = waiting.shift();
        if (mail) return mail;
        if (!refilling) return undefined;
        await refilling;
      }
      return undefined;
    }

    /** Mails whose outcome is being recorded: the next ones leave meanwhile, so that outcomes share transactions. */
    const recording = new Set<Promise<void>>();

    async function work(): Promise<void> {
      for (let mail = await next(); mail; mail = await next()) {
        const { id } = mail;
        underWay.add(id);
        const record = await submitOne(mail, outcomes.add);
        const recorded = recordOutcome(mail, record)
          .catch((error: unknown) => void (fault ??= { error }))
          .finally(() => {
            underWay.delete(id);
            recording.delete(recorded);
          });
        recording.add(recorded);
        // What is not recorded yet is doubled by a crash, so it is limited.
        if (recording.size >= mostUnrecorded) await recorded;
      }
    }

    let isAway = false;
    /**
     * Only this process knows the outcome, and a mail without one is submitted again. So while the database is away it is recorded later,
     * for as long as no other process submits the mail.
     */
    async function recordOutcome({ lease_until }: ClaimedMail, record: () => Promise<void>): Promise<void> {
      for (;;) {
        try {
          return await record();
        } catch (error) {
          if (!isDatabaseAway(error) || givenUp.signal.aborted || clock.now() >= lease_until) throw error;
          if (!isAway) log.warn({ err: error }, "what became of mails is recorded once the database is back");
          isAway = true;
          await delay(recordAgainAfter, undefined, { signal: givenUp.signal }).catch(() => {}); // aborted: it fails
        }
      }
    }

    try {
      const ended = await Promise.allSettled(Array.from({ length: transport.window.workspace }, work));
      await Promise.all(recording);
      const failed = ended.find((each) => each.status === "rejected");
      if (failed) throw failed.reason;
      if (fault) throw (fault as { error: unknown }).error;
    } finally {
      await refilling;
      const due = new Date(clock.now().getTime() + Math.max(0, pausedUntil - performance.now()));
      const ids = waiting.map(({ id }) => id);
      if (ids.length > 0) await inWorkspaceOf(db, workspaceId, (tx) => releaseMails(tx, workspaceId, token, ids, due));
    }
  }

  /** Claims mails, and settles at once those that must not be sent any more. */
  async function claim(workspaceId: string, token: string): Promise<{ mails: ClaimedMail[]; more: boolean }> {
    const at = clock.now();
    return inWorkspaceOf(db, workspaceId, async (tx) => {
      const limit = transport.rate === null ? claimed : await takeByRate(tx, workspaceId, transport.rate, at);
      if (limit === 0) return { mails: [], more: false };
      const mails = await claimMails(tx, workspaceId, {
        at,
        until: new Date(at.getTime() + lease),
        lease: token,
        limit,
        messageIdOf: (mail_id) => services.messageIdOf({ workspace_id: workspaceId, mail_id }),
      });
      const stopped = await recheckMails(tx, workspaceId, mails, at);
      await settleMails(tx, workspaceId, stopped, at);
      const gone = new Set(stopped.map(({ id }) => id));
      return { mails: mails.filter(({ id }) => !gone.has(id)), more: mails.length > 0 };
    });
  }

  async function takeByRate(tx: Tx, workspaceId: string, rate: number, at: Date): Promise<number> {
    const { places, next } = await takePlaces(tx, workspaceId, rate, at, mostByRate);
    resting.set(workspaceId, next);
    return places;
  }

  /** Submits one mail; returns what records the outcome. */
  async function submitOne(
    mail: ClaimedMail,
    settle: (outcome: SettledMail) => Promise<void>,
  ): Promise<() => Promise<void>> {
    const { workspace_id, id } = mail;
    const free = await slots.take();
    let submitted: Submitted;
    try {
      // A claim that has waited too long may end while the mail is on its way, and another process would send it too.
      const left = mail.lease_until.getTime() - clock.now().getTime();
      if (left < transport.longest_ms)
        return () =>
          inWorkspaceOf(db, workspace_id, (tx) => releaseMails(tx, workspace_id, mail.lease, [id], clock.now()));
      submitted = await attempt(mail);
    } finally {
      free();
    }
    const { answer } = submitted;
    if (submitted.kind === "later") {
      relayFailed(submitted.everything, answer);
      const due = nextAttempt(mail.attempts, clock.now(), Math.random());
      if (due > mail.expires_at) return () => settle({ id, status: "failed", reason: "gave_up", answer });
      return () => inWorkspaceOf(db, workspace_id, (tx) => retryMail(tx, mail, due, answer));
    }
    relayWorks();
    if (submitted.kind === "sent") return () => settle({ id, status: "sent", reason: null, answer });
    const { reason } = submitted;
    return async () => {
      await settle({ id, status: "failed", reason, answer });
      if (reason === "unknown_address")
        await inWorkspaceOf(db, workspace_id, (tx) => addressOutOfUse(tx, mail, clock.now()));
    };
  }

  async function attempt(mail: ClaimedMail): Promise<Submitted> {
    let outgoing: OutgoingMail;
    try {
      outgoing = outgoingMail(services, mail);
    } catch (error) {
      // What was sealed with another SECRET_KEY: the next attempt may be by a process that has it.
      return { kind: "later", everything: false, answer: (error as Error).message };
    }
    return transport.submit(outgoing, givenUp.signal);
  }

  return {
    stopping,
    givenUp,
    takeErrors(): unknown[] {
      const taken = errors;
      errors = [];
      return taken;
    },
    serveDue,
    /** Resolves when all that is being served has ended. */
    served: async () => void (await Promise.all(serving.values())),
  };
}
