/**
 * The nightly purge: whole months that no workspace keeps are dropped as partitions; of months that only some keep, the other
 * workspaces' rows are deleted in chunks. Data of the installation (references of inbound texts, the sandbox, rejected rows) is
 * purged by age.
 *
 * It may be killed at any time: the next run finds what is left, and continues texts from a stored cursor. One process runs it
 * at a time, to avoid double work.
 */
import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import { deleteOldAuditEvents } from "../accounts/audit-events-store.ts";
import { purgeAccessLinks, purgeVisits } from "../bookings/access-store.ts";
import { emptyOldDecisions } from "../bookings/erase-decisions.ts";
import { purgeRejectedBookingRows } from "../bookings/import/erase-rows.ts";
import { purgeBookings, purgeDecisionsOfContacts } from "../bookings/purge-bookings.ts";
import { oldestUnderWay } from "../campaigns/erase-recipient.ts";
import { purgeRejectedRows } from "../contacts/erase-contact.ts";
import { purgeUnusedPropertyKeys } from "../contacts/properties.ts";
import { purgeRejectedOrderRows } from "../events/import/erase-rows.ts";
import { purgeEvents } from "../events/purge-events.ts";
import type { Clock } from "../kit/clock.ts";
import type { Db, Tx } from "../kit/db.ts";
import type { Logger } from "../kit/log.ts";
import { closeOldLinks, purgeShortLinks } from "../links/erase-links.ts";
import { linkKept } from "../links/short-links.ts";
import { purgeMailFiles, purgeMails } from "../mail/erase-mails.ts";
import {
  clearOldTexts,
  deleteOld,
  dropMonth,
  purgeCountsWithoutSource,
  purgeSeen,
  isKept,
  isUnderWay,
  type LedgerMonth,
  monthsBefore,
  queuedBefore,
  type PurgeStep,
} from "../messages/purge-messages.ts";
import { cutOf, type RuleRow, selectRules, startOfMonth } from "./retention-rule.ts";

/** Purges up to `limit` rows older than `before` of all workspaces; returns how many. */
export type PurgeOld = (tx: Tx, before: Date, limit: number) => Promise<number>;

export interface PurgeServices {
  db: Db;
  clock: Clock;
  log: Pick<Logger, "info" | "warn">;
  /** Purges of data that this folder does not know, such as the sandbox's. */
  purgeOld: readonly PurgeOld[];
  /** Rows in one transaction. */
  chunk?: number;
}

const chunkSize = 5_000;
/** Milliseconds between two chunks, so that the purge uses the disk only a part of the time. */
const pause = 20;
const day = 24 * 3_600_000;
/** Carriers redeliver an inbound text for hours, but not for weeks. */
const seenFor = 30 * day;
const recordsFor = 90 * day;
const countsFor = 7 * day;
const dropTries = 20;
const dropLockTimeout = 250; // milliseconds
const lock = "retention";

/** Purges all that is due. Returns null when another process is doing it. */
export async function purge(services: PurgeServices, signal: AbortSignal): Promise<Purged | null> {
  const { db, log } = services;
  const client = await db.pool.connect();
  try {
    const { rows } = await client.query("select pg_try_advisory_lock(hashtextextended($1, 0)) as ours", [lock]);
    if (!rows[0]?.ours) return null;
    const done = {
      months: await dropMonths(services, signal),
      texts: 0,
      messages: 0,
      events: 0,
      bookings: 0,
      orders: 0,
      other: 0,
    };
    for (const rule of await db.asSystem((tx) => selectRules(tx))) {
      const { texts, messages } = await applyRule(services, rule, signal);
      done.texts += texts;
      done.messages += messages;
      done.events += await dropEvents(services, rule, signal);
      done.bookings += await dropBookings(services, rule, signal);
      done.orders += await dropOrders(services, rule, signal);
    }
    done.other = await purgeByAge(services, signal);
    log.info(done, "purged old messages by their workspaces' rules");
    return done;
  } finally {
    await client.query("select pg_advisory_unlock_all()").catch(() => {}); // a lost connection holds no lock
    client.release();
  }
}

