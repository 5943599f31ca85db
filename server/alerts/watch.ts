/**
 * The watch: every few seconds one process runs the finders, and raises and resolves alerts. Processes that serve only the API
 * take part, so that they notice when no worker is left.
 */
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { DueWork } from "../kit/due.ts";
import type { LiveUpdates } from "../kit/live-updates.ts";
import type { Logger } from "../kit/log.ts";
import type { Mailer } from "../kit/mail.ts";
import { queueEvents } from "../webhooks/queue-events.ts";
import { presentAlert, type WatchedKind, watched } from "./alert.ts";
import { lockKind } from "./alerts-store.ts";
import { finders } from "./find-conditions.ts";
import { findOverdueWork } from "./find-overdue-work.ts";
import { queueMails } from "./queue-mails.ts";
import { type Change, readOpen, reconcileAlerts } from "./reconcile-alerts.ts";
import { reconcileQuotaAlerts } from "./watch-quota.ts";

export interface WatchServices {
  db: Db;
  clock: Clock;
  mailer: Mailer;
  config: { public_url: string };
  liveUpdates: Pick<LiveUpdates, "publish">;
  log: Pick<Logger, "warn" | "info">;
  /** All work by the clock, whose delays are watched too. */
  allDue(): readonly DueWork[];
}

type Kind = WatchedKind | "quota";
/** They are found in the counts per minute. */
const byMinute: ReadonlySet<Kind> = new Set(["error_rate", "quota_skipped"]);
const kinds: readonly Kind[] = [...(Object.keys(watched) as WatchedKind[]), "quota"];

/** The check, every few seconds in turn with all other processes. */
export function dueAlerts(services: WatchServices): DueWork {
  let minute = 0;
  return {
    name: "alerts.watch",
    every_ms: 5_000,
    everywhere: true,
    async run({ now }) {
      const current = Math.floor(now.getTime() / 60_000);
      await checkConditions(services, current === minute ? kinds.filter((kind) => !byMinute.has(kind)) : kinds);
      minute = current;
      return { done: 1, oldest: null, more: false, errors: [] };
    },
  };
}

/**
 * Raises and resolves alerts, with their webhooks and mails; concurrent calls are serialised by kind. What is found in the
 * counts per minute is checked once a minute.
 */
export async function checkConditions(services: WatchServices, checked: readonly Kind[] = kinds): Promise<void> {
  const { db, clock, liveUpdates, log } = services;
  const faults: unknown[] = [];
  for (const kind of checked) {
    try {
      const changes = await db.asSystem(async (tx) => {
        await lockKind(tx, kind);
        return checkKind(tx, kind, clock.now(), services.allDue());
      });
      for (const { change, alert } of changes) {
        liveUpdates.publish(alert.workspace_id, "alert", null);
        log.info({ alert: alert.id, kind, workspace: alert.workspace_id }, `an alert was ${change}`);
      }
    } catch (error) {
      faults.push(error); // a kind whose check fails must not keep the others from being checked
    }
  }
  await db.asSystem((tx) => queueMails(tx, services, clock.now()));
  if (faults.length > 0) throw new AggregateError(faults, "some kinds of alerts could not be checked");
}

async function checkKind(tx: Tx, kind: Kind, at: Date, works: readonly DueWork[]): Promise<Change[]> {
  const changes = kind === "quota" ? await reconcileQuotaAlerts(tx, at) : await checkWatched(tx, kind, at, works);
  const events = changes.map(({ change, alert }) => ({
    workspace_id: alert.workspace_id,
    event: `alert.${change}` as const,
    data: { alert: presentAlert(alert) },
  }));
  await queueEvents(tx, at, events);
  return changes;
}

async function checkWatched(tx: Tx, kind: WatchedKind, at: Date, works: readonly DueWork[]): Promise<Change[]> {
  const open = await readOpen(tx, kind);
  const find = kind === "work_overdue" ? findOverdueWork(works) : finders[kind];
  const conditions = await find(tx, at, new Set(open.keys()));
  return reconcileAlerts(tx, kind, open, conditions, at);
}
