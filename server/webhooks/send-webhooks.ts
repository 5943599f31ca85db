/**
 * Posts due deliveries. The queue is the table itself: a process that is killed half-way loses nothing, and another retries once
 * the claim has expired. A receiver may therefore get a delivery twice, with the same webhook-id.
 */
import { setTimeout as delay } from "node:timers/promises";
import { readSoon } from "../activity/subscriber.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { type Due, type DueWork, oldestOf } from "../kit/due.ts";
import { firstIdAt } from "../kit/id.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import type { OutboundTargets } from "../kit/outbound-targets.ts";
import type { Seal } from "../kit/seal.ts";
import {
  bringForward,
  type Busy,
  type DueDelivery,
  purgeDeliveries,
  releaseDelivery,
  failDeliveries,
  recordAttempt,
  claimDue,
} from "./deliveries-store.ts";
import { type Posted, postTimeout, postWebhook } from "./post-webhook.ts";
import { stopReading } from "./read-activity.ts";
import { signedHeaders } from "./sign-webhook.ts";
import { recordFailure, recordSuccess } from "./webhooks-store.ts";
import { signingSecrets } from "./webhooks.ts";

interface Services {
  db: Db;
  clock: Clock;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Logger;
  seal: Seal;
  /** Targets that may be reached. */
  targets: OutboundTargets;
}

/** What tests shorten. */
interface SenderOptions {
  every_ms?: number;
  timeout_ms?: number;
  round_ms?: number;
}

/** The event that a person sends to test a webhook. It is tried once, and does not count in the webhook's health. */
export const testEvent = "webhook.test";

/** The longest round, in milliseconds. */
const roundLasts = 1_000;
/** Concurrent posts in a process, to one webhook and for one workspace, so that slow ones do not block the others. */
const maxConcurrent = 16;
const maxPerWebhook = 2;
const maxPerWorkspace = 6;
const claimFor = postTimeout * 6;
const keepDays = 30;
const maxResponse = 500; // characters of a response

const purgeJob = "forget_old_webhook_deliveries"; // stored in the job tables of existing installations
export const webhookPeriodicJobs: PeriodicJob[] = [{ name: purgeJob, pattern: "41 3 * * *" }];

export function webhookJobs({ db, clock }: Pick<Services, "db" | "clock">): Record<string, JobHandler> {
  return {
    [purgeJob]: async (_payload, signal) => {
      const before = firstIdAt(new Date(clock.now().getTime() - keepDays * 86_400_000));
      while (await db.asSystem((tx) => purgeDeliveries(tx, before))) signal.throwIfAborted();
    },
  };
}

/**
 * Posts due deliveries. A round claims what this process has room for and ends after a second at the latest, so that other processes
 * take turns; its posts go on. `stop` cancels them, and they are queued again.
 */
export function webhookSender(services: Services, options: SenderOptions = {}): DueWork {
  const { db, clock, log } = services;
  const { every_ms, timeout_ms = postTimeout, round_ms = roundLasts } = options;
  const stopping = new AbortController();
  const running = new Map<Promise<void>, DueDelivery>();
  /** Aborted when a post has ended since the last claims began. */
  let ended = new AbortController();

  /** The webhooks and workspaces that are at their limit. */
  function busy(): Busy {
    const atLimit = (max: number, id: "webhook_id" | "workspace_id") =>
      [...Map.groupBy(running.values(), (delivery) => delivery[id])]
        .filter(([, posts]) => posts.length >= max)
        .map(([key]) => key);
    return {
      webhooks: atLimit(maxPerWebhook, "webhook_id"),
      workspaces: atLimit(maxPerWorkspace, "workspace_id"),
    };
  }

  /** Claims and posts as long as there is room; answers since when each was due. */
  async function postAllDue(signal: AbortSignal): Promise<Due[]> {
    for (const posted: Due[] = []; ;) {
      if (running.size >= maxConcurrent || signal.aborted) return posted;
      const at = clock.now();
      const due = await claimDue(db, at, new Date(at.getTime() + claimFor), busy());
      if (!due) return posted;
      posted.push(due);
      const work = deliver(services, due, { timeout_ms, signal: stopping.signal })
        .catch((error) =>
          log.warn({ err: error, delivery: due.id }, "could not record the outcome of a webhook delivery"),
        )
        .finally(() => {
          running.delete(work);
          ended.abort();
        });
      running.set(work, due);
    }
  }

  return {
    name: "webhooks.post",
    ...(every_ms !== undefined && { every_ms }),
    async run({ signal }) {
      const over = AbortSignal.any([signal, AbortSignal.timeout(round_ms)]);
      const done: Due[] = [];
      while (!over.aborted) {
        ended = new AbortController();
        const begun = performance.now();
        done.push(...(await postAllDue(over)));
        if (running.size === 0) break;
        // The query is slow when many deliveries wait for a busy webhook: at most half of the time is spent on it.
        await pause(performance.now() - begun, over);
        // Deliveries that wait for a free slot are posted as soon as there is one, not with the next round.
        await pause(round_ms, AbortSignal.any([over, ended.signal]));
      }
      return { done: done.length, oldest: oldestOf(done), more: false, errors: [] };
    },
    async stop() {
      stopping.abort();
      await Promise.all(running.keys());
    },
  };
}

