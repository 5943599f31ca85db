/**
 * Posts deliveries whose time has come. The line is the table itself: a process that is killed half-way loses nothing, and
 * another tries once the claim has run out. A receiver may therefore get one twice, under the same webhook-id.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "../kit/clock.ts";
import type { Db } from "../kit/db.ts";
import { firstIdAt } from "../kit/id.ts";
import type { JobHandler, PeriodicJob } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import type { OutboundTargets } from "../kit/outbound-targets.ts";
import type { Seal } from "../kit/seal.ts";
import {
  type Busy,
  type DueDelivery,
  forgetDeliveries,
  giveBack,
  giveUpDeliveries,
  recordAttempt,
  takeDue,
} from "./deliveries-store.ts";
import { failingForTooLong, nextAttempt } from "./next-attempt.ts";
import { type Posted, postTimeout, postWebhook } from "./post-webhook.ts";
import { signedHeaders } from "./sign-webhook.ts";
import { noteFailure, noteTaken } from "./webhooks-store.ts";
import { signingSecrets } from "./webhooks.ts";

interface Services {
  db: Db;
  clock: Clock;
  news: Pick<News, "tell">;
  log: Logger;
  seal: Seal;
  /** Where webhooks may go. */
  targets: OutboundTargets;
}

/** What tests do not wait for. */
interface SenderOptions {
  look_every_ms?: number;
  timeout_ms?: number;
}

/** The event that only a person's click sends. It is tried once, and says nothing of the webhook's health. */
export const testEvent = "webhook.test";

const lookEvery = 1_000;
/** Posts at the same time in a process, and of those to one webhook and for one workspace: slow ones leave room for others. */
const mostAtOnce = 16;
const mostAtOnceToOne = 2;
const mostAtOnceForOne = 6;
const claimFor = postTimeout * 6;
const keepDays = 30;
const mostKept = 500; // characters of an answer

const forgetJob = "forget_old_webhook_deliveries";
export const webhookPeriodicJobs: PeriodicJob[] = [{ name: forgetJob, pattern: "41 3 * * *" }];

export function webhookJobs({ db, clock }: Pick<Services, "db" | "clock">): Record<string, JobHandler> {
  return {
    [forgetJob]: () =>
      db.asSystem((tx) => forgetDeliveries(tx, firstIdAt(new Date(clock.now().getTime() - keepDays * 86_400_000)))),
  };
}

/** Posts what is due until stopped; `stop` breaks off what is under way, to be tried again by whoever comes next. */
export function startWebhookSender(services: Services, options: SenderOptions = {}): { stop(): Promise<void> } {
  const { db, clock, log } = services;
  const { look_every_ms = lookEvery, timeout_ms = postTimeout } = options;
  const stopping = new AbortController();
  const underWay = new Map<Promise<void>, DueDelivery>();

  /** The webhooks and workspaces that have as many posts under way as they may. */
  function busy(): Busy {
    const having = (most: number, id: "webhook_id" | "workspace_id") =>
      [...Map.groupBy(underWay.values(), (delivery) => delivery[id])]
        .filter(([, posts]) => posts.length >= most)
        .map(([key]) => key);
    return {
      webhooks: having(mostAtOnceToOne, "webhook_id"),
      workspaces: having(mostAtOnceForOne, "workspace_id"),
    };
  }

  async function takeAll(): Promise<void> {
    while (underWay.size < mostAtOnce && !stopping.signal.aborted) {
      const at = clock.now();
      const due = await db.asSystem((tx) => takeDue(tx, at, new Date(at.getTime() + claimFor), busy()));
      if (!due) return;
      const work = deliver(services, due, { timeout_ms, signal: stopping.signal })
        .catch((error) =>
          log.warn({ err: error, delivery: due.id }, "what came of a webhook could not be written down"),
        )
        .finally(() => underWay.delete(work));
      underWay.set(work, due);
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await takeAll().catch((error) => log.warn({ err: error }, "could not look for webhooks to send"));
      await delay(look_every_ms, undefined, { signal: stopping.signal }).catch(() => {}); // aborted: the loop ends
    }
    await Promise.all(underWay.keys());
  }

  const running = run();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

interface PostOptions {
  timeout_ms: number;
  signal: AbortSignal;
}

async function deliver(services: Services, delivery: DueDelivery, options: PostOptions): Promise<void> {
  const { db, clock, news } = services;
  const { workspace_id, webhook_id } = delivery;
  const posted = await attempt(services, delivery, options);
  const at = clock.now();
  if (!posted) {
    await db.inWorkspace(workspace_id, (tx) => giveBack(tx, delivery, at));
    return;
  }
  const taken = posted.status !== null && posted.status >= 200 && posted.status < 300;
  const isTest = delivery.event === testEvent;
  const next = taken || isTest ? null : nextAttempt(delivery.tries, at, Math.random());
  await db.inWorkspace(workspace_id, async (tx) => {
    // The webhook's row first, as everybody does who changes both.
    if (taken) await noteTaken(tx, workspace_id, webhook_id);
    const failure = {
      error: posted.error ?? `HTTP ${posted.status}`,
      gone: posted.status === 410,
      at,
      failingBefore: next ? null : new Date(at.getTime() - failingForTooLong),
    };
    const disabled = !taken && !isTest && (await noteFailure(tx, { workspace_id, id: webhook_id }, failure));
    await recordAttempt(tx, delivery, {
      state: taken ? "delivered" : next ? "waiting" : "failed",
      next_at: next,
      attempt: { ...posted, response: posted.response?.slice(0, mostKept).toWellFormed() ?? null },
    });
    if (disabled) await giveUpDeliveries(tx, workspace_id, webhook_id);
  });
  news.tell(workspace_id, "webhook", webhook_id);
}

/** Null: it was broken off. */
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