export interface Purged {
  months: string[];
  texts: number;
  messages: number;
  /** Of the audit log. */
  events: number;
  bookings: number;
  /** With the events that they were of. */
  orders: number;
  other: number;
}

/** Drops the months that no workspace keeps, and returns their names. */
async function dropMonths({ db, clock, log }: PurgeServices, signal: AbortSignal): Promise<string[]> {
  const now = clock.now();
  const dropped: string[] = [];
  const { months, rules, underWay } = await db.asSystem(async (tx) => ({
    months: await monthsBefore(tx, startOfMonth(now)),
    rules: await selectRules(tx),
    underWay: await oldestUnderWay(tx, null),
  }));
  for (const month of months) {
    signal.throwIfAborted();
    const expired = rules.filter((rule) => {
      const cut = cutOf(rule.ledger_months, now, underWay);
      return cut !== null && month.end <= cut;
    });
    if (expired.length === 0) continue;
    const ids = expired.map((rule) => rule.workspace_id);
    if (await dropIfFree(db, log, month, ids)) dropped.push(month.partition);
  }
  return dropped;
}

async function dropIfFree(db: Db, log: PurgeServices["log"], month: LedgerMonth, expired: string[]): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    try {
      const dropped = await db.asSystem(async (tx) => {
        if ((await isUnderWay(tx, month)) || (await isKept(tx, month, expired))) return false;
        await dropMonth(tx, month, dropLockTimeout);
        return true;
      });
      if (dropped) log.info({ month: month.partition }, "a month of the ledger was dropped");
      return dropped;
    } catch (error) {
      if ((error as { code?: string }).code !== "55P03") throw error;
      if (attempt === dropTries) {
        log.warn({ month: month.partition }, "could not lock the ledger to drop a month; the next run will retry");
        return false;
      }
      await delay(attempt * 100);
    }
  }
}

async function applyRule(services: PurgeServices, rule: RuleRow, signal: AbortSignal) {
  const { db, clock } = services;
  const { workspace_id: workspaceId } = rule;
  const now = clock.now();
  const underWay = await db.inWorkspace(workspaceId, (tx) => oldestUnderWay(tx, workspaceId));
  const rowsCut = cutOf(rule.ledger_months, now, underWay);
  const textsCut = cutOf(rule.text_months, now, underWay);
  const done = { texts: 0, messages: 0 };
  if (rowsCut) {
    await closeLinksBefore(services, workspaceId, rowsCut, false, signal);
    done.messages = await inChunks(services, workspaceId, deleteOld, { before: rowsCut, after: null }, signal);
    await repeat(services, workspaceId, (tx, limit) => emptyOldDecisions(tx, workspaceId, rowsCut, limit), signal);
    await db.inWorkspace(workspaceId, (tx) => recordCutOff(tx, workspaceId, "rows_gone_before", rowsCut));
  }
  if (textsCut) {
    await closeLinksBefore(services, workspaceId, textsCut, true, signal);
    const from = { before: textsCut, after: rule.texts_to };
    done.texts = await inChunks(services, workspaceId, clearOldTexts, from, signal);
    await db.inWorkspace(workspaceId, (tx) => recordCutOff(tx, workspaceId, "texts_gone_before", textsCut));
  }
  return done;
}

/** Links end with the messages that they are in; those that have values of a recipient, with the texts. */
async function closeLinksBefore(
  services: PurgeServices,
  workspaceId: string,
  before: Date,
  own: boolean,
  signal: AbortSignal,
): Promise<void> {
  await repeat(services, workspaceId, (tx, limit) => closeOldLinks(tx, workspaceId, before, { own, limit }), signal);
}

async function dropEvents(
  services: PurgeServices,
  { workspace_id: workspaceId, audit_months }: RuleRow,
  signal: AbortSignal,
): Promise<number> {
  const before = cutOf(audit_months, services.clock.now(), null);
  if (!before) return 0;
  return repeat(services, workspaceId, (tx, limit) => deleteOldAuditEvents(tx, workspaceId, before, limit), signal);
}