/** Resolves after the time, or when aborted. */
const pause = (ms: number, signal: AbortSignal) => delay(ms, undefined, { signal }).catch(() => {});

interface PostOptions {
  timeout_ms: number;
  signal: AbortSignal;
}

async function deliver(services: Services, delivery: DueDelivery, options: PostOptions): Promise<void> {
  const { db, clock, liveUpdates } = services;
  const { workspace_id, webhook_id } = delivery;
  const posted = await attempt(services, delivery, options);
  const at = clock.now();
  if (!posted) {
    await db.inWorkspace(workspace_id, (tx) => releaseDelivery(tx, delivery, at));
    return;
  }
  const accepted = posted.status !== null && posted.status >= 200 && posted.status < 300;
  const isTest = delivery.event === testEvent;
  const next = accepted || isTest ? null : nextAttempt(delivery.tries, at, Math.random());
  await db.inWorkspace(workspace_id, async (tx) => {
    // The webhook's row first, as in all transactions that change both, to avoid deadlocks.
    const recovered = accepted && (await recordSuccess(tx, workspace_id, webhook_id));
    const failure = {
      error: posted.error ?? `HTTP ${posted.status}`,
      gone: posted.status === 410,
      at,
      failingBefore: next ? null : new Date(at.getTime() - failingForTooLong),
    };
    const disabled = !accepted && !isTest && (await recordFailure(tx, { workspace_id, id: webhook_id }, failure));
    await recordAttempt(tx, delivery, {
      state: accepted ? "delivered" : next ? "waiting" : "failed",
      next_at: next,
      attempt: { ...posted, response: posted.response?.slice(0, maxResponse).toWellFormed() ?? null },
    });
    const webhook = { workspace_id, id: webhook_id };
    if (recovered) {
      await bringForward(tx, workspace_id, webhook_id, at);
      await readSoon(tx, webhook);
    }
    if (disabled) {
      await stopReading(tx, webhook);
      await failDeliveries(tx, workspace_id, webhook_id);
    }
  });
  liveUpdates.publish(workspace_id, "webhook", webhook_id);
}

/** One attempt; null when it was cancelled. */
async function attempt(
  { clock, targets, seal }: Services,
  delivery: DueDelivery,
  { timeout_ms, signal }: PostOptions,
): Promise<Posted | null> {
  const { workspace_id, webhook_id, id, body } = delivery;
  const at = clock.now();
  let secrets: string[];
  try {
    secrets = signingSecrets(seal, { workspace_id, id: webhook_id, secrets: delivery.secrets }, at);
  } catch (error) {
    return { status: null, response: null, error: (error as Error).message };
  }
  const headers = { ...signedHeaders(secrets, { id, at, body }), "user-agent": "Varsla" };
  return postWebhook(delivery.url, headers, body, { targets, signal, timeout_ms });
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** Waits after the first, second … attempt: the schedule of the Standard Webhooks specification, 27 hours in total. */
const waits = [5 * second, 5 * minute, 30 * minute, 2 * hour, 5 * hour, 10 * hour, 10 * hour];

/**
 * The time of the next attempt after `attempts` have failed, or null. It is up to a tenth later than the schedule, so that
 * deliveries that failed together are not retried together; `random` is from 0 to 1.
 */
export function nextAttempt(attempts: number, at: Date, random: number): Date | null {
  const wait = waits[attempts - 1];
  return wait === undefined ? null : new Date(at.getTime() + Math.round(wait * (1 + random / 10)));
}

/** A webhook that has accepted nothing for so long is disabled with the next delivery that fails for good. */
const failingForTooLong = 3 * 24 * hour;
