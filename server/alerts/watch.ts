/**
 * The watch: every few seconds one process looks at the state of things, raises what is wrong and resolves what is right
 * again. Processes that serve the API look too: that no worker is left is for them to see.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { Logger } from "../kit/log.ts";
import type { News } from "../kit/news.ts";
import { queueEvents } from "../webhooks/queue-events.ts";
import { presentAlert, type WatchedKind, watched } from "./alert.ts";
import { type Change, lockKind, openSubjects, settleKind } from "./alerts-store.ts";
import { finders } from "./find-conditions.ts";
import { queueMails } from "./queue-mails.ts";
import { settleQuotas } from "./watch-quota.ts";

export interface WatchServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  news: Pick<News, "tell">;
  log: Pick<Logger, "warn" | "info">;
}

const lookEvery = 5_000;
type Kind = WatchedKind | "quota";
const kinds: readonly Kind[] = [...(Object.keys(watched) as WatchedKind[]), "quota"];

/** Looks every few seconds, in turn with all other processes that do, until stopped. */
export function startAlertWatch(services: WatchServices): { stop(): Promise<void> } {
  const { db, clock, log } = services;
  const stopping = new AbortController();
  let minute = 0;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        if (await db.asSystem((tx) => takeTurn(tx, clock.now()))) {
          const now = Math.floor(clock.now().getTime() / 60_000);
          await look(services, now === minute ? kinds.filter((kind) => kind !== "error_rate") : kinds);
          minute = now;
        }
      } catch (error) {
        log.warn({ err: error }, "could not look for what is wrong; trying again");
      }
      await delay(lookEvery, undefined, { signal: stopping.signal }).catch(() => {}); // aborted: it ends
    }
  })();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** Whether it is time to look, and nobody else is just doing it. A time that a wrong clock wrote is not believed. */
export async function takeTurn(tx: Tx, at: Date): Promise<boolean> {
  // Half a beat of leeway: timers are never early, but may be late.
  const due = new Date(at.getTime() - lookEvery / 2);
  const wrong = new Date(at.getTime() + lookEvery * 2);
  const { rows } = await sql`
    with turn as (
      select one from alert_watch where looked_at <= ${due} or looked_at > ${wrong} for update skip locked)
    update alert_watch w set looked_at = ${at} from turn where w.one = turn.one returning 1`.execute(tx);
  return rows.length > 0;
}

/**
 * Brings alerts up to now, with their webhooks and mails. Two at once do it one after the other. Error rates change with the
 * minute's figures, and what is usual costs a look at a whole day of those: once a minute is enough.
 */
export async function look(services: WatchServices, looked: readonly Kind[] = kinds): Promise<void> {
  const { db, clock, news, log } = services;
  const faults: unknown[] = [];
  for (const kind of looked) {
    try {
      const changes = await db.asSystem(async (tx) => {
        await lockKind(tx, kind);
        return lookAt(tx, kind, clock.now());
      });
      for (const { change, alert } of changes) {
        news.tell(alert.workspace_id, "alert", null);
        log.info({ alert: alert.id, kind, workspace: alert.workspace_id }, `an alert was ${change}`);
      }
    } catch (error) {
      faults.push(error); // one kind that cannot be looked at hides no other
    }
  }
  await db.asSystem((tx) => queueMails(tx, services.jobs, clock.now()));
  if (faults.length > 0) throw new AggregateError(faults, "some kinds of alerts could not be looked at");
}

async function lookAt(tx: Tx, kind: Kind, at: Date): Promise<Change[]> {
  const changes =
    kind === "quota"
      ? await settleQuotas(tx, at)
      : await settleKind(tx, kind, await finders[kind](tx, at, await openSubjects(tx, kind)), at);
  const events = changes.map(({ change, alert }) => ({
    workspace_id: alert.workspace_id,
    event: `alert.${change}` as const,
    data: { alert: presentAlert(alert) },
  }));
  await queueEvents(tx, at, events);
  return changes;
}