async function dropBookings(
  services: PurgeServices,
  { workspace_id: workspaceId, booking_months }: RuleRow,
  signal: AbortSignal,
): Promise<number> {
  const before = cutOf(booking_months, services.clock.now(), null);
  if (!before) return 0;
  await services.db.inWorkspace(workspaceId, (tx) => purgeDecisionsOfContacts(tx, workspaceId, before));
  return repeat(services, workspaceId, (tx, limit) => purgeBookings(tx, workspaceId, before, limit), signal);
}

async function dropOrders(
  services: PurgeServices,
  { workspace_id: workspaceId, event_months }: RuleRow,
  signal: AbortSignal,
): Promise<number> {
  const before = cutOf(event_months, services.clock.now(), null);
  if (!before) return 0;
  return repeat(services, workspaceId, (tx, limit) => purgeEvents(tx, workspaceId, before, limit), signal);
}

/** Calls `work`, which does up to `limit` and says how many, until nothing is left; returns how many it were. */
async function repeat(
  { db, chunk = chunkSize }: PurgeServices,
  workspaceId: string,
  work: (tx: Tx, limit: number) => Promise<number>,
  signal: AbortSignal,
): Promise<number> {
  let total = 0;
  for (let n = chunk; n >= chunk; total += n) {
    signal.throwIfAborted();
    n = await db.inWorkspace(workspaceId, (tx) => work(tx, chunk));
    if (n >= chunk) await delay(pause);
  }
  return total;
}

async function recordCutOff(
  tx: Tx,
  workspaceId: string,
  column: "texts_gone_before" | "rows_gone_before",
  before: Date,
): Promise<void> {
  await sql`
    update retention_rules set ${sql.ref(column)} = greatest(${sql.ref(column)}, ${before})
    where workspace_id = ${workspaceId}`.execute(tx);
}

async function inChunks(
  { db, chunk = chunkSize }: PurgeServices,
  workspaceId: string,
  work: PurgeStep,
  { before, after }: { before: Date; after: string | null },
  signal: AbortSignal,
): Promise<number> {
  // No new messages this old are queued, so this list is complete.
  const kept = await db.inWorkspace(workspaceId, (tx) => queuedBefore(tx, workspaceId, before));
  let total = 0;
  for (let last = after; ;) {
    signal.throwIfAborted();
    const done = await db.inWorkspace(workspaceId, async (tx) => {
      const purged = await work(tx, { workspaceId, before, after: last, limit: chunk, kept });
      // While messages are still queued the cursor stays, so that a later run clears them too.
      if (purged && work === clearOldTexts && kept.length === 0) {
        await sql`
          update retention_rules set texts_to = ${purged.to} where workspace_id = ${workspaceId}`.execute(tx);
      }
      return purged;
    });
    if (!done) return total;
    last = done.to;
    total += done.n;
    await delay(pause);
  }
}

async function purgeByAge(
  { db, clock, purgeOld, chunk = chunkSize }: PurgeServices,
  signal: AbortSignal,
): Promise<number> {
  const now = clock.now().getTime();
  const parts: [PurgeOld, number][] = [
    [purgeSeen, seenFor],
    [purgeCountsWithoutSource, countsFor],
    [purgeRejectedRows, recordsFor],
    [purgeRejectedBookingRows, recordsFor],
    [purgeRejectedOrderRows, recordsFor],
    [purgeUnusedPropertyKeys, day],
    [purgeMails, recordsFor],
    [purgeMailFiles, 0],
    [purgeShortLinks, linkKept],
    [purgeAccessLinks, 0],
    [purgeVisits, 0],
    ...purgeOld.map((each): [PurgeOld, number] => [each, recordsFor]),
  ];
  let total = 0;
  for (const [purgeOlder, age] of parts) {
    for (let n = chunk; n >= chunk; total += n) {
      signal.throwIfAborted();
      n = await db.asSystem((tx) => purgeOlder(tx, new Date(now - age), chunk));
      if (n >= chunk) await delay(pause);
    }
  }
  return total;
}
