/**
 * The watch: every few seconds one process runs the finders, and raises and resolves alerts. Processes that serve the API
 * take part, so that they notice when no worker is left.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Jobs } from "../kit/jobs.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import { queueEvents } from "../webhooks/queue-events.ts";
import { presentAlert, type WatchedKind, watched } from "./alert.ts";
import { lockKind } from "./alerts-store.ts";
import { finders } from "./find-conditions.ts";
import { queueMails } from "./queue-mails.ts";
import { type Change, readOpen, reconcileAlerts } from "./reconcile-alerts.ts";
import { reconcileQuotaAlerts } from "./watch-quota.ts";

export interface WatchServices {
  db: Db;
  clock: Clock;
  jobs: Jobs;
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn" | "info">;
}

const checkEvery = 5_000;
type Kind = WatchedKind | "quota";
const kinds: readonly Kind[] = [...(Object.keys(watched) as WatchedKind[]), "quota"];

/** Checks every few seconds, in turn with all other processes, until stopped. */
export function startAlertWatch(services: WatchServices): { stop(): Promise<void> } {
  const { db, clock, log } = services;
  const stopping = new AbortController();
  let minute = 0;
  const running = (async () => {
    while (!stopping.signal.aborted) {
      try {
        if (await db.asSystem((tx) => takeTurn(tx, clock.now()))) {
          const now = Math.floor(clock.now().getTime() / 60_000);
          await checkConditions(services, now === minute ? kinds.filter((kind) => kind !== "error_rate") : kinds);
          minute = now;
        }
      } catch (error) {
        log.warn({ err: error }, "could not check for alerts; trying again");
      }
      await delay(checkEvery, undefined, { signal: stopping.signal }).catch(() => {}); // aborted: it ends
    }
  })();
  return {
    stop() {
      stopping.abort();
      return running;
    },
  };
}

/** Whether a check is due and no other process runs it. A last check in the future, from a wrong clock, is ignored. */
export async function takeTurn(tx: Tx, at: Date): Promise<boolean> {
  // Half an interval of leeway: timers are never early, but may be late.
  const due = new Date(at.getTime() - checkEvery / 2);
  const wrong = new Date(at.getTime() + checkEvery * 2);
  const { rows } = await sql`
    with turn as (
      select one from alert_watch where looked_at <= ${due} or looked_at > ${wrong} for update skip locked)
    update alert_watch w set looked_at = ${at} from turn where w.one = turn.one returning 1`.execute(tx);
  return rows.length > 0;
}

/**
 * Raises and resolves alerts, with their webhooks and mails; concurrent calls are serialised by kind. Error rates are checked
 * once a minute: they change with the counts per minute, and the usual rate takes a day of those.
 */
export async function checkConditions(services: WatchServices, checked: readonly Kind[] = kinds): Promise<void> {
  const { db, clock, liveUpdates, log } = services;
  const faults: unknown[] = [];
  for (const kind of checked) {
    try {
      const changes = await db.asSystem(async (tx) => {
        await lockKind(tx, kind);
        return checkKind(tx, kind, clock.now());
      });
      for (const { change, alert } of changes) {
        liveUpdates.publish(alert.workspace_id, "alert", null);
        log.info({ alert: alert.id, kind, workspace: alert.workspace_id }, `an alert was ${change}`);
      }
    } catch (error) {
      faults.push(error); // a kind whose check fails must not keep the others from being checked
    }
  }
  await db.asSystem((tx) => queueMails(tx, services.jobs, clock.now()));
  if (faults.length > 0) throw new AggregateError(faults, "some kinds of alerts could not be checked");
}

async function checkKind(tx: Tx, kind: Kind, at: Date): Promise<Change[]> {
  const changes = kind === "quota" ? await reconcileQuotaAlerts(tx, at) : await checkWatched(tx, kind, at);
  const events = changes.map(({ change, alert }) => ({
    workspace_id: alert.workspace_id,
    event: `alert.${change}` as const,
    data: { alert: presentAlert(alert) },
  }));
  await queueEvents(tx, at, events);
  return changes;
}

async function checkWatched(tx: Tx, kind: WatchedKind, at: Date): Promise<Change[]> {
  const open = await readOpen(tx, kind);
  const conditions = await finders[kind](tx, at, new Set(open.keys()));
  return reconcileAlerts(tx, kind, open, conditions, at);
}
